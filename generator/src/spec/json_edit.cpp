#include "spec/json_edit.hpp"

#include <algorithm>

namespace nacre {

std::string apply_edits(std::string text, std::vector<JsonEdit> edits) {
  // From the end on, so that the ranges before stay right.
  std::sort(edits.begin(), edits.end(), [](const JsonEdit& a, const JsonEdit& b) {
    return a.range.begin > b.range.begin;
  });
  for (const JsonEdit& edit : edits) {
    text.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
  }
  return text;
}

}  // namespace nacre
