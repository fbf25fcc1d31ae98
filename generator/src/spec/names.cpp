#include "spec/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace nacre {
namespace {

// Each list is sorted (a test checks it) and in lower case.

// IEEE 1800-2017, annex B; Verilog's keywords are among them.
constexpr std::string_view kSystemVerilog[] = {
    "accept_on", "alias", "always", "always_comb", "always_ff", "always_latch", "and", "assert",
    "assign", "assume", "automatic", "before", "begin", "bind", "bins", "binsof", "bit", "break", "buf",
    "bufif0", "bufif1", "byte", "case", "casex", "casez", "cell", "chandle", "checker", "class",
    "clocking", "cmos", "config", "const", "constraint", "context", "continue", "cover", "covergroup",
    "coverpoint", "cross", "deassign", "default", "defparam", "design", "disable", "dist", "do", "edge",
    "else", "end", "endcase", "endchecker", "endclass", "endclocking", "endconfig", "endfunction",
    "endgenerate", "endgroup", "endinterface", "endmodule", "endpackage", "endprimitive", "endprogram",
    "endproperty", "endsequence", "endspecify", "endtable", "endtask", "enum", "event", "eventually",
    "expect", "export", "extends", "extern", "final", "first_match", "for", "force", "foreach",
    "forever", "fork", "forkjoin", "function", "generate", "genvar", "global", "highz0", "highz1", "if",
    "iff", "ifnone", "ignore_bins", "illegal_bins", "implements", "implies", "import", "incdir",
    "include", "initial", "inout", "input", "inside", "instance", "int", "integer", "interconnect",
    "interface", "intersect", "join", "join_any", "join_none", "large", "let", "liblist", "library",
    "local", "localparam", "logic", "longint", "macromodule", "matches", "medium", "modport", "module",
    "nand", "negedge", "nettype", "new", "nexttime", "nmos", "nor", "noshowcancelled", "not", "notif0",
    "notif1", "null", "or", "output", "package", "packed", "parameter", "pmos", "posedge", "primitive",
    "priority", "program", "property", "protected", "pull0", "pull1", "pulldown", "pullup",
    "pulsestyle_ondetect", "pulsestyle_onevent", "pure", "rand", "randc", "randcase", "randsequence",
    "rcmos", "real", "realtime", "ref", "reg", "reject_on", "release", "repeat", "restrict", "return",
    "rnmos", "rpmos", "rtran", "rtranif0", "rtranif1", "s_always", "s_eventually", "s_nexttime",
    "s_until", "s_until_with", "scalared", "sequence", "shortint", "shortreal", "showcancelled",
    "signed", "small", "soft", "solve", "specify", "specparam", "static", "string", "strong", "strong0",
    "strong1", "struct", "super", "supply0", "supply1", "sync_accept_on", "sync_reject_on", "table",
    "tagged", "task", "this", "throughout", "time", "timeprecision", "timeunit", "tran", "tranif0",
    "tranif1", "tri", "tri0", "tri1", "triand", "trior", "trireg", "type", "typedef", "union", "unique",
    "unique0", "unsigned", "until", "until_with", "untyped", "use", "uwire", "var", "vectored",
    "virtual", "void", "wait", "wait_order", "wand", "weak", "weak0", "weak1", "while", "wildcard",
    "wire", "with", "within", "wor", "xnor", "xor"};

// IEEE 1076-2008, 15.10.
constexpr std::string_view kVhdl[] = {
    "abs", "access", "after", "alias", "all", "and", "architecture", "array", "assert", "assume",
    "assume_guarantee", "attribute", "begin", "block", "body", "buffer", "bus", "case", "component",
    "configuration", "constant", "context", "cover", "default", "disconnect", "downto", "else", "elsif",
    "end", "entity", "exit", "fairness", "file", "for", "force", "function", "generate", "generic",
    "group", "guarded", "if", "impure", "in", "inertial", "inout", "is", "label", "library", "linkage",
    "literal", "loop", "map", "mod", "nand", "new", "next", "nor", "not", "null", "of", "on", "open",
    "or", "others", "out", "package", "parameter", "port", "postponed", "procedure", "process",
    "property", "protected", "pure", "range", "record", "register", "reject", "release", "rem",
    "report", "restrict", "restrict_guarantee", "return", "rol", "ror", "select", "sequence",
    "severity", "shared", "signal", "sla", "sll", "sra", "srl", "strong", "subtype", "then", "to",
    "transport", "type", "unaffected", "units", "until", "use", "variable", "vmode", "vprop", "vunit",
    "wait", "when", "while", "with", "xnor", "xor"};

// ISO C11 and C++20: the register header is included by both.
constexpr std::string_view kC[] = {
    "_alignas", "_alignof", "_atomic", "_bool", "_complex", "_generic", "_imaginary", "_noreturn",
    "_static_assert", "_thread_local", "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand",
    "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class",
    "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval",
    "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend",
    "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq",
    "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register",
    "reinterpret_cast", "requires", "restrict", "return", "short", "signed", "sizeof", "static",
    "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void",
    "volatile", "wchar_t", "while", "xor", "xor_eq"};

template <std::size_t Size>
bool contains(const std::string_view (&list)[Size], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameLength) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9');
         });
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view keyword_language(std::string_view name) {
  const std::string lower = to_lower(name);
  if (contains(kSystemVerilog, lower)) return "SystemVerilog";
  if (contains(kVhdl, lower)) return "VHDL";
  if (contains(kC, lower)) return "C";
  return {};
}

bool check_name(std::string_view name, NameUse use, const Location& location,
                Diagnostics& diagnostics) {
  if (!is_identifier(name)) {
    const std::string shown(name.size() <= kMaxNameLength ? name : name.substr(0, 60));
    diagnostics.error(
        "N0301", location,
        name.size() > kMaxNameLength
            ? fmt::format("name '{}...' has {} characters, at most {} are legal", shown, name.size(),
                          kMaxNameLength)
            : fmt::format("name '{}' is not an identifier", shown),
        "a letter or underscore, then letters, digits and underscores");
    return false;
  }
  const std::string lower = to_lower(name);
  if (lower == "input" || lower == "control") {
    diagnostics.error("N0302", location, fmt::format("name '{}' is reserved by nacre", name),
                      fmt::format("'{}_stage' would do", name));
    return false;
  }
  if (const std::string_view language = keyword_language(name); !language.empty()) {
    diagnostics.error("N0302", location,
                      fmt::format("name '{}' is a keyword of {}", name, language),
                      fmt::format("'{}_0' would do", name));
    return false;
  }
  if (use == NameUse::Module && lower.starts_with("nacre_")) {
    diagnostics.error("N0302", location,
                      fmt::format("module name '{}' starts with 'nacre_', as the leaves' do", name),
                      "choose another prefix");
    return false;
  }
  return true;
}

}  // namespace nacre
