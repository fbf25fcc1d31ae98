#include "golden/tile/tile_stage.hpp"

#include <bit>
#include <utility>

#include "golden/counters.hpp"
#include "golden/tile/requantise.hpp"

namespace nacre::golden {

TileStageModel::TileStageModel(std::shared_ptr<const TileSpec> tile,
                               std::unique_ptr<TileArray> array)
    : tile_(std::move(tile)),
      array_(std::move(array)),
      frame_(*tile_),
      inputs_(static_cast<std::size_t>(tile_->patch_inputs)),
      sums_(static_cast<std::size_t>(tile_->outputs)) {}

void TileStageModel::reset() {
  frame_.reset();
  array_->reset();
  frames_ = patches_ = planes_ = planes_skipped_ = 0;
}

void TileStageModel::push(const Word& word, std::vector<Word>& out) {
  const bool is_complete = frame_.push(word);
  if (is_complete) run_frame(out);
  if (word.kind != WordKind::Value) out.push_back(Word{.kind = word.kind});
}

void TileStageModel::run_frame(std::vector<Word>& out) {
  ++frames_;
  array_->begin_frame();
  const std::int64_t planes_of_pass = tile_->planes(tile_->input_bits);
  for (std::int64_t patch = 0; patch < tile_->num_patches; ++patch) {
    ++patches_;
    gather_patch(*tile_, frame_.values(), patch, inputs_);
    const std::vector<std::uint32_t> planes = computed_planes(*tile_, inputs_);
    for (const std::uint32_t of_fold : planes) {
      const std::int64_t computed = std::popcount(of_fold);
      planes_ += computed * tile_->column_folds();
      planes_skipped_ += (planes_of_pass - computed) * tile_->column_folds();
    }
    array_->multiply(inputs_, planes, sums_);
    for (std::int64_t n = 0; n < tile_->outputs; ++n) {
      const auto output = static_cast<std::size_t>(n);
      std::int64_t value = sums_[output] + (tile_->bias.empty() ? 0 : tile_->bias[output]);
      if (tile_->output) value = requantise(value, tile_->output->scale_of(n), *tile_->output);
      out.push_back(
          Word{.kind = WordKind::Value, .address = patch * tile_->outputs + n, .payload = value});
    }
  }
}

CounterValues TileStageModel::counters() const {
  CounterValues values = array_->counters();
  values["frames"] = wrap_counter(frames_);
  values["patches"] = wrap_counter(patches_);
  values["planes"] = wrap_counter(planes_);
  values["planes_skipped"] = wrap_counter(planes_skipped_);
  // No register: multiplications and additions of the whole matrices, skipped planes included.
  values["synaptic_operations"] = patches_ * tile_->patch_inputs * tile_->outputs;
  return values;
}

}  // namespace nacre::golden
