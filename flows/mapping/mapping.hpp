#pragma once
// Placing the convolutions of a network on cores: how many cores a layer is split over, so that the
// slowest layer is as fast as can be (docs/mapping.md).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/stimulus.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"

namespace nacre::flows {

struct MappingOptions {
  std::int64_t cores = 1;             ///< to be used at most
  std::optional<std::int64_t> lanes;  ///< of every core; nothing: those of the specification
  /// Layers that the user placed: name -> cores.
  std::map<std::string, std::int64_t> placed;
  std::int64_t first = 0;    ///< number of the first sample
  std::int64_t samples = 1;  ///< that cycles are counted over
  std::function<void(std::string_view)> talk{};
};

/// One layer and the cores that it got.
struct PlacedLayer {
  std::string name;
  std::int64_t cores = 1;
  std::int64_t channels = 1;       ///< of the layer
  std::int64_t part_channels = 1;  ///< of its largest part
  std::int64_t cycles = 0;         ///< of that part alone, all samples
  std::int64_t operations = 0;     ///< synaptic operations of the layer, all samples
  /// Neurons that its cores could have updated in the cycles of the bottleneck, of which
  /// `operations` were.
  double utilisation = 0;
  bool is_fixed = false;  ///< placed by the user, or cannot be split
};

/// Another placement, not chosen.
struct Alternative {
  std::string what;         ///< "conv2 on 3 cores instead of 4, conv1 on 2 instead of 1"
  std::int64_t cores = 0;   ///< it uses
  std::int64_t cycles = 0;  ///< of its bottleneck, all samples
};

struct Mapping {
  std::vector<PlacedLayer> layers;        ///< in the order of the network
  std::size_t bottleneck = 0;             ///< in `layers`
  std::vector<Alternative> alternatives;  ///< close ones, the best first
  std::int64_t samples = 0;
  std::int64_t cycles_before = 0;  ///< predicted, of the whole design as specified, all samples
  std::int64_t cycles = 0;         ///< as placed
  std::string specification;       ///< JSON; its data files are named as from `folder`
};

/// Places the layers of the specification in `spec.file`; files in the new one are named as seen
/// from `folder`. Nothing after N1390 (no convolution), N1391 (fewer cores than layers), N1392
/// (`placed` names no layer, or more cores than it has channels or than there are) or an error of
/// reading the new specification.
std::optional<Mapping> map_layers(const Spec& spec, const data::Stimulus& stimulus,
                                  const MappingOptions& options,
                                  const std::filesystem::path& folder, Diagnostics& diagnostics);

}  // namespace nacre::flows
