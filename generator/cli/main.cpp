// nacre: parses the command line and dispatches to a verb.

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "cli.hpp"
#include "design/version.hpp"
#include "diagnostics/interrupt.hpp"
#include "diagnostics/nearest.hpp"

namespace nacre::cli {
namespace {

/// What CLI11 fills in; shared by all subcommands, of which one runs.
struct Parsed {
  CommonOptions common;
  std::string format = "text";
  std::string color = "auto";
  std::string output;
};

std::vector<Verb> all_verbs() {
  return {check_verb(), generate_verb(), verify_verb(), map_verb(),     sweep_verb(),
          synth_verb(), kinds_verb(),    schema_verb(), explain_verb(), doctor_verb()};
}

CLI::App* add_verb(CLI::App& app, const Verb& verb, const std::shared_ptr<Parsed>& parsed) {
  CLI::App* const sub = app.add_subcommand(verb.name, verb.summary);
  verb.add_options(*sub);
  sub->add_option("--format", parsed->format, "how results and messages are printed")
      ->check(one_of({"text", "json"}))
      ->option_text("text|json");
  sub->add_option("--color", parsed->color, "colour of messages")
      ->check(one_of({"auto", "always", "never"}))
      ->option_text("auto|always|never");
  sub->add_flag("-q,--quiet", parsed->common.quiet, "no progress talk");
  if (verb.output != OutputOption::None) {
    CLI::Option* const output =
        sub->add_option("-o,--output", parsed->output, "folder that is written")->type_name("OUT");
    if (verb.output == OutputOption::Required) output->required();
  }
  sub->footer(fmt::format("Example:\n  {}", verb.example));
  return sub;
}

/// Names of a subcommand's options as they are typed.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

/// En and em dashes come from word processors and web pages; the shell passes them on.
bool has_typographic_dash(const std::string& argument) {
  return argument.starts_with("\xe2\x80\x93") || argument.starts_with("\xe2\x80\x94") ||
         argument.starts_with("-\xe2\x80\x93") || argument.starts_with("-\xe2\x80\x94");
}

void report_unknown_option(const std::string& typed, const CLI::App& app, const std::string& verb,
                           Diagnostics& diagnostics) {
  const std::vector<std::string> names = option_names(app);
  const auto near = nearest_word(typed, names);
  diagnostics.error(
      "N0902", {}, fmt::format("unknown option '{}'", typed),
      near ? fmt::format("did you mean '{}'?", *near)
           : fmt::format("`nacre {}{}--help` lists the options", verb, verb.empty() ? "" : " "));
}

/// CLI11 takes an unknown option for an argument and complains about something else, so options are
/// looked up here first. Arguments that are the value of an option before them are left alone.
void check_options(const std::vector<std::string>& arguments, std::size_t first,
                   const CLI::App& app, const std::string& verb, Diagnostics& diagnostics) {
  for (std::size_t i = first; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") return;
    if (has_typographic_dash(argument)) {
      diagnostics.error("N0902", {},
                        fmt::format("'{}' begins with a dash that is no hyphen", argument),
                        "type the hyphen '-' of the keyboard");
      continue;
    }
    if (argument.size() < 2 || argument[0] != '-') continue;
    const bool is_long = argument[1] == '-';
    const std::string name =
        is_long ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
    const CLI::Option* const option = app.get_option_no_throw(name);
    if (option == nullptr) {
      report_unknown_option(is_long ? name : argument, app, verb, diagnostics);
      continue;
    }
    const bool value_is_apart =
        is_long ? argument.find('=') == std::string::npos : argument.size() == 2;
    if (option->get_items_expected_min() > 0 && value_is_apart) ++i;
  }
}

/// The text of CLI11's exceptions in our codes.
void report(const CLI::ParseError& error, const std::string& verb, Diagnostics& diagnostics) {
  const std::string help = fmt::format("see `nacre {} --help`", verb);
  const std::string text = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    const auto end = text.find(" is required");
    diagnostics.error("N0903", {}, fmt::format("'{}' is missing", text.substr(0, end)), help);
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const auto end = text.find(": ");
    diagnostics.error("N0903", {}, fmt::format("'{}' needs a value", text.substr(0, end)), help);
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto begin = text.find(": ");
    diagnostics.error("N0905", {},
                      fmt::format("'{}' is an argument too many",
                                  begin == std::string::npos ? text : text.substr(begin + 2)),
                      help);
  } else {
    diagnostics.error("N0904", {}, text, help);
  }
}

/// Before CLI11 has parsed anything, messages should already have the wanted form.
Format wanted_format(const std::vector<std::string>& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--format=json") return Format::Json;
    if (arguments[i] == "--format" && i + 1 < arguments.size() && arguments[i + 1] == "json") {
      return Format::Json;
    }
  }
  return Format::Text;
}

