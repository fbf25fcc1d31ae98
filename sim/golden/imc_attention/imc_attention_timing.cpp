#include "golden/imc_attention/imc_attention_timing.hpp"

#include <algorithm>

#include "imc_attention/imc_attention_spec.hpp"

namespace nacre::golden {

TimingProcess time_imc_attention(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<ImcAttentionSpec>(stage);
  // Key planes, scores to attention words, value planes: the first value follows.
  const std::int64_t to_first_value = spec.planes(spec.query) + 1 + spec.planes(spec.score) + 1;
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  std::int64_t idle = 0;  // first cycle in which the head is idle
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    if (head.word.kind == WordKind::Value) {
      in.pop(head.valid);
      continue;
    }
    const std::int64_t popped = std::max(head.valid, idle);
    in.pop(popped);
    // The work of a closing word is 1 when its frame is a token that the head works on.
    std::int64_t offered = popped + (head.work > 0 ? to_first_value : 1);
    for (std::int64_t i = 0; i < head.sent; ++i) {
      const std::int64_t pushed = std::max(offered, co_await out.room());
      out.push(pushed);
      idle = offered = pushed + 1;
    }
  }
}

}  // namespace nacre::golden
