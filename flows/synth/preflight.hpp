#pragma once
// What a synthesis would cost, estimated before any tool starts.

#include <cstdint>
#include <string>

#include "nacre/design.hpp"
#include "nacre/diagnostics.hpp"
#include "nacre/spec.hpp"

namespace nacre::flows {

struct SynthesisEstimate {
  std::int64_t memory_bits_in_flip_flops = 0;
  std::int64_t macro_bits = 0;
  double gates = 0;               ///< NAND2 equivalents of logic and flip-flops, without macros
  double yosys_seconds = 0;       ///< processor time of one mapping
  double gate_model_seconds = 0;  ///< building the netlist's simulation, with counting
  double memory_bytes = 0;        ///< of the largest tool
  // The largest contribution.
  std::string largest;       ///< instance: "u_core", "u_core_weights"
  double largest_gates = 0;  ///< its NAND2 equivalents
  std::string largest_what;  ///< "1,024 lanes", "65,536 bits in flip-flops"; empty: no knob
  std::string knob;          ///< field of the specification that makes it smaller; empty: none
};

/// From the elaborated design alone; under 50 ms for any legal specification. Areas are formulas of
/// the leaves' parameters, fitted on the runs of tests/unit/flows_preflight_test.cpp: within a
/// factor 2.
SynthesisEstimate estimate_synthesis(const Spec& spec, const Design& design);

/// Reports N1006 (exit 5) when the estimate exceeds `max_minutes` or the memory of the machine,
/// naming the largest contribution and its knob (storage, lanes). With `simulate` the time to build
/// the netlist's simulation counts, too. True: refused.
bool refuse_large(const Spec& spec, const SynthesisEstimate& estimate, bool simulate,
                  double max_minutes, Diagnostics& diagnostics);

}  // namespace nacre::flows
