#pragma once
// The command line: one Verb per subcommand, one file per Verb, main.cpp only dispatches.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/printer.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre::cli {

/// How results (stdout) and messages (stderr) are written.
enum class Format { Text, Json };

/// Options that every verb understands, already parsed.
struct CommonOptions {
  Format format = Format::Text;
  bool quiet = false;                  ///< no progress talk; errors and results still come
  ColorMode color = ColorMode::Auto;   ///< of messages on stderr
  std::filesystem::path output;        ///< `-o`; empty when it was not given
  std::vector<std::string> arguments;  ///< the command line as typed, argv[0] included
};

/// Whether a verb takes `-o OUT`.
enum class OutputOption { None, Optional, Required };

/// One subcommand. `add_options` binds options to state that `run` shares (a captured shared_ptr).
struct Verb {
  std::string name;
  std::string summary;  ///< one line, for `nacre --help`
  std::string example;  ///< one command that works when pasted, for `nacre VERB --help`
  OutputOption output = OutputOption::None;
  std::function<void(CLI::App&)> add_options;
  /// Runs the verb and returns the exit status. main catches exceptions (exit 70).
  std::function<int(const CommonOptions&)> run;
};

// One file each: generator/cli/<name>.cpp.
Verb check_verb();
Verb generate_verb();
Verb verify_verb();
Verb synth_verb();
Verb sweep_verb();
Verb map_verb();
Verb kinds_verb();
Verb schema_verb();
Verb explain_verb();
Verb doctor_verb();

/// Prints all messages and the summary line to stderr (text, or one JSON object a line) and returns
/// the exit status of the gravest error, 0 without errors. `consequence` ends the summary line when
/// there was an error. Call it once, at the end of a verb.
int finish(const CommonOptions& options, const Diagnostics& diagnostics,
           std::string_view consequence = "nothing written");

/// Results: text to stdout.
void print_result(std::string_view text);
inline void print_result(const std::string& text) { print_result(std::string_view(text)); }
inline void print_result(const char* text) { print_result(std::string_view(text)); }

/// Results: a JSON document to stdout, two spaces of indentation, one newline at the end.
void print_result(const nlohmann::ordered_json& document);

/// Talk: one line to stderr, unless `--quiet` or `--format json`.
void print_talk(const CommonOptions& options, std::string_view line);

/// A table with left-aligned text and right-aligned numbers; the first row is the heading.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// Reads the options of CLI11 `choices`: an error in the house's words when `value` is none of
/// them. Returns the validator to attach: `app.add_option(...)->check(one_of({"a", "b"}))`.
CLI::Validator one_of(std::vector<std::string> choices);

/// An integer in [min, max], else an error that names the nearest legal value.
CLI::Validator in_range(long long min, long long max);

/// A number in [min, max].
CLI::Validator number_in(double min, double max);

/// A number above 0, at most `max`.
CLI::Validator positive_number(double max);

}  // namespace nacre::cli
