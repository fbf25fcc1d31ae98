#pragma once
// The hand-written leaves of rtl/, carried inside the library, so that `nacre` needs no other file.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// One leaf: module `name` in file `<folder>/<name>.sv` of rtl/.
struct RtlFile {
  std::string_view name;
  std::string_view folder;
  std::string_view text;
};

/// Every leaf of rtl/, sorted by name (written by cmake/EmbedRtl.cmake).
const std::vector<RtlFile>& rtl_files();

/// The leaves `roots` and all that they instantiate, each after the ones that it uses. A name that
/// is no leaf is a fault of ours.
std::vector<const RtlFile*> rtl_closure(const std::set<std::string>& roots);

}  // namespace nacre
