#include "nacre/output_tree.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "diagnostics/interrupt.hpp"
#include "spec/design_hash.hpp"

namespace nacre {
namespace {

namespace fs = std::filesystem;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  /// Closes now and tells whether that went well (a network file system may report a full disk
  /// here).
  bool close() { return ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

Location place(const fs::path& path) { return Location{.file = path.string(), .pointer = {}}; }

/// Reports the error `number` of the operating system about `path`.
void report_errno(Diagnostics& diagnostics, const fs::path& path, std::string_view doing,
                  int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  diagnostics.error(full ? "N0603" : "N0602", place(path),
                    fmt::format("cannot {} '{}': {}", doing, path.string(),
                                std::generic_category().message(number)),
                    full ? "free some space, or choose another output folder"
                         : "choose an output folder that you may write to");
}

// ------------------------------------------------------------------------------- What is there

enum class Found { Nothing, Ours, Foreign, Vanished };

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// Path -> SHA-256 of a manifest's text; nothing when it is none of ours.
std::optional<std::map<std::string, std::string>> parse_manifest(
    const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const nlohmann::json manifest = nlohmann::json::parse(*text, nullptr, false);
  if (!manifest.is_object() || manifest.value("tool", nlohmann::json()) != "nacre" ||
      !manifest.contains("files") || !manifest["files"].is_object()) {
    return std::nullopt;
  }
  std::map<std::string, std::string> files;
  for (const auto& [path, hash] : manifest["files"].items()) {
    if (!hash.is_string()) return std::nullopt;
    files[path] = hash.get<std::string>();
  }
  return files;
}

/// Why `out` may not be replaced, as an N0604; nothing when each of its files is as we left it.
void check_files(const fs::path& out, const std::map<std::string, std::string>& manifest,
                 Diagnostics& diagnostics) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(out)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    const std::string relative = entry.path().lexically_relative(out).generic_string();
    if (relative == kManifestName) continue;
    const auto known = manifest.find(relative);
    if (known == manifest.end()) {
      diagnostics.error("N0604", place(entry.path()),
                        fmt::format("'{}' was not written by nacre", entry.path().string()),
                        "move it out of the output folder, or choose another one");
      continue;
    }
    const std::optional<std::string> bytes = read_file(entry.path());
    if (entry.is_symlink() || !bytes || sha256_hex(*bytes) != known->second) {
      diagnostics.error(
          "N0604", place(entry.path()),
          fmt::format("'{}' was changed since nacre wrote it", entry.path().string()),
          "keep your change elsewhere and remove this file, or choose another folder");
    }
  }
}

/// What lies at `out`; reports it when it is foreign.
Found examine(const fs::path& out, Diagnostics& diagnostics) {
  Diagnostics found;
  std::optional<std::string> text;
  try {
    const fs::file_status status = fs::symlink_status(out);
    if (status.type() == fs::file_type::not_found) return Found::Nothing;
    if (status.type() != fs::file_type::directory) {
      diagnostics.error("N0601", place(out),
                        fmt::format("output folder '{}' is a file", out.string()),
                        "choose another output folder");
      return Found::Foreign;
    }
    if (fs::is_empty(out)) return Found::Ours;
    text = read_file(out / kManifestName);
    const auto manifest = parse_manifest(text);
    if (!manifest) {
      diagnostics.error(
          "N0601", place(out),
          fmt::format("output folder '{}' exists and was not written by nacre", out.string()),
          "choose an absent or empty folder");
      return Found::Foreign;
    }
    check_files(out, *manifest, found);
  } catch (const fs::filesystem_error& error) {
    // Another run may have replaced the folder while we looked.
    if (error.code() == std::errc::no_such_file_or_directory) return Found::Vanished;
    report_errno(diagnostics, out, "read", error.code().value());
    return Found::Foreign;
  }
  // Faults may come from the files of one run beside the manifest of another; then look again.
  if (found.has_errors() && read_file(out / kManifestName) != text) {
    return Found::Vanished;
  }
  for (const Diagnostic& each : found.all()) {
    diagnostics.error(each.code, each.location, each.message, each.help);
  }
  return found.has_errors() ? Found::Foreign : Found::Ours;
}

/// More would mean that something else than a few runs at once keeps changing the folder.
constexpr int kMaxAttempts = 1000;

/// As `examine`, at a moment at which no other run replaced the folder.
Found examine_settled(const fs::path& out, Diagnostics& diagnostics) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const Found found = examine(out, diagnostics);
    if (found != Found::Vanished) return found;
  }
  report_errno(diagnostics, out, "read", EBUSY);
  return Found::Foreign;
}

