#pragma once
// The figures of a synthesis as data files: metrics.json, synth/area.json, synth/power.json.

#include <string>
#include <vector>

#include "synth/synth.hpp"

namespace nacre::flows {

/// Every figure of docs/synthesis.md, in its order. What was not asked for has no value, and says
/// which option asks for it.
std::vector<harness::Metric> synth_metrics(const SynthResult& result, const SynthOptions& options);

/// Hierarchy, cells, macros. Areas in um2, gate equivalents beside them.
std::string area_json(const SynthResult& result);

/// Energy by block and cause, with its parts in joules per sample; nothing but the model's part is
/// modelled. Needs `result.power`.
std::string power_json(const SynthResult& result);

/// "input_event", "time_step", "idle".
const char* cause_name(Cause cause);

/// The last part of an instance's path, with its index when a loop made it:
/// "u_core.gen_lane[3].u_neuron" is "gen_lane[3].u_neuron".
std::string local_name(const std::string& path);

/// What is said about a scatter: the difference below which nothing may be concluded (2 sigma).
double noise_of(const Scatter& scatter);

}  // namespace nacre::flows
