// IDX files: what is read, and what is refused before anything is allocated.

#include "data/idx.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace nacre::data {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// A header of these dimensions, then `payload` bytes 0, 1, 2, ...
Bytes idx(const std::vector<std::uint32_t>& dimensions, std::size_t payload,
          std::uint8_t type = 0x08) {
  Bytes bytes = {0, 0, type, static_cast<std::uint8_t>(dimensions.size())};
  for (const std::uint32_t size : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(size >> shift));
    }
  }
  for (std::size_t i = 0; i < payload; ++i) bytes.push_back(static_cast<std::uint8_t>(i));
  return bytes;
}

/// The message with which `bytes` is refused, or "accepted".
std::string refusal(const Bytes& bytes) {
  Diagnostics diagnostics;
  if (parse_idx("x.idx", bytes, diagnostics)) return "accepted";
  EXPECT_EQ(diagnostics.num_errors(), 1);
  EXPECT_EQ(diagnostics.all().front().code, "N0804");
  return diagnostics.all().front().message;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("nacre_idx_" + std::to_string(::getpid()) + "_" + name)) {}
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }
  void write(const Bytes& bytes) const {
    std::ofstream stream(path_, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
  }
  void write_gzip(const Bytes& bytes) const {
    gzFile file = gzopen(path_.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
  }

 private:
  std::filesystem::path path_;
};

TEST(Idx, ReadsDimensionsAndBytes) {
  Diagnostics diagnostics;
  const auto tensor = parse_idx("x", idx({3, 2, 4}, 24), diagnostics);
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->num_samples(), 3);
  EXPECT_EQ(tensor->sample_size(), 8);
  EXPECT_EQ(tensor->bytes[23], 23);
}

TEST(Idx, RefusesWhatIsNoIdxFile) {
  EXPECT_NE(refusal({}).find("truncated"), std::string::npos);
  EXPECT_NE(refusal({0, 0, 8}).find("truncated"), std::string::npos);
  EXPECT_NE(refusal({'P', 'K', 8, 1, 0, 0, 0, 1, 0}).find("no IDX file"), std::string::npos);
  EXPECT_NE(refusal(idx({1}, 1, 0x0d)).find("type 0x0d"), std::string::npos);
  EXPECT_NE(refusal({0, 0, 8, 0}).find("no dimensions"), std::string::npos);
}

TEST(Idx, RefusesALengthThatDoesNotFit) {
  EXPECT_NE(refusal(idx({3, 4}, 11)).find("truncated"), std::string::npos);
  EXPECT_NE(refusal(idx({3, 4}, 13)).find("too long"), std::string::npos);
  EXPECT_NE(refusal({0, 0, 8, 3, 0, 0, 0, 1}).find("header"), std::string::npos);
  EXPECT_NE(refusal(idx({3, 0}, 0)).find("dimension 1"), std::string::npos);
}

TEST(Idx, RefusesSizesThatOverflow) {
  // 2^32 - 1 cubed is more than 64 bits; squared it is more than any file has.
  const std::uint32_t huge = 0xffffffff;
  EXPECT_NE(refusal(idx({huge, huge, huge}, 4)).find("64 bits"), std::string::npos);
  EXPECT_NE(refusal(idx({huge, huge}, 4)).find("truncated"), std::string::npos);
}

TEST(Idx, ReadsPlainAndGzipFilesAlike) {
  const TemporaryFile plain("plain"), packed("packed");
  plain.write(idx({2, 5}, 10));
  packed.write_gzip(idx({2, 5}, 10));
  Diagnostics diagnostics;
  const auto a = read_idx(plain.path(), diagnostics);
  const auto b = read_idx(packed.path(), diagnostics);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->bytes, b->bytes);
  EXPECT_EQ(a->dimensions, b->dimensions);
}

TEST(Idx, RefusesATruncatedGzipFile) {
  const TemporaryFile packed("cut");
  // Random bytes do not compress, so that cutting the file cuts the data.
  Bytes bytes = idx({1, 4000}, 0);
  std::uint32_t x = 1;
  for (int i = 0; i < 4000; ++i) {
    x = x * 1664525 + 1013904223;
    bytes.push_back(static_cast<std::uint8_t>(x >> 24));
  }
  packed.write_gzip(bytes);
  std::filesystem::resize_file(packed.path(), std::filesystem::file_size(packed.path()) / 2);
  Diagnostics diagnostics;
  EXPECT_FALSE(read_idx(packed.path(), diagnostics));
  EXPECT_NE(diagnostics.all().front().message.find("truncated"), std::string::npos);
}

TEST(Idx, RefusesMissingFilesAndFolders) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_idx("/nowhere/x.idx", diagnostics));
  EXPECT_FALSE(read_idx("/tmp", diagnostics));
  ASSERT_EQ(diagnostics.num_errors(), 2);
  EXPECT_NE(diagnostics.all()[0].message.find("cannot read"), std::string::npos);
  EXPECT_NE(diagnostics.all()[1].message.find("folder"), std::string::npos);
}

}  // namespace
}  // namespace nacre::data
