#include "golden/rate_encoder/rate_encoder_timing.hpp"

#include <algorithm>
#include <vector>

#include "rate_encoder/rate_encoder_spec.hpp"

namespace nacre::golden {

namespace {

/// With more rows than this a step visits every row.
constexpr std::int64_t kMostSkippableRows = 64;

}  // namespace

TimingProcess time_rate_encoder(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<RateEncoderSpec>(stage);
  Channel& in = *channels.in;
  Channel& out = *channels.out;

  const std::int64_t lanes = spec.lanes;
  const std::int64_t rows = (spec.num_inputs + lanes - 1) / lanes;
  const bool skips_silent_rows =
      spec.mode == RateMode::PhaseAccumulator && rows <= kMostSkippableRows;

  // Loading: one word per cycle.
  std::vector<bool> visited(static_cast<std::size_t>(rows), !skips_silent_rows);
  std::int64_t received = 0;
  Head head = co_await in.head();
  while (head.word.kind != WordKind::EndOfSample) {
    in.pop(head.valid);
    if (head.word.address == received) {
      const bool adds = spec.levels[static_cast<std::size_t>(head.word.payload)] > 0;
      if (adds) visited[static_cast<std::size_t>(received / lanes)] = true;
      ++received;
    }
    head = co_await in.head();
  }
  in.pop(head.valid);

  std::int64_t offered = head.valid + (received == spec.num_inputs ? 2 : 1);
  std::int64_t serializer_ready = 0;  // the cycle of its last push
  while (out.next_word().kind != WordKind::EndOfSample) {
    for (std::int64_t row = 0; row < rows; ++row) {
      if (!visited[static_cast<std::size_t>(row)]) continue;
      bool silent = true;
      while (out.next_word().kind == WordKind::Event && out.next_word().address / lanes == row) {
        if (silent) offered = std::max(offered, serializer_ready);  // now: the cycle it is done
        const std::int64_t from = silent ? offered + 1 : serializer_ready + 1;
        silent = false;
        serializer_ready = std::max(from, co_await out.room());
        out.push(serializer_ready);
      }
      ++offered;
    }
    NACRE_CHECK(out.next_word().kind == WordKind::EndOfStep, "rate_encoder: rows of a time step");
    offered = std::max(offered, serializer_ready);
    serializer_ready = std::max(offered + 1, co_await out.room());
    out.push(serializer_ready);
    if (channels.verdict_in != nullptr) offered = co_await channels.verdict_in->next();
    ++offered;
  }
  const std::int64_t taken = std::max(offered, serializer_ready);
  out.push(std::max(taken + 1, co_await out.room()));
}

}  // namespace nacre::golden
