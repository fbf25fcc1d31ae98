#pragma once
// The hash of a design: SHA-256 over a canonical form of what the hardware depends on.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nacre {

/// Collects named values; equal designs give equal hashes whatever their white space, comments, key
/// order or form of data files. Each entry is length-prefixed, so that no two sequences collide.
class DesignHash {
 public:
  DesignHash();
  ~DesignHash();
  DesignHash(const DesignHash&) = delete;
  DesignHash& operator=(const DesignHash&) = delete;

  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, std::int64_t value);
  void add(std::string_view key, int value) { add(key, std::int64_t{value}); }
  void add(std::string_view key, bool value) { add(key, std::int64_t{value ? 1 : 0}); }
  /// Numbers as little-endian two's complement.
  void add(std::string_view key, std::span<const std::int32_t> values);
  void add(std::string_view key, std::span<const std::int64_t> values);

  /// 64 lower-case hex digits. Ends the collection.
  std::string finish();

 private:
  void entry(std::string_view key, char type, const void* data, std::size_t size);
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of bytes as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace nacre
