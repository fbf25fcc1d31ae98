#pragma once
// What the golden side knows of a kind: its folder sim/golden/<kind> defines one of these.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "golden/golden.hpp"
#include "golden/timing.hpp"

namespace nacre::golden {

/// One kind's golden model and timing model; `<kind>_kind_model()` returns it.
struct KindModel {
  std::string_view name;
  /// The model of one stage, freshly reset. The model keeps the stage's parameters alive.
  std::unique_ptr<StageModel> (*make)(const Stage& stage);
  /// Name of the stage whose verdict the stage waits for, empty for none; null: the kind never
  /// does.
  std::string_view (*stop_on)(const Stage& stage) = nullptr;
  /// The unstalled timing of one stage over one sample, as a process (golden/timing.hpp).
  TimingProcess (*time)(const Stage& stage, StageChannels channels);
};

/// All kinds, sorted by name (written by CMake from the folders).
const std::vector<const KindModel*>& kind_models();

/// The kind of that name; our fault when there is none (a Spec is valid).
const KindModel& kind_model(std::string_view name);

/// Index of the stage whose verdict stage `index` waits for.
std::optional<std::size_t> stage_decider(const Spec& spec, std::size_t index);

}  // namespace nacre::golden
