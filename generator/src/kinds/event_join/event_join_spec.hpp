#pragma once
// Typed parameters of kind event_join (README.md beside this file is the contract).

#include <cstdint>
#include <vector>

#include "nacre/spec.hpp"
#include "spec/join.hpp"

namespace nacre {

enum class JoinMode { Concatenate, Add };

/// One input of a join. Addresses are position * channels + channel.
struct JoinInput {
  std::int64_t channels = 1;      ///< C_i; A_i when the streams have no map
  std::int64_t buffer_words = 0;  ///< 0: no buffer
};

struct EventJoinSpec final : StageParams {
  JoinMode mode = JoinMode::Concatenate;
  JoinOrder order = JoinOrder::Input;
  std::int64_t positions = 1;     ///< H * W of every input; 1 when the streams have no map
  std::vector<JoinInput> inputs;  ///< 2 ... 16, in the order of the stage's `inputs`
};

}  // namespace nacre
