#include "data/idx.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace nacre::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::size_t kMagicBytes = 4;
/// Larger files are refused: nothing that is verified cycle by cycle has so many samples.
constexpr std::size_t kMaxBytes = std::size_t{4} << 30;

void report(Diagnostics& diagnostics, const std::string& name, std::string message,
            std::string help = {}) {
  diagnostics.error("N0804", Location{.file = name}, std::move(message), std::move(help));
}

std::uint32_t read_u32(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 24) | (std::uint32_t{bytes[at + 1]} << 16) |
         (std::uint32_t{bytes[at + 2]} << 8) | std::uint32_t{bytes[at + 3]};
}

/// The whole file, unpacked when it is gzip (zlib passes other files through unchanged).
std::optional<std::vector<std::uint8_t>> read_bytes(const std::filesystem::path& file,
                                                    Diagnostics& diagnostics) {
  const std::string name = file.string();
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    report(diagnostics, name, fmt::format("'{}' is a folder, must be an IDX file", name));
    return std::nullopt;
  }
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> stream(gzopen(name.c_str(), "rb"), &gzclose);
  if (!stream) {
    report(diagnostics, name,
           fmt::format("cannot read '{}': {}", name,
                       errno == 0 ? "out of memory" : std::strerror(errno)));
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 1 << 16> buffer{};
  for (;;) {
    const int got = gzread(stream.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (got < 0) {
      int number = Z_OK;
      const char* text = gzerror(stream.get(), &number);
      report(diagnostics, name, fmt::format("'{}' cannot be unpacked: {}", name, text));
      return std::nullopt;
    }
    if (got == 0) break;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
    if (bytes.size() > kMaxBytes) {
      report(diagnostics, name, fmt::format("'{}' is larger than {} bytes", name, kMaxBytes));
      return std::nullopt;
    }
  }
  // A gzip file that ends early reads as a short one: only the stream's own state tells.
  int number = Z_OK;
  gzerror(stream.get(), &number);
  if (number != Z_OK && number != Z_STREAM_END) {
    report(diagnostics, name, fmt::format("'{}' is truncated: the gzip stream has no end", name));
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

std::int64_t IdxTensor::sample_size() const {
  std::int64_t size = 1;
  for (std::size_t d = 1; d < dimensions.size(); ++d) size *= dimensions[d];
  return size;
}

std::optional<IdxTensor> parse_idx(const std::string& name, const std::vector<std::uint8_t>& bytes,
                                   Diagnostics& diagnostics) {
  if (bytes.size() < kMagicBytes) {
    report(diagnostics, name,
           fmt::format("'{}' is truncated: {} bytes, an IDX header has at least 8", name,
                       bytes.size()));
    return std::nullopt;
  }
  if (bytes[0] != 0 || bytes[1] != 0) {
    report(diagnostics, name,
           fmt::format("'{}' is no IDX file: it begins with {:02x} {:02x}, must be 00 00", name,
                       bytes[0], bytes[1]));
    return std::nullopt;
  }
  if (bytes[2] != kUnsignedByte) {
    report(diagnostics, name,
           fmt::format("'{}' holds elements of type 0x{:02x}, must be 0x08 (unsigned bytes)", name,
                       bytes[2]));
    return std::nullopt;
  }
  const std::size_t num_dimensions = bytes[3];
  if (num_dimensions == 0) {
    report(diagnostics, name, fmt::format("'{}' has no dimensions, must have at least 1", name));
    return std::nullopt;
  }
  const std::size_t header = kMagicBytes + 4 * num_dimensions;
  if (bytes.size() < header) {
    report(diagnostics, name,
           fmt::format("'{}' is truncated: {} bytes, its header of {} dimensions has {}", name,
                       bytes.size(), num_dimensions, header));
    return std::nullopt;
  }
  IdxTensor tensor;
  std::uint64_t elements = 1;
  for (std::size_t d = 0; d < num_dimensions; ++d) {
    const std::uint32_t size = read_u32(bytes, kMagicBytes + 4 * d);
    tensor.dimensions.push_back(size);
    if (__builtin_mul_overflow(elements, std::uint64_t{size}, &elements)) {
      report(diagnostics, name,
             fmt::format("'{}' promises more elements than 64 bits can count", name));
      return std::nullopt;
    }
    if (size == 0) {
      report(diagnostics, name,
             fmt::format("dimension {} of '{}' is 0, must be at least 1", d, name));
      return std::nullopt;
    }
  }
  const std::uint64_t present = bytes.size() - header;
  if (present != elements) {
    report(diagnostics, name,
           fmt::format("'{}' {}: {} bytes follow the header, its dimensions ask for {}", name,
                       present < elements ? "is truncated" : "is too long", present, elements));
    return std::nullopt;
  }
  tensor.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  return tensor;
}

std::optional<IdxTensor> read_idx(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto bytes = read_bytes(file, diagnostics);
  if (!bytes) return std::nullopt;
  return parse_idx(file.string(), *bytes, diagnostics);
}

}  // namespace nacre::data
