#include "golden/imc_sram_vector/imc_sram_vector_timing.hpp"

#include <algorithm>

namespace nacre::golden {

TimingProcess time_imc_sram_vector(const Stage&, StageChannels channels) {
  constexpr std::int64_t kDrain = 3;  // the last instruction's fetch, compute and write back
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  std::int64_t ready = 0;  // first cycle in which the input is taken
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    const std::int64_t popped = std::max(head.valid, ready);
    in.pop(popped);
    // The work of a closing word is the entries executed; a frame that is short executes none.
    std::int64_t offered = popped + (head.work > 0 ? head.work + kDrain : 1);
    for (std::int64_t i = 0; i < head.sent; ++i) {
      const std::int64_t pushed = std::max(offered, co_await out.room());
      out.push(pushed);
      ready = offered = pushed + 1;
    }
  }
}

}  // namespace nacre::golden
