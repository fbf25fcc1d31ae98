#pragma once
// Names of one scope of the netlist.

#include <set>
#include <string>
#include <string_view>

namespace nacre {

/// An identifier that is no keyword of SystemVerilog, VHDL or C (spec/names.hpp).
bool is_legal_name(std::string_view name);

/// `hidden_layer_2` -> `HiddenLayer2`: the form of constants.
std::string upper_camel(std::string_view name);

/// Hands out names of one scope: legal ones, each once. Names differ in more than case, for tools
/// that read VHDL.
class NameScope {
 public:
  /// `wanted`, or `wanted_2`, `wanted_3` ... when it is taken or a keyword.
  std::string take(const std::string& wanted);

 private:
  std::set<std::string> taken_;  ///< lower case
};

}  // namespace nacre
