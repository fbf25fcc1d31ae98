// Widths, windows and images: what the kinds share.

#include <algorithm>
#include <bit>

#include "design/kind_hardware.hpp"

namespace nacre {

int address_width(std::int64_t count) {
  NACRE_CHECK(count >= 1, "an address space is empty");
  return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count - 1))));
}

int stream_width(const StreamShape& shape) {
  return 3 + address_width(shape.addresses) + shape.payload_bits;
}

std::int64_t row_stride_words(int row_bits) {
  NACRE_CHECK(row_bits >= 1, "a memory row has no bits");
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>((row_bits + 31) / 32)));
}

int window_width(std::int64_t rows, int row_bits) {
  return address_width(rows * row_stride_words(row_bits));
}

LeafParameter int_parameter(std::string name, std::int64_t value, std::int64_t min,
                            std::int64_t max, std::string doc) {
  return {.name = std::move(name), .value = value, .min = min, .max = max, .doc = std::move(doc)};
}

LeafParameter bit_parameter(std::string name, bool value, std::string doc) {
  return {.name = std::move(name),
          .value = Bits{.width = 1, .words = {value ? 1u : 0u}},
          .doc = std::move(doc)};
}

LeafParameter word_parameter(std::string name, std::int64_t value, std::string doc) {
  return {
      .name = std::move(name),
      .value = Bits{.width = 32, .words = {static_cast<std::uint32_t>(value)}, .is_quantity = true},
      .doc = std::move(doc)};
}

Register counter_register(std::string name, std::int64_t offset, std::string doc) {
  return Register{.name = std::move(name),
                  .offset = offset,
                  .access = Access::ReadOnly,
                  .role = Role::Counter,
                  .doc = std::move(doc),
                  .fields = {}};
}

double counter_gates(Counters counters, int basic, int full) {
  constexpr double kCounter = 340;  // 32 bits, with increment, clearing and the bus
  return kCounter * (counters == Counters::None ? 0 : counters == Counters::Basic ? basic : full);
}

Image make_image(std::int64_t rows, std::int64_t elements_per_row, int pitch_bits) {
  Image image{
      .row_bits = static_cast<int>(elements_per_row * pitch_bits), .rows = rows, .chunks = {}};
  image.chunks.resize(static_cast<std::size_t>(rows * ((image.row_bits + 31) / 32)));
  return image;
}

void set_element(Image& image, std::int64_t row, std::int64_t position, int pitch_bits,
                 std::uint32_t value) {
  NACRE_CHECK(pitch_bits >= 1 && pitch_bits <= 32, "a memory element is wider than 32 bits");
  const std::int64_t chunks_per_row = (image.row_bits + 31) / 32;
  const std::int64_t bit = position * pitch_bits;
  NACRE_CHECK(row >= 0 && row < image.rows && bit + pitch_bits <= image.row_bits,
              "a memory element lies outside its image");
  const std::uint64_t mask = (std::uint64_t{1} << pitch_bits) - 1;
  const std::uint64_t shifted = (value & mask) << (bit % 32);
  const auto first = static_cast<std::size_t>(row * chunks_per_row + bit / 32);
  image.chunks[first] |= static_cast<std::uint32_t>(shifted);
  if (bit % 32 + pitch_bits > 32) {
    image.chunks[first + 1] |= static_cast<std::uint32_t>(shifted >> 32);
  }
}

}  // namespace nacre
