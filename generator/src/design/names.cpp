#include "design/names.hpp"

#include <fmt/format.h>

#include "spec/names.hpp"

namespace nacre {

bool is_legal_name(std::string_view name) {
  constexpr std::string_view kCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  // A name of ours may be longer than a user's: it is made of a stage's and a port's.
  return is_identifier(name.substr(0, kMaxNameLength)) &&
         name.find_first_not_of(kCharacters) == std::string_view::npos &&
         keyword_language(name).empty();
}

std::string upper_camel(std::string_view name) {
  std::string result;
  bool start = true;
  for (const char c : name) {
    if (c == '_') {
      start = true;
      continue;
    }
    const bool raise = start && c >= 'a' && c <= 'z';
    result += raise ? static_cast<char>(c - 'a' + 'A') : c;
    start = false;
  }
  return result;
}

std::string NameScope::take(const std::string& wanted) {
  std::string name = wanted;
  for (int suffix = 2; !keyword_language(name).empty() || taken_.contains(to_lower(name));
       ++suffix) {
    name = fmt::format("{}_{}", wanted, suffix);
  }
  taken_.insert(to_lower(name));
  return name;
}

}  // namespace nacre
