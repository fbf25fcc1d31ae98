#include "emit/resources.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nacre/diagnostics.hpp"

namespace nacre {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

const RtlFile* find_leaf(std::string_view name) {
  const auto& all = rtl_files();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const RtlFile& f, std::string_view n) { return f.name < n; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

/// The position after a comment that starts at `i`, or `i`.
std::size_t skip_comment(std::string_view text, std::size_t i) {
  if (text.substr(i, 2) == "//") return std::min(text.find('\n', i), text.size());
  if (text.substr(i, 2) == "/*") return std::min(text.find("*/", i + 2), text.size() - 2) + 2;
  return i;
}

/// Leaves that the text names outside comments. One module a file, each with the prefix of the
/// house: a word that is the name of a leaf is a use of it.
std::set<std::string_view> used_leaves(std::string_view text) {
  std::set<std::string_view> used;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t after = skip_comment(text, i); after != i) {
      i = after;
      continue;
    }
    if (!is_word(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    if (word.starts_with("nacre_") && find_leaf(word) != nullptr) used.insert(word);
    i = end;
  }
  return used;
}

void visit(std::string_view name, std::set<std::string_view>& seen,
           std::vector<const RtlFile*>& order) {
  if (!seen.insert(name).second) return;
  const RtlFile* file = find_leaf(name);
  NACRE_CHECK(file != nullptr, fmt::format("there is no leaf '{}' in rtl/", name));
  for (const std::string_view used : used_leaves(file->text)) visit(used, seen, order);
  order.push_back(file);
}

}  // namespace

std::vector<const RtlFile*> rtl_closure(const std::set<std::string>& roots) {
  std::set<std::string_view> seen;
  std::vector<const RtlFile*> order;
  for (const std::string& root : roots) visit(root, seen, order);
  return order;
}

}  // namespace nacre
