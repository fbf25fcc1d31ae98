#include "golden/xnor_tile/xnor_tile_timing.hpp"

#include <algorithm>

#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre::golden {

namespace {

/// Reads of a frame for which a result is due: of one neuron, or of all.
std::int64_t reads_per_result(const XnorTileSpec& spec) {
  if (spec.organisation == XnorOrganisation::Full) return 1;
  const std::int64_t columns = spec.row_bits * spec.tiles;
  return spec.organisation == XnorOrganisation::Parallel
             ? spec.num_inputs
             : (spec.num_inputs + columns - 1) / columns;
}

}  // namespace

TimingProcess time_xnor_tile(const Stage& stage, StageChannels channels) {
  const auto& spec = params_of<XnorTileSpec>(stage);
  const bool all_at_once = spec.organisation != XnorOrganisation::RowSerial;
  Channel& in = *channels.in;
  Channel& out = *channels.out;
  std::int64_t value_from = 0;    // `filling` is free
  std::int64_t closing_from = 0;  // no closing word waits
  std::int64_t idle_from = 0;     // the engine is idle
  while (!in.all_popped()) {
    const Head head = co_await in.head();
    if (head.word.kind == WordKind::Value) {
      in.pop(std::max(head.valid, value_from));
      continue;
    }
    const std::int64_t taken = std::max(head.valid, closing_from);
    in.pop(taken);
    const std::int64_t taken_over = std::max(taken + 1, idle_from);
    closing_from = taken_over + 1;
    std::int64_t left = taken_over;  // the cycle in which the last word left the result register
    const std::int64_t num_results = head.sent - 1;
    if (num_results > 0) {
      value_from = taken_over + 1;
      // Of each read: word line on, then the add cycle.
      const std::int64_t reading = reads_per_result(spec) * (head.work + 1);
      std::int64_t added = taken_over;  // last add cycle so far
      for (std::int64_t n = 0; n < num_results; ++n) {
        std::int64_t held = left + 1;  // first cycle in the result register
        if (!all_at_once) {
          // The register may be loaded in the cycle in which it is left.
          added = std::max(added + reading, left);
          held = added + 1;
        } else if (n == 0) {
          held = taken_over + reading + 2;
        }
        left = std::max(held, co_await out.room());
        out.push(left);
      }
    }
    left = std::max(left + 1, co_await out.room());
    out.push(left);
    idle_from = left + 1;
  }
}

}  // namespace nacre::golden
