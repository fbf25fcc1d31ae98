#include "verify/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "diagnostics/interrupt.hpp"
#include "process/process.hpp"
#include "report/report.hpp"
#include "verilator/toolchain.hpp"

namespace nacre::flows {
namespace {

using harness::Check;

struct LoadedModel {
  Model model;
  std::unique_ptr<harness::DutFactory> factory;
};

/// Builds (or finds) and loads a model. One that cannot be loaded is built anew once: its file may
/// have been damaged since.
std::optional<LoadedModel> load(const ModelSource& source, const ModelOptions& options,
                                const Verilator& verilator, const Compiler& compiler,
                                Diagnostics& diagnostics) {
  for (int attempt = 0;; ++attempt) {
    const auto model = build_model(source, options, verilator, compiler, diagnostics);
    if (!model) return std::nullopt;
    try {
      return LoadedModel{.model = *model, .factory = harness::load_model(model->shared_object)};
    } catch (const std::runtime_error& fault) {
      if (attempt == 0 && model->from_cache) {
        remove_model(*model);
        continue;
      }
      diagnostics.error("N0703", {}, fmt::format("the model cannot be loaded: {}", fault.what()));
      return std::nullopt;
    }
  }
}

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// Repeats the run on a model that can trace; adds waves/ to the files. Faults here do not hide the
/// difference itself: they become warnings by being left out.
void add_waves(const ModelSource& source, const VerifyOptions& options, const Verilator& verilator,
               const Compiler& compiler, const harness::Setup& setup, Verification& found) {
  Diagnostics ignored;
  const auto tracing =
      load(source,
           {.waves = true, .gates = options.gates, .activity_header = {}, .cache = options.cache},
           verilator, compiler, ignored);
  if (!tracing) return;
  std::random_device device;
  std::error_code error;
  const TemporaryPath file(std::filesystem::temp_directory_path(error) /
                           fmt::format("nacre-{}-{:08x}.fst", ::getpid(), device()));
  if (!harness::record_waves(setup, *tracing->factory, options.lockstep, *found.triage,
                             file.path())) {
    return;
  }
  const std::string name = fmt::format("sample_{}.fst", found.triage->difference.sample);
  found.files["waves/" + name] = read_bytes(file.path());
  found.files[fmt::format("waves/sample_{}.gtkw", found.triage->difference.sample)] =
      harness::gtkw_text(setup, name);
}

std::string_view code_of(const harness::Difference& difference) {
  if (difference.field == "hang") return "N0803";
  if (difference.check == Check::IdAndHash) return "N0802";
  if (difference.check == Check::Cycles) return "N0805";
  return "N0801";
}

/// The search's result in lines, for the message and for results.xml.
std::string triage_text(const harness::Triage& found) {
  std::string text = harness::describe(found.difference) + "\n" + found.note + "\n";
  if (!found.last_events.empty()) {
    text += fmt::format("last events into '{}' (time step: event):", found.difference.stage);
    for (const auto& [step, word] : found.last_events) {
      text += fmt::format(" {}: {};", step, harness::describe(word));
    }
    text.back() = '\n';
  }
  return text + "repeat: " + display(found.command) + "\n";
}

void report_difference(const Spec& spec, const Verification& found, Diagnostics& diagnostics) {
  const harness::Triage& triage = *found.triage;
  std::string message = harness::describe(triage.difference);
  const std::int64_t more = found.result.num_differences - 1;
  if (more > 0) message += fmt::format(" ({} more difference{})", more, more == 1 ? "" : "s");
  std::string help = triage.note;
  if (!triage.last_events.empty()) {
    help += fmt::format("; last events into '{}' (time step: event):", triage.difference.stage);
    for (const auto& [step, word] : triage.last_events) {
      help += fmt::format(" {}: {},", step, harness::describe(word));
    }
    help.pop_back();
  }
  help += fmt::format("; repeat with: {}", display(triage.command));
  for (const auto& [path, bytes] : found.files) {
    if (path.ends_with(".fst")) help += fmt::format("; waveform: OUT/{}", path);
  }
  diagnostics.error(code_of(triage.difference), Location{.file = spec.file.string()}, message,
                    help);
}

/// Looks for the cause of a difference and reports it. `place` says on what it was found, in words;
/// may be empty.
void look_into(const ModelSource& source, const VerifyOptions& options, const Verilator& verilator,
               const Compiler& compiler, const harness::Setup& setup, const LoadedModel& loaded,
               const std::string& place, Verification& found, Diagnostics& diagnostics) {
  const auto talk = [&options](const char* line) {
    if (options.talk) options.talk(line);
  };
  talk("a difference: looking for its first time step");
  found.triage =
      harness::triage(setup, *loaded.factory, options.lockstep, found.result, options.base_command);
  if (!place.empty()) found.triage->note = place + "; " + found.triage->note;
  if (options.waves && found.triage->difference.sample >= 0) {
    talk("building the model again to record a waveform");
    add_waves(source, options, verilator, compiler, setup, found);
  }
  report_difference(*setup.spec, found, diagnostics);
}

/// Adds the comparisons of another run of the same design; its samples are not listed.
void merge(harness::LockstepResult& result, const harness::LockstepResult& other) {
  for (std::size_t c = 0; c < result.checks.size(); ++c) {
    result.checks[c].comparisons += other.checks[c].comparisons;
    result.checks[c].failures += other.checks[c].failures;
  }
  result.differences.insert(result.differences.end(), other.differences.begin(),
                            other.differences.end());
  result.num_differences += other.num_differences;
  if (!result.failed_sample) result.failed_sample = other.failed_sample;
  result.simulated_cycles += other.simulated_cycles;
}

/// A die of the study: specification and setup of the same RTL with other devices.
struct Die {
  Spec spec;
  harness::Setup setup;
};

std::unique_ptr<Die> make_die(const harness::Setup& setup, std::uint32_t number) {
  auto die = std::make_unique<Die>(Die{.spec = {}, .setup = setup});
  std::tie(die->spec, die->setup.settings) = die_of(*setup.spec, number);
  die->setup.spec = &die->spec;
  return die;
}

harness::Metric rtl_devices_metric(std::int64_t dies) {
  return {.key = "verify__devices__rtl__count",
          .value = static_cast<double>(dies),
          .integer = true,
          .unit = "dies",
          .method = "measured",
          .source = "first dies that ran on the Verilated RTL, too, without a difference",
          .reason = {},
          .title = "dies on the RTL"};
}

}  // namespace

std::optional<Verification> verify_design(const Spec& spec, const data::Stimulus& stimulus,
                                          const std::map<std::string, std::string>& files,
                                          const VerifyOptions& options, Diagnostics& diagnostics) {
  const auto talk = [&options](const std::string& line) {
    if (options.talk) options.talk(line);
  };
  if (options.devices > 0 && !can_study(spec, stimulus, options.devices, diagnostics)) {
    return std::nullopt;
  }
  const auto verilator = find_verilator(diagnostics);
  const auto compiler = find_compiler(diagnostics);
  if (!verilator || !compiler) return std::nullopt;
  const auto source = model_source(files, spec.name, diagnostics);
  if (!source) return std::nullopt;
  const auto loaded =
      load(*source,
           {.waves = false, .gates = options.gates, .activity_header = {}, .cache = options.cache},
           *verilator, *compiler, diagnostics);
  if (!loaded) return std::nullopt;
  talk(loaded->model.from_cache
           ? std::string("model found in the cache")
           : fmt::format("model built in {:.1f} s", loaded->model.build_seconds));

  std::optional<harness::Setup> setup;
  try {
    setup = harness::make_setup(spec, stimulus, files);
  } catch (const std::runtime_error& fault) {
    NACRE_CHECK(false, fmt::format("the generated files contradict each other: {}", fault.what()));
  }
  Verification found;
  found.build_seconds = loaded->model.build_seconds;
  found.model_from_cache = loaded->model.from_cache;
  found.result = harness::run_lockstep(*setup, *loaded->factory, options.lockstep);
  talk(fmt::format("{} samples, {} clock cycles in {:.2f} s ({:.2f} million per second)",
                   options.lockstep.samples, found.result.simulated_cycles, found.result.seconds,
                   static_cast<double>(found.result.simulated_cycles) / 1e6 /
                       std::max(1e-9, found.result.seconds)));
  if (!found.result.passed()) {
    look_into(*source, options, *verilator, *compiler, *setup, *loaded, {}, found, diagnostics);
  }
  const std::int64_t rtl_devices = std::min(options.devices, options.rtl_devices);
  for (std::int64_t number = 0; number < rtl_devices && found.result.passed(); ++number) {
    const auto die = make_die(*setup, static_cast<std::uint32_t>(number));
    harness::LockstepOptions lockstep = options.lockstep;
    lockstep.samples = std::min(lockstep.samples, harness::kBlockSamples);
    merge(found.result, harness::run_lockstep(die->setup, *loaded->factory, lockstep));
    if (!found.result.passed()) {
      VerifyOptions with_die = options;
      const std::string dies = fmt::format("{}", number + 1);
      with_die.base_command.insert(with_die.base_command.end(),
                                   {"--devices", dies, "--rtl-devices", dies});
      look_into(*source, with_die, *verilator, *compiler, die->setup, *loaded,
                fmt::format("on die {} of the study", number), found, diagnostics);
    }
  }
  found.metrics = harness::verify_metrics(found.result);
  if (options.devices > 0 && found.result.passed()) {
    found.devices = study_devices(spec, stimulus,
                                  {.dies = options.devices,
                                   .first = options.lockstep.first,
                                   .samples = options.lockstep.samples,
                                   .threads = options.lockstep.threads,
                                   .yield_at = options.yield_at,
                                   .talk = options.talk});
    for (harness::Metric& metric : device_metrics(*found.devices)) {
      found.metrics.push_back(std::move(metric));
    }
    found.metrics.push_back(rtl_devices_metric(rtl_devices));
  }

  harness::Properties properties = {
      {"design", spec.name},
      {"hash", spec.hash},
      {"seed", fmt::format("{}", options.lockstep.seed)},
      {"first", fmt::format("{}", options.lockstep.first)},
      {"samples", fmt::format("{}", options.lockstep.samples)},
      {"stalls", fmt::format("{}", options.lockstep.stalls)},
      {"resets", fmt::format("{}", options.lockstep.resets)},
      {"verilator", verilator->version},
      {"compiler", compiler->version},
  };
  if (options.devices > 0) properties.emplace_back("devices", fmt::format("{}", options.devices));
  for (const std::string& field : found.result.not_readable) {
    properties.emplace_back("state_not_readable", field);
  }
  found.files["metrics.json"] = harness::metrics_json(found.metrics);
  found.files["results.xml"] =
      harness::junit_xml(found.result, spec.name, properties,
                         found.triage ? triage_text(*found.triage) : std::string());
  found.files["report.html"] = report_html({.setup = &*setup,
                                            .result = &found.result,
                                            .metrics = &found.metrics,
                                            .triage = found.triage ? &*found.triage : nullptr,
                                            .properties = &properties,
                                            .devices = found.devices ? &*found.devices : nullptr,
                                            .command = display(options.command)});
  return found;
}

}  // namespace nacre::flows
