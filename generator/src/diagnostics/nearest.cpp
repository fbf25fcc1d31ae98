#include "diagnostics/nearest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

namespace nacre {
namespace {

std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment; three rows of the table are enough.
  std::vector<int> before(b.size() + 1);
  std::vector<int> previous(b.size() + 1);
  std::vector<int> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replace, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::optional<std::string> nearest_word(std::string_view typed,
                                        const std::vector<std::string>& words) {
  // A word of the user can be as long as the file; nothing that long is near.
  if (typed.size() > 64) return std::nullopt;
  const std::string wanted = lower(typed);
  const std::string* best = nullptr;
  int best_distance = 0;
  for (const std::string& word : words) {
    const int distance = edit_distance(wanted, lower(word));
    if (best == nullptr || distance < best_distance) {
      best = &word;
      best_distance = distance;
    }
  }
  // Two letters with one of them changed are another word (-o is no misspelt -h).
  const int allowed =
      wanted.size() <= 2 ? 0 : static_cast<int>(std::max<std::size_t>(1, (wanted.size() + 1) / 3));
  if (best == nullptr || best_distance > allowed) return std::nullopt;
  return *best;
}

std::string quoted_list(const std::vector<std::string>& words, std::string_view conjunction) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? fmt::format(" {} ", conjunction) : ", ";
    result += fmt::format("'{}'", words[i]);
  }
  return result;
}

std::string with_commas(long long number) {
  std::string digits = fmt::format("{}", number);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

}  // namespace nacre