// ------------------------------------------------------------------------------------- Writing

/// A file whose bytes are written but perhaps not yet on the disk.
struct PendingFile {
  std::unique_ptr<Descriptor> descriptor;
  fs::path shown;  ///< where the user expects the file; messages name it
};

/// Writes one file and starts its way to the disk; nothing after reporting a fault.
std::optional<PendingFile> write_file(const fs::path& path, const fs::path& shown,
                                      std::string_view bytes, Diagnostics& diagnostics) {
  PendingFile file{.descriptor = std::make_unique<Descriptor>(
                       ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)),
                   .shown = shown};
  if (!file.descriptor->is_open()) {
    report_errno(diagnostics, shown, "create", errno);
    return std::nullopt;
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.descriptor->value(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      report_errno(diagnostics, shown, "write", errno);
      return std::nullopt;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  // Only a hint: the flush below waits. It lets the file system write all files in one go, instead
  // of one journal entry for each.
  ::sync_file_range(file.descriptor->value(), 0, 0, SYNC_FILE_RANGE_WRITE);
  return file;
}

/// Error number of flushing and closing one file or folder, 0 when all is well.
int flush(PendingFile& file) {
  // EINVAL: a file system that cannot flush this has nothing to flush.
  if (::fsync(file.descriptor->value()) != 0 && errno != EINVAL) return errno;
  return file.descriptor->close() ? 0 : errno;
}

/// Waits until the files are on the disk, and closes them. Many at once: the disk then empties its
/// cache once for all of them, which is nearly all of the time that one takes.
bool flush_all(std::vector<PendingFile>& files, Diagnostics& diagnostics) {
  constexpr std::size_t kMaxThreads = 32;
  std::vector<int> errors(files.size(), 0);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) errors[i] = flush(files[i]);
  };
  {
    std::vector<std::jthread> threads;
    try {
      for (std::size_t t = 1; t < std::min(kMaxThreads, files.size()); ++t) {
        threads.emplace_back(work);
      }
    } catch (const std::system_error&) {
      // The system grants no more threads: those that we have do the work.
    }
    work();
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (errors[i] == 0) continue;
    report_errno(diagnostics, files[i].shown, "write", errors[i]);
    return false;
  }
  files.clear();
  return true;
}

/// A folder, to be flushed like a file: its entries are its contents.
std::optional<PendingFile> open_folder(const fs::path& folder, Diagnostics& diagnostics) {
  PendingFile file{.descriptor = std::make_unique<Descriptor>(
                       ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                   .shown = folder};
  if (file.descriptor->is_open()) return file;
  report_errno(diagnostics, folder, "write", errno);
  return std::nullopt;
}

bool sync_folder(const fs::path& folder, Diagnostics& diagnostics) {
  std::vector<PendingFile> files;
  auto file = open_folder(folder, diagnostics);
  if (!file) return false;
  files.push_back(std::move(*file));
  return flush_all(files, diagnostics);
}

/// Writes every file and the manifest below `folder`, the manifest last. `out` is where the folder
/// will be.
bool write_files(const fs::path& folder, const fs::path& out, const FileTree& tree,
                 Diagnostics& diagnostics) {
  constexpr std::size_t kMaxOpenFiles = 128;
  std::vector<PendingFile> pending;
  std::set<fs::path> folders = {folder};
  for (const auto& [relative, bytes] : tree.files) {
    const fs::path path = folder / relative;
    for (fs::path up = path.parent_path(); folders.insert(up).second; up = up.parent_path()) {
    }
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
      report_errno(diagnostics, (out / relative).parent_path(), "create", error.value());
      return false;
    }
    auto file = write_file(path, out / relative, bytes, diagnostics);
    if (!file) return false;
    pending.push_back(std::move(*file));
    if (pending.size() == kMaxOpenFiles && !flush_all(pending, diagnostics)) return false;
  }
  auto manifest =
      write_file(folder / kManifestName, out / kManifestName, manifest_text(tree), diagnostics);
  if (!manifest) return false;
  pending.push_back(std::move(*manifest));
  for (const fs::path& each : folders) {
    auto opened = open_folder(each, diagnostics);
    if (!opened) return false;
    pending.push_back(std::move(*opened));
  }
  return flush_all(pending, diagnostics);
}

