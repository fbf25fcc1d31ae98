#pragma once
// Where external tools work: a private folder, its files, and the check of what a tool left there.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/interrupt.hpp"
#include "nacre/diagnostics.hpp"
#include "process/process.hpp"

namespace nacre::flows {

/// A folder "<prefix>-<process>-<random>" in `parent` (made when absent) that only its owner may
/// enter and that goes with the value. Nothing after reporting N0602 with `help`.
std::unique_ptr<TemporaryPath> make_private_folder(const std::filesystem::path& parent,
                                                   std::string_view prefix, std::string help,
                                                   Diagnostics& diagnostics);

/// Writes a file and the folders above it; false after reporting N0602.
bool write_text(const std::filesystem::path& file, std::string_view text, Diagnostics& diagnostics);

/// The text of a file; empty when there is none.
std::string read_text(const std::filesystem::path& file);

/// One run of a tool in a private folder.
struct ToolRun {
  std::string tool;                    ///< for messages: "verilator"
  std::string log_name;                ///< a failure keeps the log as failed-<log_name>.log
  Command command;                     ///< with folder and log
  std::vector<std::string> outputs{};  ///< files of the folder that it must have written
  /// What the log tells against a run whose exit status is 0; null: the status is believed.
  std::function<std::string(const std::string& log)> faults_of{};
  std::string time_limit_help{};  ///< what would make it faster; may be empty
};

/// Runs the tools at once, each in a process of its own. False after reporting the first that
/// failed, N0703 (not started, failed, did not write an output) or N0704 (stopped at its time
/// limit), its log kept in `log_folder`.
bool run_tools(const std::vector<ToolRun>& runs, const std::filesystem::path& log_folder,
               Diagnostics& diagnostics);

}  // namespace nacre::flows
