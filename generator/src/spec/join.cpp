#include "spec/join.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace nacre {

std::optional<std::int64_t> join_buffer(const Stage& stage, JoinOrder order, std::size_t input,
                                        ParseContext& context) {
  const StreamShape& shape = stage.shapes.at(input);
  if ((order == JoinOrder::Input && input == 0) || shape.late) return 0;
  if (shape.step_events == 0) {
    const std::string& source = stage.inputs.at(input);
    std::string help =
        source == "input"
            ? "give 'step_events' of the design's 'input'"
            : fmt::format(
                  "give 'step_events' of the design's 'input' where '{}' passes its events "
                  "on, or let '{}' fire once per time step (fire 'step')",
                  source, source);
    if (order == JoinOrder::Input) help += ", or make it the first input";
    context.diagnostics.error(
        "N0321", stage.location,
        fmt::format("'{}' must hold a whole time step of '{}' while it takes another input, but "
                    "no bound on the events of its time steps is known",
                    stage.name, source),
        std::move(help));
    return std::nullopt;
  }
  // A time step is its events and end_of_step.
  constexpr std::int64_t kEntriesInFront = 2;
  return std::max<std::int64_t>(shape.step_events + 1 - kEntriesInFront, 0);
}

}  // namespace nacre
