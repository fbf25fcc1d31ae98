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
      sums_(static_cast<std::size_t>(tile_->outputs)) {
  reset();
}

void TileStageModel::reset() {
  frame_.reset();
  array_->reset();
  input_bits_ = tile_->input_bits;
  frame_.set_input_bits(input_bits_);
  active_set_ = set_ = 0;
  begins_sample_ = true;
  switched_set_ = false;
  bias_ = tile_->bias;
  output_ = tile_->output;
  frames_ = patches_ = planes_ = planes_skipped_ = 0;
}

void TileStageModel::push(const Word& word, std::vector<Word>& out) {
  if (begins_sample_) {
    switched_set_ = active_set_ != set_;
    set_ = active_set_;
  }
  begins_sample_ = word.kind == WordKind::EndOfSample;
  const bool is_complete = frame_.push(word);
  if (is_complete) run_frame(out);
  if (word.kind != WordKind::Value) out.push_back(Word{.kind = word.kind});
}

void TileStageModel::run_frame(std::vector<Word>& out) {
  ++frames_;
  array_->begin_frame(input_bits_, set_);
  const std::int64_t planes_of_pass = tile_->planes(input_bits_);
  for (std::int64_t patch = 0; patch < tile_->num_patches; ++patch) {
    ++patches_;
    gather_patch(*tile_, frame_.values(), patch, inputs_);
    const std::vector<std::uint32_t> planes = computed_planes(*tile_, input_bits_, inputs_);
    for (const std::uint32_t of_fold : planes) {
      const std::int64_t computed = std::popcount(of_fold);
      planes_ += computed * tile_->column_folds();
      planes_skipped_ += (planes_of_pass - computed) * tile_->column_folds();
    }
    array_->multiply(inputs_, planes, sums_);
    for (std::int64_t n = 0; n < tile_->outputs; ++n) {
      const auto output = static_cast<std::size_t>(n);
      std::int64_t value = sums_[output] + (bias_.empty() ? 0 : bias_[output]);
      if (output_) value = requantise(value, output_->scale_of(n), *output_);
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
