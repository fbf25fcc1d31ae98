#include "verilator/model.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string_view>

#include "process/workspace.hpp"
#include "spec/design_hash.hpp"
#include "verilator/wrapper.hpp"

namespace nacre::flows {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSharedObject = "model.so";

/// The code that runs each cycle; measured in docs/verification.md.
constexpr const char* kFastOptimization = "-O2";
/// The same of a netlist of gates. Measured on 11,000 cells: -O2 takes twice as long to compile,
/// and the model runs slower.
constexpr const char* kGateOptimization = "-O1";
/// Constructors and symbol tables run once; optimising them only costs build time.
constexpr const char* kSlowOptimization = "-O0";

/// Units that the code of each cycle is compiled in, at once: one more for every so many bytes
/// (about 1.5 s of compiler each), up to as many as run at once on a desk's machine.
constexpr std::uintmax_t kBytesPerUnit = 300'000;
constexpr std::uintmax_t kMaxUnits = 4;

std::vector<std::string> verilator_flags(const ModelSource& source, const ModelOptions& options) {
  std::vector<std::string> flags = {"--cc",       "--prefix",   "Vdut",        "--top-module",
                                    source.top,   "--Mdir",     "obj",         "-O3",
                                    "--x-assign", "unique",     "--x-initial", "unique",
                                    "--assert",   "-Wno-fatal", "-Wno-lint",   "-Wno-style",
                                    // Before 5.008 two loops folded in one function may share a
                                    // counter that only the first declares (verilator #4057).
                                    "-fno-reloop"};
  if (options.waves)
    flags.insert(flags.end(), {"--trace-fst", "--trace-structs", "--trace-max-array", "0"});
  if (options.gates)
    flags.insert(flags.end(), {"--output-split", "2000", "--output-split-cfuncs", "500"});
  return flags;
}

std::vector<std::string> compiler_flags(const Verilator& verilator, bool waves) {
  const std::string include = (verilator.root / "include").string();
  std::vector<std::string> flags = {
      "-std=c++17", "-fPIC", "-w",
      // Nothing of one model may be shared with another one loaded beside it.
      "-fvisibility=hidden", "-I.", "-Iobj", "-I" + include, "-I" + include + "/vltstd",
      "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVL_USER_STOP", "-DVL_USER_FATAL", "-DVL_USER_FINISH",
      // stdout is for results.
      "-DVL_PRINTF(...)=fprintf(stderr, __VA_ARGS__)"};
  if (waves) {
    flags.insert(flags.end(), {"-DVM_TRACE=1", "-DVM_TRACE_FST=1", "-DNACRE_WAVES"});
  } else {
    flags.emplace_back("-DVM_TRACE=0");
  }
  return flags;
}

/// The Verilator runtime files that a model needs.
std::vector<std::string> runtime_units(bool waves) {
  std::vector<std::string> units = {"verilated", "verilated_threads"};
  if (waves) units.emplace_back("verilated_fst_c");
  return units;
}

std::string key_of(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += fmt::format("{}:{}\n", part.size(), part);
  return sha256_hex(text).substr(0, 40);
}

void add(std::vector<std::string>& parts, const std::vector<std::string>& more) {
  parts.insert(parts.end(), more.begin(), more.end());
}

/// Gives a complete folder its final name. When someone was faster, theirs is as good.
bool publish(TemporaryPath& folder, const fs::path& target, Diagnostics& diagnostics) {
  std::error_code error;
  fs::rename(folder.path(), target, error);
  if (!error) {
    folder.keep();
    return true;
  }
  std::error_code ignored;
  if (fs::is_directory(target, ignored)) return true;
  diagnostics.error("N0602", Location{.file = target.string()},
                    fmt::format("cannot write '{}': {}", target.string(), error.message()),
                    "name another folder with --cache or NACRE_CACHE_DIR");
  return false;
}

/// A private folder in the cache.
std::unique_ptr<TemporaryPath> make_cache_folder(const fs::path& cache, Diagnostics& diagnostics) {
  return make_private_folder(cache, "tmp", "name another folder with --cache or NACRE_CACHE_DIR",
                             diagnostics);
}

/// The Verilator runtime, compiled once per compiler, flags and version. Returns its folder.
std::optional<fs::path> build_runtime(const ModelOptions& options, const Verilator& verilator,
                                      const Compiler& compiler, Diagnostics& diagnostics) {
  const std::vector<std::string> flags = compiler_flags(verilator, options.waves);
  std::vector<std::string> parts = {"runtime", verilator.version, compiler.version,
                                    kFastOptimization};
  add(parts, flags);
  const fs::path target = options.cache / ("runtime-" + key_of(parts));
  std::error_code error;
  if (fs::is_directory(target, error)) return target;
  const auto folder = make_cache_folder(options.cache, diagnostics);
  if (!folder) return std::nullopt;
  std::vector<ToolRun> jobs;
  for (const std::string& unit : runtime_units(options.waves)) {
    Command command{.arguments = {compiler.program.string()},
                    .folder = folder->path(),
                    .log = folder->path() / (unit + ".log"),
                    .time_limit = options.time_limit};
    add(command.arguments, flags);
    add(command.arguments,
        {kFastOptimization, "-c", (verilator.root / "include" / (unit + ".cpp")).string(), "-o",
         unit + ".o"});
    jobs.push_back(
        {.tool = "compiler", .log_name = "compiler", .command = command, .outputs = {unit + ".o"}});
  }
  if (!run_tools(jobs, options.cache, diagnostics)) return std::nullopt;
  if (!publish(*folder, target, diagnostics)) return std::nullopt;
  return target;
}

/// A translation unit of the model.
struct Unit {
  std::string name;  ///< "fast_0"
  const char* optimization;
  std::string text = "#include \"prefix.h\"\n";
  std::uintmax_t bytes = 0;  ///< of the files it includes
};

/// Adds units of about equal size that include `files` (name, bytes): one for every so many bytes
/// when `split`, else one.
void add_units(const std::string& name, const char* optimization, bool split,
               const std::map<std::string, std::uintmax_t>& files, std::vector<Unit>& units) {
  std::uintmax_t total_bytes = 0;
  for (const auto& [file, bytes] : files) total_bytes += bytes;
  const std::uintmax_t num = split ? std::min(kMaxUnits, 1 + total_bytes / kBytesPerUnit) : 1;
  const std::size_t first = units.size();
  for (std::uintmax_t u = 0; u < num; ++u) {
    units.push_back({.name = fmt::format("{}_{}", name, u), .optimization = optimization});
  }
  for (const auto& [file, bytes] : files) {
    Unit& unit = *std::min_element(units.begin() + static_cast<std::ptrdiff_t>(first), units.end(),
                                   [](const Unit& a, const Unit& b) { return a.bytes < b.bytes; });
    unit.text += fmt::format("#include \"obj/{}\"\n", file);
    unit.bytes += bytes;
  }
}

/// Writes the units for the code of each cycle (the wrapper in the first), and those for the rest:
/// the headers are then read a few times, not once per generated file. Returns nothing after
/// reporting.
std::optional<std::vector<Unit>> write_units(const fs::path& folder, const ModelOptions& options,
                                             Diagnostics& diagnostics) {
  std::map<std::string, std::uintmax_t> fast, slow;  // sorted: the same units in each build
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "obj")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cpp")) continue;
    // Split, the symbol table is Vdut__Syms.cpp, Vdut__Syms__1.cpp, ...
    const bool runs_once = name.ends_with("__Slow.cpp") || name.starts_with("Vdut__Syms");
    (runs_once ? slow : fast).emplace(name, entry.file_size());
  }
  std::vector<Unit> units;
  add_units("fast", options.gates ? kGateOptimization : kFastOptimization, options.gates, fast,
            units);
  units.front().text.insert(units.front().text.find('\n') + 1, "#include \"wrapper.h\"\n");
  add_units("slow", kSlowOptimization, options.gates, slow, units);
  bool written = write_text(folder / "prefix.h", prefix_header_text(), diagnostics) &&
                 write_text(folder / "wrapper.h", wrapper_text(), diagnostics) &&
                 write_text(folder / "activity.h", options.activity_header, diagnostics);
  for (const Unit& unit : units) {
    written = written && write_text(folder / (unit.name + ".cpp"), unit.text, diagnostics);
  }
  if (!written) return std::nullopt;
  return units;
}

