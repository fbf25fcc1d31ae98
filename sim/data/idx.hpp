#pragma once
// IDX files (the format of MNIST): a big-endian header, then unsigned bytes.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre::data {

/// A tensor of unsigned bytes; the first dimension counts samples.
struct IdxTensor {
  std::vector<std::int64_t> dimensions;  ///< at least one
  std::vector<std::uint8_t> bytes;       ///< row-major

  std::int64_t num_samples() const { return dimensions.front(); }
  /// Values in one sample: the product of all dimensions but the first.
  std::int64_t sample_size() const;
};

/// Reads an IDX file of unsigned bytes; a gzip file is unpacked on the way. Header and length are
/// checked against each other before anything of that size is allocated.
/// Returns nothing after reporting N0804.
std::optional<IdxTensor> read_idx(const std::filesystem::path& file, Diagnostics& diagnostics);

/// The same for bytes in memory; `name` stands for the file in messages.
std::optional<IdxTensor> parse_idx(const std::string& name, const std::vector<std::uint8_t>& bytes,
                                   Diagnostics& diagnostics);

}  // namespace nacre::data
