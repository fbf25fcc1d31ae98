// nacre check SPEC: reads and validates a specification and says what it will cost.

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "diagnostics/nearest.hpp"
#include "nacre/spec.hpp"
#include "spec/kind_spec.hpp"

namespace nacre::cli {
namespace {

std::string shape_text(const StreamShape& shape) {
  if (shape.values) {
    return fmt::format("{} values of {} bits{}{}", with_commas(shape.addresses), shape.payload_bits,
                       shape.payload_signed ? ", signed" : "", shape.steps ? ", steps" : "");
  }
  return fmt::format("{} {}events", with_commas(shape.addresses),
                     shape.negative_events ? "signed " : "");
}

/// The shape, and the map that its addresses are.
std::string stream_text(const StreamShape& shape) {
  if (!has_map(shape)) return shape_text(shape);
  return fmt::format("{} ({} x {} x {})", shape_text(shape), shape.height, shape.width,
                     shape.channels);
}

/// The shapes of all inputs of a stage.
std::string inputs_text(const Stage& stage) {
  std::string text;
  for (const StreamShape& shape : stage.shapes) {
    text += (text.empty() ? "" : " + ") + stream_text(shape);
  }
  return text;
}

nlohmann::ordered_json shape_json(const StreamShape& shape) {
  nlohmann::ordered_json object;
  object["kind"] = shape.values ? "values" : "events";
  object["addresses"] = shape.addresses;
  if (shape.values) {
    object["bits"] = shape.payload_bits;
    object["signed"] = shape.payload_signed;
    object["steps"] = shape.steps;
  } else {
    object["negative"] = shape.negative_events;
  }
  if (has_map(shape)) object["map"] = {shape.height, shape.width, shape.channels};
  return object;
}

std::int64_t memory_bits(const StageFigures& figures) {
  return figures.flipflop_bits + figures.ram_bits + figures.macro_bits;
}

StageFigures figures_of(const Stage& stage) { return find_kind_spec(stage.kind)->figures(stage); }

/// A count, or a dash where the kind has no such thing.
std::string count_cell(std::int64_t count) { return count == 0 ? "-" : with_commas(count); }

std::string check_text(const Spec& spec) {
  std::vector<std::vector<std::string>> rows = {{"stage", "kind", "input", "output", "memory bits",
                                                 "synapses", "cycles/event", "peak SOP/cycle"}};
  StageFigures total;
  std::string tiles;
  for (const Stage& stage : spec.stages) {
    const StageFigures figures = figures_of(stage);
    rows.push_back({stage.name, stage.kind, inputs_text(stage), stream_text(stage.output),
                    count_cell(memory_bits(figures)), count_cell(figures.synapses),
                    count_cell(figures.cycles_per_event),
                    count_cell(figures.synaptic_operations_per_cycle)});
    total.flipflop_bits += figures.flipflop_bits;
    total.ram_bits += figures.ram_bits;
    total.macro_bits += figures.macro_bits;
    total.synapses += figures.synapses;
    total.synaptic_operations_per_cycle += figures.synaptic_operations_per_cycle;
    if (figures.utilisation > 0) {
      tiles += fmt::format("tiles of {}: {:.1f} % of the cells hold weights, the rest is padding\n",
                           stage.name, 100 * figures.utilisation);
    }
  }
  rows.push_back({"total", "", stream_text(spec.input), stream_text(spec.stages.back().output),
                  count_cell(memory_bits(total)), count_cell(total.synapses), "",
                  count_cell(total.synaptic_operations_per_cycle)});
  return fmt::format(
      "design {}, sha256 {}\n\n{}\nmemory: {} bits in flip-flops, {} in RAM, {} in macros "
      "(from the specification; registers and FIFOs not counted)\n{}",
      spec.name, spec.hash, format_table(rows), with_commas(total.flipflop_bits),
      with_commas(total.ram_bits), with_commas(total.macro_bits), tiles);
}

nlohmann::ordered_json check_json(const Spec& spec) {
  nlohmann::ordered_json document;
  document["design"] = spec.name;
  document["hash"] = spec.hash;
  document["input"] = shape_json(spec.input);
  document["stages"] = nlohmann::ordered_json::array();
  for (const Stage& stage : spec.stages) {
    const StageFigures figures = figures_of(stage);
    nlohmann::ordered_json row;
    row["name"] = stage.name;
    row["kind"] = stage.kind;
    row["input"] = shape_json(stage.input);
    if (stage.shapes.size() > 1) {
      row["inputs"] = nlohmann::ordered_json::array();
      for (const StreamShape& shape : stage.shapes) row["inputs"].push_back(shape_json(shape));
    }
    row["output"] = shape_json(stage.output);
    row["flipflop_bits"] = figures.flipflop_bits;
    row["ram_bits"] = figures.ram_bits;
    row["macro_bits"] = figures.macro_bits;
    row["synapses"] = figures.synapses;
    row["cycles_per_event"] = figures.cycles_per_event;
    row["synaptic_operations_per_cycle"] = figures.synaptic_operations_per_cycle;
    if (figures.utilisation > 0) row["utilisation"] = figures.utilisation;
    document["stages"].push_back(std::move(row));
  }
  return document;
}

}  // namespace

Verb check_verb() {
  const auto file = std::make_shared<std::string>();
  Verb verb;
  verb.name = "check";
  verb.summary = "read and validate a specification, estimate its cost; needs no tool";
  verb.example = "nacre check examples/spirit_digits/spec.json";
  verb.add_options = [file](CLI::App& app) {
    app.add_option("SPEC", *file, "the specification (JSON)")->required();
  };
  verb.run = [file](const CommonOptions& options) {
    Diagnostics diagnostics;
    const auto spec = read_spec(*file, diagnostics);
    if (spec && options.format == Format::Json) {
      print_result(check_json(*spec));
    } else if (spec) {
      print_result(check_text(*spec));
    }
    return finish(options, diagnostics, "the specification is refused");
  };
  return verb;
}

}  // namespace nacre::cli
