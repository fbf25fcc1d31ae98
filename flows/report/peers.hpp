#pragma once
// Open designs of others, measured in one flow: docs/peers.md is the same table for people.

#include <optional>
#include <string>
#include <vector>

namespace nacre::flows {

/// One open design, logic only, memories of at least 512 bits left out.
struct Peer {
  std::string name;
  std::string configuration;
  double gate_equivalents = 0;  ///< NAND2 of osu018
  double longest_path_ns = 0;
  std::optional<double> cycles_per_event;  ///< an input event with full fan-out
  std::optional<double> sop_per_cycle_per_kge;
  std::string snapshot;  ///< repository's commit and year
};

/// All of them, in the order of docs/peers.md; a test compares the two.
const std::vector<Peer>& peers();

}  // namespace nacre::flows
