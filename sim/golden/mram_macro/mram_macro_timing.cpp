#include "golden/mram_macro/mram_macro_timing.hpp"

#include <algorithm>

namespace nacre::golden {

namespace {

constexpr MramMacroWork unpack_work(std::int64_t work) {
  return {.request_cycles = work & 0xffffffff, .scrub_cycles = work >> 32};
}

}  // namespace

TimingProcess time_mram_macro(const Stage&, StageChannels channels) {
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  std::int64_t free = 0;  // first cycle in which the next word can be popped
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const MramMacroWork work = unpack_work(head.work);
    const std::int64_t popped = std::max(head.valid, free);
    in.pop(popped);
    // The last step's cycle; the word's own when it is no request.
    std::int64_t pushed = popped + work.request_cycles;
    for (std::int64_t i = 0; i < head.sent; ++i) {
      pushed = std::max(pushed + 1, co_await out.room());
      out.push(pushed);
    }
    free = pushed + 1;
    if (work.scrub_cycles > 0) free += work.scrub_cycles + 1;
  }
}

}  // namespace nacre::golden
