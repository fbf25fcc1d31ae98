#include "spec/design_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <vector>

#include "nacre/diagnostics.hpp"

namespace nacre {

struct DesignHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

namespace {

std::string finish_hex(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  NACRE_CHECK(EVP_DigestFinal_ex(context, digest.data(), &size) == 1, "SHA-256 failed");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

void update(EVP_MD_CTX* context, const void* data, std::size_t size) {
  NACRE_CHECK(EVP_DigestUpdate(context, data, size) == 1, "SHA-256 failed");
}

/// Numbers as little-endian bytes, whatever the machine's own order.
template <class Number>
std::vector<unsigned char> little_endian(std::span<const Number> values) {
  using Bits = std::make_unsigned_t<Number>;
  std::vector<unsigned char> bytes;
  bytes.reserve(values.size() * sizeof(Number));
  for (const Number value : values) {
    const Bits bits = static_cast<Bits>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      bytes.push_back(static_cast<unsigned char>((bits >> (8 * i)) & 0xffu));
    }
  }
  return bytes;
}

}  // namespace

DesignHash::DesignHash() : state_(std::make_unique<State>()) {
  NACRE_CHECK(
      state_->context != nullptr && EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1,
      "SHA-256 is not available");
}

DesignHash::~DesignHash() = default;

void DesignHash::entry(std::string_view key, char type, const void* data, std::size_t size) {
  const std::int64_t lengths[] = {static_cast<std::int64_t>(key.size()),
                                  static_cast<std::int64_t>(size)};
  const auto prefix = little_endian(std::span<const std::int64_t>(lengths));
  update(state_->context, prefix.data(), prefix.size());
  update(state_->context, &type, 1);
  update(state_->context, key.data(), key.size());
  update(state_->context, data, size);
}

void DesignHash::add(std::string_view key, std::string_view value) {
  entry(key, 's', value.data(), value.size());
}

void DesignHash::add(std::string_view key, std::int64_t value) {
  const auto bytes = little_endian(std::span<const std::int64_t>(&value, 1));
  entry(key, 'i', bytes.data(), bytes.size());
}

void DesignHash::add(std::string_view key, std::span<const std::int32_t> values) {
  const auto bytes = little_endian(values);
  entry(key, 'w', bytes.data(), bytes.size());
}

void DesignHash::add(std::string_view key, std::span<const std::int64_t> values) {
  const auto bytes = little_endian(values);
  entry(key, 'l', bytes.data(), bytes.size());
}

std::string DesignHash::finish() { return finish_hex(state_->context); }

std::string sha256_hex(std::string_view bytes) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  NACRE_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1,
              "SHA-256 is not available");
  update(context, bytes.data(), bytes.size());
  std::string hex = finish_hex(context);
  EVP_MD_CTX_free(context);
  return hex;
}

}  // namespace nacre