/// Runs Verilator and the compiler in `folder`; leaves model.so there.
bool build_in(const fs::path& folder, const ModelSource& source, const ModelOptions& options,
              const Verilator& verilator, const Compiler& compiler, const fs::path& runtime,
              Diagnostics& diagnostics) {
  Command verilate{.arguments = {verilator.program.string()},
                   .folder = folder,
                   .log = folder / "verilator.log",
                   .time_limit = options.time_limit};
  add(verilate.arguments, verilator_flags(source, options));
  for (const SourceFile& file : source.files) {
    if (!write_text(folder / file.path, file.text, diagnostics)) return false;
    verilate.arguments.push_back(file.path);
  }
  if (!run_tools({{.tool = "verilator",
                   .log_name = "verilator",
                   .command = verilate,
                   .outputs = {"obj/Vdut.cpp"}}},
                 options.cache, diagnostics)) {
    return false;
  }
  const auto units = write_units(folder, options, diagnostics);
  if (!units) return false;

  std::vector<ToolRun> jobs;
  for (const Unit& unit : *units) {
    Command compile{.arguments = {compiler.program.string()},
                    .folder = folder,
                    .log = folder / (unit.name + ".log"),
                    .time_limit = options.time_limit};
    add(compile.arguments, compiler_flags(verilator, options.waves));
    if (!options.activity_header.empty()) compile.arguments.emplace_back("-DNACRE_ACTIVITY");
    add(compile.arguments, {unit.optimization, "-c", unit.name + ".cpp", "-o", unit.name + ".o"});
    jobs.push_back({.tool = "compiler",
                    .log_name = "compiler",
                    .command = compile,
                    .outputs = {unit.name + ".o"}});
  }
  if (!run_tools(jobs, options.cache, diagnostics)) return false;

  Command link{
      .arguments = {compiler.program.string(), "-shared", "-Wl,-Bsymbolic", "-o", kSharedObject},
      .folder = folder,
      .log = folder / "link.log",
      .time_limit = options.time_limit};
  for (const Unit& unit : *units) link.arguments.push_back(unit.name + ".o");
  for (const std::string& unit : runtime_units(options.waves)) {
    link.arguments.push_back((runtime / (unit + ".o")).string());
  }
  link.arguments.emplace_back("-lpthread");
  if (options.waves) link.arguments.emplace_back("-lz");
  return run_tools(
      {{.tool = "linker", .log_name = "linker", .command = link, .outputs = {kSharedObject}}},
      options.cache, diagnostics);
}

