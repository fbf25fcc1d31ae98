#pragma once
// The typed specification: what `read_spec` makes of a JSON file. Golden models see this and
// nothing later.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"
#include "nacre/stream.hpp"

namespace nacre {

/// Base of each kind's typed parameters (`<kind>/<kind>_spec.hpp`); the kind that made it casts it
/// back.
struct StageParams {
  virtual ~StageParams() = default;
};

/// One stage of the design's graph.
struct Stage {
  std::string name;
  std::string kind;
  std::vector<std::string> inputs;  ///< names of stages, or "input" for the design's input
  StreamShape input;                ///< that of inputs[0]
  std::vector<StreamShape> shapes;  ///< of each input; what a fork takes away is taken away
  StreamShape output;
  std::shared_ptr<const StageParams> params;
  Location location;
};

/// Which performance counters the RTL carries (they cost area).
enum class Counters : std::uint8_t { None = 0, Basic = 1, Full = 2 };

/// Where `nacre verify` finds samples.
struct Dataset {
  std::filesystem::path samples;  ///< IDX (u8, first dimension = sample), gzip allowed
  std::filesystem::path labels;   ///< IDX (u8), may be empty
  std::filesystem::path masks;    ///< IDX (u8, sample x rows x columns), may be empty
  std::int64_t mask_spikes = 1;   ///< of a pixel in a sample, that it counts as inside
  int shift_right = 0;            ///< low bits of each value that are dropped
};

/// A whole specification, valid: every stage's parameters are in range and its streams fit.
struct Spec {
  std::string name;
  std::string description;
  StreamShape input;
  /// Each stands behind those that feed it; the last one's output is the design's.
  std::vector<Stage> stages;
  Counters counters = Counters::Basic;
  std::optional<Dataset> dataset;
  std::string
      hash;  ///< SHA-256 (64 hex digits) of what the hardware depends on, data files included
  std::filesystem::path file;
};

/// Another value in a specification, for studies.
struct SpecChange {
  /// "stages.", then a stage's name, its number or `*` (all stages whose kind has the key), then
  /// keys, all joined by dots: "stages.*.devices.transient". The key need not be in the file.
  std::string path;
  /// JSON. A number stands for each element where a list of one length is wanted.
  std::string value;
};

/// Reads, validates and types a specification; every fault is reported in `diagnostics`.
/// Returns nothing when there was an error. With a change the file itself must be valid.
std::optional<Spec> read_spec(const std::filesystem::path& file, Diagnostics& diagnostics,
                              const std::optional<SpecChange>& change = {});

/// The same for a text in memory, as if it stood in `file`.
std::optional<Spec> read_spec_text(const std::string& text, const std::filesystem::path& file,
                                   Diagnostics& diagnostics);

/// The typed parameters of a stage. `Params` must be the type of the stage's kind.
template <class Params>
const Params& params_of(const Stage& stage) {
  return static_cast<const Params&>(*stage.params);
}

}  // namespace nacre
