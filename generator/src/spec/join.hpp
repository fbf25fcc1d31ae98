#pragma once
// What a kind that joins streams must hold of them (docs/streams.md, "Forks and joins").

#include <cstddef>
#include <cstdint>
#include <optional>

#include "spec/kind_spec.hpp"

namespace nacre {

/// In which order a join takes the words of a time step.
enum class JoinOrder {
  Input,    ///< all of input 0 up to its end_of_step, then all of input 1, ...
  Address,  ///< always the smallest address of the words in front; inputs are `ascending`
};

/// Entries of the FIFO that a join needs behind input `input`, so that no design can block itself;
/// 0: none. The two entries of the FIFO in front of the input are counted. Nothing when no bound of
/// the stream's time steps is known; that is reported (N0321).
std::optional<std::int64_t> join_buffer(const Stage& stage, JoinOrder order, std::size_t input,
                                        ParseContext& context);

}  // namespace nacre
