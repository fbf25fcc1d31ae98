#pragma once
// Which Verilator and which compiler build models.

#include <filesystem>
#include <optional>
#include <string>

#include "nacre/diagnostics.hpp"

namespace nacre::flows {

/// The oldest Verilator that models are tested with.
inline constexpr int kMinVerilatorMajor = 5;
inline constexpr int kMinVerilatorMinor = 6;

struct Verilator {
  std::filesystem::path program;
  std::filesystem::path root;  ///< holds include/verilated.cpp
  std::string version;         ///< as the tool prints it: "Verilator 5.006 2023-01-22 ..."
};

struct Compiler {
  std::filesystem::path program;
  std::string version;  ///< first line of --version
};

/// Major and minor number in the text of `verilator --version`, or nothing.
std::optional<std::pair<int, int>> parse_verilator_version(const std::string& text);

/// Finds `verilator` on the PATH. Returns nothing after reporting N0701, N0702 or N0703.
std::optional<Verilator> find_verilator(Diagnostics& diagnostics);

/// Finds the C++ compiler: $CXX when it is set, else g++, c++ or clang++ on the PATH.
/// Returns nothing after reporting N0701 or N0703.
std::optional<Compiler> find_compiler(Diagnostics& diagnostics);

}  // namespace nacre::flows
