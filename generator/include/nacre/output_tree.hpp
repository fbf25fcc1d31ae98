#pragma once
// A folder of output files: held in memory until complete, then written as a whole or not at all.

#include <filesystem>
#include <map>
#include <string>

#include "nacre/diagnostics.hpp"

namespace nacre {

/// The files of one output folder. `manifest.json` is not among them: it follows from the rest.
struct FileTree {
  std::string design;                        ///< name of the design, for the manifest
  std::string hash;                          ///< SHA-256 of the design (Spec::hash)
  std::map<std::string, std::string> files;  ///< path relative to the folder ('/'), bytes
};

/// The text of `manifest.json`: tool, version, design, and the SHA-256 of every file.
std::string manifest_text(const FileTree& tree);

/// Name of the file that makes a folder ours; it lists every other file with its SHA-256.
inline constexpr const char* kManifestName = "manifest.json";

/// Makes `out` hold exactly the files of `tree` and a manifest, in one step: the files are written
/// to a temporary sibling of `out`, flushed to the disk and renamed, so that nobody ever sees half
/// a folder, and two runs at once both succeed.
///
/// `out` may be absent (its parents are made), empty, or a folder that an earlier run wrote.
/// Anything else is refused and left as it is: a file or a folder without our manifest (N0601), a
/// folder with a file that is not in its manifest or was changed since (N0604). A full disk is
/// N0603, any other refusal of the operating system N0602. Returns false after reporting one of
/// these; the temporary folder is then gone, and `out` untouched.
bool write_tree(const std::filesystem::path& out, const FileTree& tree, Diagnostics& diagnostics);

/// The same checks without writing, so that a long run can refuse before it starts.
/// Returns false after reporting why `out` cannot be used.
bool may_write_tree(const std::filesystem::path& out, Diagnostics& diagnostics);

}  // namespace nacre
