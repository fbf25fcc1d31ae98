#pragma once
// From RTL to a shared object that the harness loads: Verilator, then the compiler, then the cache.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"
#include "verilator/toolchain.hpp"

namespace nacre::flows {

/// One source file, by text.
struct SourceFile {
  std::string path;  ///< relative, [A-Za-z0-9_/.-]
  std::string text;
};

/// What to build.
struct ModelSource {
  std::string top;
  std::vector<SourceFile> files;  ///< in compile order
};

/// The sources that `rtl.f` lists, out of the files of an output folder (path -> text).
/// Returns nothing after reporting N0703 when a listed file is missing.
std::optional<ModelSource> model_source(const std::map<std::string, std::string>& files,
                                        const std::string& top, Diagnostics& diagnostics);

/// How to build it.
struct ModelOptions {
  bool waves = false;  ///< can write FST waveforms (twice the build time, slower)
  /// The sources are a netlist of gates: compiled in parts and with less optimisation, which there
  /// is faster to build and no slower to run.
  bool gates = false;
  std::string activity_header{};  ///< ActivityModel::header; empty: the model counts nothing
  std::filesystem::path cache;  ///< see `default_cache`
  std::chrono::seconds time_limit{900};
};

struct Model {
  std::filesystem::path shared_object;
  bool from_cache = false;
  double build_seconds = 0;
};

/// $NACRE_CACHE_DIR, else $XDG_CACHE_HOME/nacre, else ~/.cache/nacre, else a folder in the system's
/// temporary folder.
std::filesystem::path default_cache();

/// Builds the model, or finds it in the cache. A model is known by the SHA-256 of its sources, the
/// flags, the wrapper and the tools' versions; it appears in the cache in one step, complete, so
/// that runs at once and interrupted runs do no harm. Returns nothing after reporting N0602, N0703
/// or N0704.
std::optional<Model> build_model(const ModelSource& source, const ModelOptions& options,
                                 const Verilator& verilator, const Compiler& compiler,
                                 Diagnostics& diagnostics);

/// Forgets a model that could not be loaded, so that the next build makes it anew.
void remove_model(const Model& model);

}  // namespace nacre::flows
