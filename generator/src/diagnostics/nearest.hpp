#pragma once
// "did you mean": the nearest of a list of words.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nacre {

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
int edit_distance(std::string_view a, std::string_view b);

/// The word with the fewest edits, if they are few for its length (case does not count).
std::optional<std::string> nearest_word(std::string_view typed,
                                        const std::vector<std::string>& words);

/// "'a', 'b' and 'c'" (or with "or").
std::string quoted_list(const std::vector<std::string>& words, std::string_view conjunction);

/// 1234567 -> "1,234,567".
std::string with_commas(long long number);

}  // namespace nacre
