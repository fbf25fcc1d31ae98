#pragma once
// Changes in a JSON text that leave all else as it was typed.

#include <string>
#include <vector>

#include "spec/json.hpp"

namespace nacre {

/// A replaced range of the text; begin = end: an insertion.
struct JsonEdit {
  JsonRange range;
  std::string text;
};

/// The text with all edits made; their ranges, of the text as it was, do not overlap.
std::string apply_edits(std::string text, std::vector<JsonEdit> edits);

}  // namespace nacre
