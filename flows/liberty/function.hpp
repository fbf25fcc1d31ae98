#pragma once
// Boolean expressions of Liberty: `function`, `next_state`, `clear`, `when`, ...

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nacre::flows {

/// An expression over named inputs, as a list of operations in the order in which they are
/// computed.
struct BooleanFunction {
  enum class Operation { Zero, One, Input, Not, And, Or, Xor };
  struct Node {
    Operation operation = Operation::Zero;
    int left = -1;   ///< Input: index in `inputs`; operators: index of the operand in `nodes`
    int right = -1;  ///< second operand of And, Or, Xor
  };
  std::vector<std::string> inputs;  ///< each once, in order of first appearance
  std::vector<Node> nodes;          ///< operands before operators; the last one is the result
};

/// Reads `!` and `'` (not), `^`, `&` `*` or mere juxtaposition (and), `|` `+` (or), binding in this
/// order (Liberty User Guide, "function attribute"), parentheses, 0, 1 and names. Nothing: the text
/// is empty or not such an expression.
std::optional<BooleanFunction> parse_function(std::string_view text);

/// The value of the expression; `values` are those of `function.inputs`, in their order.
bool evaluate(const BooleanFunction& function, const std::vector<bool>& values);

/// The values over all inputs: entry i has input k at bit k of i. Empty for more than 16 inputs.
std::vector<bool> truth_table(const BooleanFunction& function);

}  // namespace nacre::flows
