#include "golden/value_readout/value_readout_timing.hpp"

#include <algorithm>

namespace nacre::golden {

TimingProcess time_value_readout(const Stage&, StageChannels channels) {
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    std::int64_t cycle = std::max(head.valid, co_await out.room());
    // What a word makes it send goes out one after the other; the word is taken with the last.
    for (std::int64_t i = 0; i < head.sent; ++i) {
      if (i > 0) cycle = co_await out.room();
      out.push(cycle);
    }
    in.pop(cycle);
  }
}

}  // namespace nacre::golden