/// Results can get lost in a full disk or a closed pipe; that must not look like success.
int check_stdout(const CommonOptions& options, int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  Diagnostics diagnostics;
  diagnostics.error("N0906", {}, "the results cannot be written to standard output");
  const int lost = finish(options, diagnostics, "results are lost");
  return status == 0 ? lost : status;
}

int run(const std::vector<std::string>& arguments) {
  const auto parsed = std::make_shared<Parsed>();
  parsed->common.arguments = arguments;
  parsed->common.format = wanted_format(arguments);
  Diagnostics diagnostics;
  const auto refuse = [&] { return finish(parsed->common, diagnostics, "nothing done"); };

  CLI::App app(
      "nacre turns the specification of a near-memory neural circuit into SystemVerilog\n"
      "and proves it bit-exact against a golden model.",
      "nacre");
  app.set_version_flag("--version", fmt::format("nacre {}", version().text));
  app.footer(
      "Example:\n  nacre check examples/spirit_digits/spec.json\n\n"
      "`nacre VERB --help` shows the options of a verb. Exit status: docs/exit_status.md.");
  const std::vector<Verb> verbs = all_verbs();
  std::vector<std::string> names;
  for (const Verb& verb : verbs) {
    add_verb(app, verb, parsed);
    names.push_back(verb.name);
  }

  // The verb is the first argument that is no option.
  std::size_t verb_at = 1;
  while (verb_at < arguments.size() && arguments[verb_at].starts_with('-')) ++verb_at;
  const std::vector<std::string> before(arguments.begin(),
                                        arguments.begin() + static_cast<std::ptrdiff_t>(verb_at));
  check_options(before, 1, app, "", diagnostics);
  if (diagnostics.has_errors()) return refuse();
  const bool asks_app = verb_at > 1;  // --help or --version, before any verb
  const Verb* verb = nullptr;
  if (!asks_app) {
    if (verb_at == arguments.size()) {
      diagnostics.error("N0903", {}, "a verb is missing",
                        fmt::format("verbs: {}; see `nacre --help`", quoted_list(names, "and")));
      return refuse();
    }
    for (const Verb& each : verbs) {
      if (each.name == arguments[verb_at]) verb = &each;
    }
    if (verb == nullptr) {
      if (has_typographic_dash(arguments[verb_at])) {
        check_options(arguments, verb_at, app, "", diagnostics);
        return refuse();
      }
      const auto near = nearest_word(arguments[verb_at], names);
      diagnostics.error("N0901", {}, fmt::format("unknown verb '{}'", arguments[verb_at]),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : fmt::format("verbs: {}", quoted_list(names, "and")));
      return refuse();
    }
    check_options(arguments, verb_at + 1, *app.get_subcommand(verb->name), verb->name, diagnostics);
    if (diagnostics.has_errors()) return refuse();
  }

  // CLI11 takes the arguments last first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend() - 1);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    print_result(verb == nullptr ? app.help() : app.get_subcommand(verb->name)->help("nacre"));
    return check_stdout(parsed->common, 0);
  } catch (const CLI::CallForVersion& request) {
    print_result(fmt::format("{}\n", request.what()));
    return check_stdout(parsed->common, 0);
  } catch (const CLI::ParseError& error) {
    report(error, verb == nullptr ? "" : verb->name, diagnostics);
    return refuse();
  }
  NACRE_CHECK(verb != nullptr, "CLI11 accepted a command line without a verb");
  CommonOptions& common = parsed->common;
  common.format = parsed->format == "json" ? Format::Json : Format::Text;
  common.color = parsed->color == "always"  ? ColorMode::Always
                 : parsed->color == "never" ? ColorMode::Never
                                            : ColorMode::Auto;
  common.output = parsed->output;
  try {
    return check_stdout(common, verb->run(common));
  } catch (const std::bad_alloc&) {
    Diagnostics exhausted;
    exhausted.error("N1005", {}, "memory is exhausted",
                    "make the design smaller, or use a machine with more memory");
    return finish(common, exhausted);
  }
}

}  // namespace
}  // namespace nacre::cli

int main(int argc, char** argv) {
  try {
    nacre::install_signal_handlers();
    std::vector<std::string> arguments(argv, argv + argc);
    if (arguments.empty()) arguments.emplace_back("nacre");
    return nacre::cli::run(arguments);
  } catch (const std::exception& error) {
    nacre::internal_error("main.cpp", 0, fmt::format("uncaught exception: {}", error.what()));
  } catch (...) {
    nacre::internal_error("main.cpp", 0, "uncaught exception of unknown type");
  }
}
