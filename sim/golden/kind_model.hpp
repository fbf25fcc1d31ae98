#pragma once
// What the golden side knows of a kind: its folder sim/golden/<kind> defines one of these.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "golden/golden.hpp"
#include "golden/timing.hpp"

namespace nacre {
struct MramMacroSpec;
}

namespace nacre::golden {

/// How the devices of a design differ from those of its specification.
struct DeviceVariant {
  /// Die of a study: its seed is device_mix(seed of the specification, die). Nothing: the seed of
  /// the specification itself.
  std::optional<std::uint32_t> die{};
  int spread_halves = 2;  ///< spread of the cells times this / 2
  std::optional<int>
      adc_bits{};      ///< converters of this many bits and, where it can be, their range
  bool ideal = false;  ///< nothing deviates; converters keep bits and shift
};

/// What it took to write arrays once, and what came of it; sums.
struct Programming {
  std::int64_t devices = 0;  ///< of the arrays, all of them
  std::int64_t bits = 0;     ///< of these, such as the stage uses
  std::int64_t wrong_bits =
      0;  ///< used ones with a device that is not in the state it was written to
  std::int64_t pulses = 0;
  std::int64_t pulsed_devices = 0;  ///< driven at a pulse's start
  std::int64_t retries = 0;         ///< rounds after the first of a row
  std::int64_t energy_fj = 0;

  bool operator==(const Programming&) const = default;
};

/// What a kind with random devices tells a study of them.
struct DeviceModel {
  /// The stage has devices that differ from die to die.
  bool (*vary)(const Stage& stage);
  int (*adc_bits)(const Stage& stage);
  /// The stage's parameters with other devices.
  std::shared_ptr<const StageParams> (*variant)(const Stage& stage, const DeviceVariant& variant);
  /// Registers, by name within the stage, and what they must hold before the stage's memories are
  /// loaded, for a design whose own devices may be others.
  std::vector<std::pair<std::string, std::int64_t>> (*registers)(const Stage& stage);
  /// The stage's parameters with its arrays as the write controller leaves them that `program`
  /// describes (read_mram_program); what it took is added to `sum`. Null: the kind has no such
  /// arrays.
  std::shared_ptr<const StageParams> (*program)(const Stage& stage, const MramMacroSpec& program,
                                                Programming& sum) = nullptr;
  /// Bits of a row that `program` writes; with it.
  std::int64_t (*row_bits)(const Stage& stage) = nullptr;
};

/// How a layer is split over several stages, which a core each holds; what the parts send, joined,
/// is what the layer sent.
struct LayerParts {
  /// Most stages that it can be split over; 1: none but itself.
  std::int64_t (*most)(const Stage& stage);
  std::int64_t (*channels)(const Stage& stage);
  std::int64_t (*lanes)(const Stage& stage);
  /// All parts of as many channels take the same cycles.
  bool (*are_alike)(const Stage& stage);
  /// The stage with channels `begin` ... `end` - 1 and other lanes.
  Stage (*part)(const Stage& stage, std::int64_t begin, std::int64_t end, std::int64_t lanes);
  /// Keys of the specification, with JSON values, by which a part differs from the whole.
  std::vector<std::pair<std::string, std::string>> (*keys)(const Stage& part);
  /// The stage (JSON) of this name that joins stages of these names.
  std::string (*join)(const std::string& name, const std::vector<std::string>& parts);
};

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
  /// Words that nacre_stream_buffer holds in front of an input; 0: there is none. Null: the kind
  /// has none.
  std::int64_t (*input_buffer)(const Stage& stage, std::size_t input) = nullptr;
  const DeviceModel* devices = nullptr;  ///< null: the kind has no random devices
  const LayerParts* parts = nullptr;     ///< null: no layer of the kind can be split
};

/// All kinds, sorted by name (written by CMake from the folders).
const std::vector<const KindModel*>& kind_models();

/// The kind of that name; our fault when there is none (a Spec is valid).
const KindModel& kind_model(std::string_view name);

/// The specification with other devices in every stage that has any. Name and hash stay: the
/// hardware is the same.
Spec with_devices(const Spec& spec, const DeviceVariant& variant);

/// The specification with the arrays of its stages written by a controller, where a kind has any.
Spec with_programmed_arrays(const Spec& spec, const MramMacroSpec& program, Programming& sum);

/// Index of the stage whose verdict stage `index` waits for.
std::optional<std::size_t> stage_decider(const Spec& spec, std::size_t index);

}  // namespace nacre::golden
