// How every verb prints: results to stdout, messages and talk to stderr.

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli.hpp"
#include "diagnostics/nearest.hpp"

namespace nacre::cli {

int finish(const CommonOptions& options, const Diagnostics& diagnostics,
           std::string_view consequence) {
  const std::string end(consequence);
  const std::string text =
      options.format == Format::Json
          ? format_all_json(diagnostics, end)
          : format_all_text(diagnostics, use_color(options.color, STDERR_FILENO), end);
  // Results first: a terminal shows both streams, and the messages are the conclusion.
  std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return static_cast<int>(diagnostics.exit_status());
}

void print_result(std::string_view text) {
  // main asks stdout for errors once, at the end.
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_result(const nlohmann::ordered_json& document) {
  print_result(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
               "\n");
}

void print_talk(const CommonOptions& options, std::string_view line) {
  if (options.quiet || options.format == Format::Json) return;
  fmt::print(stderr, "{}\n", line);
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<bool> is_number;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      const std::string& cell = rows[row][column];
      if (column == widths.size()) {
        widths.push_back(0);
        is_number.push_back(true);
      }
      widths[column] = std::max(widths[column], cell.size());
      // A column is numeric when everything under its heading is.
      if (row > 0 && cell.find_first_not_of("0123456789,.-") != std::string::npos) {
        is_number[column] = false;
      }
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      if (column > 0) line += "  ";
      line += is_number[column] ? fmt::format("{:>{}}", row[column], widths[column])
                                : fmt::format("{:<{}}", row[column], widths[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

namespace {

/// A finite number that `is_legal` takes; `rule` says which.
CLI::Validator number_that(std::function<bool(double)> is_legal, std::string description,
                           std::string rule) {
  return CLI::Validator(
      [is_legal = std::move(is_legal), rule = std::move(rule)](const std::string& text) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool is_number = error == std::errc() && end == text.data() + text.size();
        if (is_number && std::isfinite(value) && is_legal(value)) return std::string();
        return fmt::format("'{}' must be a number {}", text, rule);
      },
      std::move(description));
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> choices) {
  const std::string description = quoted_list(choices, "or");
  return CLI::Validator(
      [choices = std::move(choices)](const std::string& value) -> std::string {
        if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
        const auto near = nearest_word(value, choices);
        return fmt::format("'{}' is none of {}{}", value, quoted_list(choices, "and"),
                           near ? fmt::format("; did you mean '{}'?", *near) : std::string());
      },
      description);
}

CLI::Validator in_range(long long min, long long max) {
  return CLI::Validator(
      [min, max](const std::string& value) -> std::string {
        long long number = 0;
        const auto result = std::from_chars(value.data(), value.data() + value.size(), number);
        if (result.ec == std::errc::invalid_argument || result.ptr != value.data() + value.size()) {
          return fmt::format("'{}' is not an integer", value);
        }
        if (result.ec == std::errc() && number >= min && number <= max) return {};
        const bool below = value.starts_with('-') || (result.ec == std::errc() && number < min);
        return fmt::format("{} is outside {} ... {}; {} is the nearest legal value", value, min,
                           max, below ? min : max);
      },
      fmt::format("{} ... {}", min, max));
}

CLI::Validator number_in(double min, double max) {
  return number_that([min, max](double value) { return value >= min && value <= max; },
                     fmt::format("{} ... {}", min, max), fmt::format("in {} ... {}", min, max));
}

CLI::Validator positive_number(double max) {
  return number_that([max](double value) { return value > 0 && value <= max; },
                     fmt::format("above 0, at most {}", max),
                     fmt::format("above 0, at most {}", max));
}

}  // namespace nacre::cli
