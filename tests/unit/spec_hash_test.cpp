#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "spec/design_hash.hpp"

namespace nacre {
namespace {

TEST(SpecHash, Sha256OfKnownTexts) {
  // FIPS 180-4, examples.
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

template <class Feed>
std::string hash_of(Feed feed) {
  DesignHash hash;
  feed(hash);
  return hash.finish();
}

TEST(SpecHash, EntriesCannotRunTogether) {
  const auto a = hash_of([](DesignHash& h) { h.add("ab", "c"); });
  const auto b = hash_of([](DesignHash& h) { h.add("a", "bc"); });
  const auto c = hash_of([](DesignHash& h) {
    h.add("ab", "");
    h.add("", "c");
  });
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(a.size(), 64u);
}

TEST(SpecHash, TypeValueAndOrderCount) {
  const auto one = hash_of([](DesignHash& h) { h.add("x", 1); });
  EXPECT_EQ(one, hash_of([](DesignHash& h) { h.add("x", std::int64_t{1}); }));
  EXPECT_EQ(one, hash_of([](DesignHash& h) { h.add("x", true); }));
  EXPECT_NE(one, hash_of([](DesignHash& h) { h.add("x", "1"); }));
  EXPECT_NE(one, hash_of([](DesignHash& h) { h.add("x", 2); }));
  const std::vector<std::int32_t> up = {1, -2};
  const std::vector<std::int32_t> down = {-2, 1};
  EXPECT_NE(hash_of([&](DesignHash& h) { h.add("w", std::span<const std::int32_t>(up)); }),
            hash_of([&](DesignHash& h) { h.add("w", std::span<const std::int32_t>(down)); }));
}

}  // namespace
}  // namespace nacre
