#pragma once
// Names that may become identifiers of SystemVerilog, VHDL and C.

#include <string>
#include <string_view>

#include "nacre/diagnostics.hpp"

namespace nacre {

inline constexpr std::size_t kMaxNameLength = 63;

/// `[A-Za-z_][A-Za-z0-9_]{0,62}`
bool is_identifier(std::string_view name);

/// The language of which `name` is a keyword ("SystemVerilog", "VHDL", "C"), or empty. VHDL ignores
/// case, and so does this.
std::string_view keyword_language(std::string_view name);

/// A-Z become a-z.
std::string to_lower(std::string_view text);

/// What a name is used for.
enum class NameUse { Stage, Module };

/// Reports an illegal or reserved name; true when the name can be used. A module name must not
/// start with "nacre_", the prefix of the leaves.
bool check_name(std::string_view name, NameUse use, const Location& location,
                Diagnostics& diagnostics);

}  // namespace nacre
