#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>
#include <string_view>
#include <utility>

#include "synth/yosys_run.hpp"

namespace nacre::flows {
namespace {

using Random = std::mt19937_64;

/// Fisher-Yates; std::shuffle is another one in each standard library.
void shuffle(std::vector<std::string>& items, Random& random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random() % left]);
  }
}

/// The statements of a module by kind, each with its attributes.
struct Module {
  std::string head;  ///< attributes and "module \name"
  std::vector<std::string> parameters{};
  std::vector<std::string> wires{};
  std::vector<std::string> inner_wires{};  ///< names of those that are no ports
  std::vector<std::string> memories{};
  std::vector<std::string> others{};  ///< cells and connections
};

/// A wire's name; empty for a port, which keeps its name. `line`: "  wire width 4 \\name".
std::string inner_wire(const std::string& line) {
  std::istringstream words(line);
  std::string word, name;
  while (words >> word) {
    if (word == "input" || word == "output" || word == "inout") return {};
    name = word;
  }
  return name;
}

/// The text with every name of `names` replaced; names are words that begin with '\\' or '$'. The
/// second word of "connect \\A ..." inside a cell is a pin, the others of a wire or connection are
/// signals.
std::string renamed(const std::string& text, const std::map<std::string, std::string>& names) {
  std::string result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line); result += '\n') {
    const bool is_pin = line.starts_with("    connect ");
    const bool is_signal = is_pin || line.starts_with("  wire ") || line.starts_with("  connect ");
    std::size_t skip = !is_signal ? line.size() : is_pin ? line.find(' ', 12) : 0;
    skip = std::min(skip, line.size());
    result += line.substr(0, skip);
    for (std::size_t at = skip; at < line.size();) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      const std::string word = line.substr(at, end - at);
      const auto found = names.find(word);
      result += found == names.end() ? word : found->second;
      result += line.substr(end, 1);
      at = end + 1;
    }
  }
  return result;
}

std::string text_of(Module& module, Random& random) {
  shuffle(module.wires, random);
  shuffle(module.others, random);
  std::map<std::string, std::string> names;
  for (const std::string& name : module.inner_wires) {
    names.emplace(name, fmt::format("\\w{:016x}", random()));
  }
  std::string text = module.head;
  // Names are declared before they are used.
  for (const auto* items : {&module.parameters, &module.wires, &module.memories, &module.others}) {
    for (const std::string& item : *items) text += renamed(item, names);
  }
  return text + "end\n";
}

/// Reads one statement that begins with `line`: a cell has lines of its own up to its end.
std::string read_statement(std::istringstream& stream, const std::string& line) {
  std::string text = line + "\n";
  if (!line.starts_with("  cell ") && !line.starts_with("  process ")) return text;
  for (std::string inner; std::getline(stream, inner);) {
    text += inner + "\n";
    if (inner == "  end") break;
  }
  return text;
}

Module read_module(std::istringstream& stream, std::string head) {
  Module module{.head = std::move(head)};
  std::string attributes;
  for (std::string line; std::getline(stream, line) && line != "end";) {
    if (line.starts_with("  attribute ")) {
      attributes += line + "\n";
      continue;
    }
    const std::string item = attributes + read_statement(stream, line);
    attributes.clear();
    if (line.starts_with("  wire ")) {
      module.wires.push_back(item);
      if (std::string name = inner_wire(line); !name.empty()) {
        module.inner_wires.push_back(std::move(name));
      }
    } else if (line.starts_with("  memory ")) {
      module.memories.push_back(item);
    } else if (line.starts_with("  parameter ")) {
      module.parameters.push_back(item);
    } else {
      module.others.push_back(item);
    }
  }
  return module;
}

}  // namespace

std::string shuffle_rtlil(const std::string& text, std::uint64_t seed) {
  Random random(seed);
  std::istringstream stream(text);
  std::string start, pending;
  std::vector<std::string> modules;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("attribute ")) {
      pending += line + "\n";
    } else if (line.starts_with("module ")) {
      Module module = read_module(stream, pending + line + "\n");
      pending.clear();
      modules.push_back(text_of(module, random));
    } else {
      start += line + "\n";
    }
  }
  shuffle(modules, random);
  for (const std::string& module : modules) start += module;
  return start;
}

}  // namespace nacre::flows