bool is_plain_path(std::string_view path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
  return !path.empty() && path.find_first_not_of(kPlain) == std::string_view::npos &&
         path.front() != '/' && path.front() != '-' && path.find("..") == std::string_view::npos;
}

}  // namespace

std::optional<ModelSource> model_source(const std::map<std::string, std::string>& files,
                                        const std::string& top, Diagnostics& diagnostics) {
  const auto list = files.find("rtl.f");
  if (list == files.end()) {
    diagnostics.error("N0703", {}, "the generated files have no 'rtl.f'");
    return std::nullopt;
  }
  ModelSource source{.top = top, .files = {}};
  std::istringstream stream(list->second);
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with("//") || line.starts_with('#')) continue;
    const auto file = files.find(line);
    if (file == files.end() || !is_plain_path(line)) {
      diagnostics.error("N0703", {}, fmt::format("'rtl.f' names '{}', which is not there", line));
      return std::nullopt;
    }
    source.files.push_back({.path = line, .text = file->second});
  }
  return source;
}

std::filesystem::path default_cache() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  if (const std::string folder = variable("NACRE_CACHE_DIR"); !folder.empty()) return folder;
  if (const std::string folder = variable("XDG_CACHE_HOME"); !folder.empty()) {
    return fs::path(folder) / "nacre";
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "nacre";
  }
  std::error_code error;
  return fs::temp_directory_path(error) / fmt::format("nacre-cache-{}", ::getuid());
}

std::optional<Model> build_model(const ModelSource& source, const ModelOptions& options,
                                 const Verilator& verilator, const Compiler& compiler,
                                 Diagnostics& diagnostics) {
  const auto start = std::chrono::steady_clock::now();
  ModelOptions absolute = options;
  std::error_code error;
  absolute.cache = fs::absolute(options.cache, error);
  std::vector<std::string> parts = {"model",
                                    verilator.version,
                                    compiler.version,
                                    options.gates ? kGateOptimization : kFastOptimization,
                                    kSlowOptimization,
                                    options.activity_header,
                                    std::string(wrapper_text()),
                                    std::string(prefix_header_text())};
  add(parts, verilator_flags(source, options));
  add(parts, compiler_flags(verilator, options.waves));
  for (const SourceFile& file : source.files) add(parts, {file.path, file.text});
  const fs::path target = absolute.cache / ("model-" + key_of(parts));
  if (fs::is_regular_file(target / kSharedObject, error)) {
    return Model{.shared_object = target / kSharedObject, .from_cache = true};
  }
  const auto runtime = build_runtime(absolute, verilator, compiler, diagnostics);
  if (!runtime) return std::nullopt;
  const auto work = make_cache_folder(absolute.cache, diagnostics);
  const auto finished = make_cache_folder(absolute.cache, diagnostics);
  if (!work || !finished) return std::nullopt;
  if (!build_in(work->path(), source, absolute, verilator, compiler, *runtime, diagnostics)) {
    return std::nullopt;
  }
  // Only the shared object is kept: what Verilator wrote can be made again.
  fs::rename(work->path() / kSharedObject, finished->path() / kSharedObject, error);
  if (error) {
    diagnostics.error("N0602", Location{.file = target.string()},
                      fmt::format("cannot write '{}': {}", target.string(), error.message()));
    return std::nullopt;
  }
  if (!publish(*finished, target, diagnostics)) return std::nullopt;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return Model{
      .shared_object = target / kSharedObject, .from_cache = false, .build_seconds = taken.count()};
}

void remove_model(const Model& model) {
  std::error_code ignored;
  fs::remove_all(model.shared_object.parent_path(), ignored);
}

}  // namespace nacre::flows