/// `.<name>.<pid>-<random>.tmp` beside `out`.
fs::path temporary_sibling(const fs::path& out) {
  std::random_device device;
  return out.parent_path() / fmt::format(".{}.{}-{:08x}.tmp",
                                         out.filename().string().substr(0, 100), ::getpid(),
                                         device());
}

/// `out` without `..`, links and a slash at the end, so that it has a parent and a name.
fs::path resolve(const fs::path& out) {
  std::error_code error;
  fs::path resolved = fs::weakly_canonical(fs::absolute(out), error);
  if (error) resolved = fs::absolute(out).lexically_normal();
  return resolved.has_filename() ? resolved : resolved.parent_path();
}

/// Makes the missing folders of a path, and takes them away again when the run fails.
class Parents {
 public:
  ~Parents() {
    if (kept_) return;
    std::error_code ignored;
    for (const fs::path& each : made_) fs::remove(each, ignored);  // only when empty
  }
  bool make(const fs::path& folder, Diagnostics& diagnostics) {
    std::error_code error;
    for (fs::path up = folder; !fs::exists(up, error) && up.has_relative_path();
         up = up.parent_path()) {
      made_.push_back(up);
    }
    fs::create_directories(folder, error);
    if (error) report_errno(diagnostics, folder, "create", error.value());
    return !error;
  }
  void keep() { kept_ = true; }

 private:
  std::vector<fs::path> made_;  ///< deepest first
  bool kept_ = false;
};

enum class Renamed { Done, Again, Failed };

/// Puts the complete folder `temporary` in the place of `out`.
Renamed replace(const fs::path& temporary, const fs::path& out, Found found,
                Diagnostics& diagnostics) {
  const unsigned int flags = found == Found::Nothing ? RENAME_NOREPLACE : RENAME_EXCHANGE;
  int result = ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, out.c_str(), flags);
  if (result != 0 && errno == EINVAL) {
    // A file system without these flags: the old folder is moved aside first.
    if (found == Found::Nothing) {
      result = ::rename(temporary.c_str(), out.c_str());
    } else {
      const fs::path aside = temporary_sibling(out);
      result = ::rename(out.c_str(), aside.c_str());
      if (result == 0) {
        result = ::rename(temporary.c_str(), out.c_str());
        const int number = errno;
        if (result == 0) {
          std::error_code ignored;
          fs::remove_all(aside, ignored);
        } else {
          ::rename(aside.c_str(), out.c_str());
          errno = number;
        }
      }
    }
  }
  if (result == 0) return Renamed::Done;
  if (errno == EEXIST || errno == ENOENT || errno == ENOTEMPTY) return Renamed::Again;
  report_errno(diagnostics, out, "write", errno);
  return Renamed::Failed;
}

}  // namespace

bool may_write_tree(const fs::path& out, Diagnostics& diagnostics) {
  return examine_settled(resolve(out), diagnostics) != Found::Foreign;
}

bool write_tree(const fs::path& out, const FileTree& tree, Diagnostics& diagnostics) {
  NACRE_CHECK(!tree.files.contains(kManifestName), "a file tree holds a manifest of its own");
  if (!may_write_tree(out, diagnostics)) return false;
  const fs::path target = resolve(out);
  const fs::path parent = target.parent_path();
  Parents parents;
  if (!parents.make(parent, diagnostics)) return false;
  // Registered before it exists: a signal in between finds nothing to remove.
  TemporaryPath temporary(temporary_sibling(target));
  if (::mkdir(temporary.path().c_str(), 0777) != 0) {
    report_errno(diagnostics, parent, "write to", errno);
    return false;
  }
  if (!write_files(temporary.path(), target, tree, diagnostics)) return false;
  // Runs at once take turns from here: the one that comes last stays. A file system without locks
  // only costs the loser of a race another round.
  const Descriptor lock(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.is_open()) ::flock(lock.value(), LOCK_EX);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const Found found = examine_settled(target, diagnostics);
    if (found == Found::Foreign) return false;
    const Renamed renamed = replace(temporary.path(), target, found, diagnostics);
    if (renamed == Renamed::Failed) return false;
    if (renamed == Renamed::Again) continue;
    parents.keep();
    // With an exchange the old folder now has the temporary name, and the destructor removes it.
    if (found == Found::Nothing) temporary.keep();
    return sync_folder(parent, diagnostics);
  }
  report_errno(diagnostics, target, "replace", EBUSY);
  return false;
}

}  // namespace nacre
