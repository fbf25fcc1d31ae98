#include "spec/npy.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "diagnostics/nearest.hpp"

namespace nacre {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 16;
constexpr std::size_t kMaxRank = 8;

/// Reads the Python literal of a header: one dict with string keys and values that are strings,
/// True, False or tuples of integers. Nothing else is accepted.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  bool parse() {
    if (!accept('{')) return false;
    while (!accept('}')) {
      std::string key;
      if (!quoted(key) || !accept(':')) return false;
      if (key == "descr") {
        skip_space();
        if (at_ < text_.size() && text_[at_] == '[') {
          has_fields = true;
          return true;  // a structured type: no more needs to be known to refuse it
        }
        if (!quoted(descr)) return false;
        has_descr = true;
      } else if (key == "fortran_order") {
        if (!truth(fortran_order)) return false;
        has_order = true;
      } else if (key == "shape") {
        if (!tuple(shape)) return false;
        has_shape = true;
      } else {
        return false;
      }
      if (!accept(',')) {
        if (!accept('}')) return false;
        break;
      }
    }
    skip_space();
    return at_ == text_.size() && has_descr && has_order && has_shape;
  }

  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  bool has_fields = false;

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool quoted(std::string& out) {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return false;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) return false;
    out = std::string(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return true;
  }
  bool truth(bool& out) {
    skip_space();
    for (const auto& [word, value] :
         {std::pair{std::string_view("True"), true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        out = value;
        return true;
      }
    }
    return false;
  }
  bool number(std::int64_t& out) {
    skip_space();
    const std::size_t begin = at_;
    out = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      // 2^62 elements exist nowhere; above it products of dimensions would overflow.
      if (out > (std::int64_t{1} << 58)) return false;
      out = out * 10 + (text_[at_] - '0');
      ++at_;
    }
    if (at_ == begin) return false;
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote (10L, 144L)
    return true;
  }
  bool tuple(std::vector<std::int64_t>& out) {
    if (!accept('(')) return false;
    while (!accept(')')) {
      std::int64_t size = 0;
      if (out.size() == kMaxRank || !number(size)) return false;
      out.push_back(size);
      if (!accept(',')) return accept(')');
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_descr = false;
  bool has_order = false;
  bool has_shape = false;
};

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

NpyHeaderResult malformed(std::string fault) {
  return {.header = std::nullopt, .code = "N0502", .fault = std::move(fault)};
}

std::string_view describe_magic(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b")) return "it is gzip data; unpack it first";
  if (bytes.starts_with("PK")) return "it is a zip archive (.npz); save the array alone";
  return "it does not begin with \\x93NUMPY";
}

std::string shape_text(std::span<const std::int64_t> shape) {
  if (shape.size() == 1) return fmt::format("({},)", shape[0]);
  return fmt::format("({})", fmt::join(shape, ", "));
}

/// Where each axis of `wanted` lies in `found`, when one is the other in another order and only one
/// order does. Of axes of equal extent only the last two may be mistaken for each other: those of a
/// kernel, which nobody swaps. Else nothing.
std::vector<std::size_t> axis_order(std::span<const std::int64_t> found,
                                    std::span<const std::int64_t> wanted) {
  if (!std::is_permutation(found.begin(), found.end(), wanted.begin(), wanted.end())) return {};
  std::vector<std::size_t> order;
  for (std::size_t axis = 0; axis < wanted.size(); ++axis) {
    const auto equals = std::count(wanted.begin(), wanted.end(), wanted[axis]);
    const bool is_square =
        equals == 2 && wanted.size() > 2 && wanted.back() == wanted[wanted.size() - 2];
    if (equals > 1 && !(is_square && wanted[axis] == wanted.back())) return {};
    auto place = std::find(found.begin(), found.end(), wanted[axis]);
    if (equals > 1 && axis + 1 == wanted.size()) {
      place = std::find(place + 1, found.end(), wanted[axis]);
    }
    order.push_back(static_cast<std::size_t>(place - found.begin()));
  }
  return order;
}

/// "(neurons, inputs)" in the order of a file: axis i of the contract is its axis order[i].
std::string axes_in_order(std::string_view axes, const std::vector<std::size_t>& order) {
  std::vector<std::string_view> names(order.size());
  axes = axes.substr(1, axes.size() - 2);
  for (const std::size_t place : order) {
    const std::size_t comma = std::min(axes.find(", "), axes.size());
    names[place] = axes.substr(0, comma);
    axes.remove_prefix(std::min(comma + 2, axes.size()));
  }
  return fmt::format("({})", fmt::join(names, ", "));
}

/// The remedy for an array of shape `found`.
std::string transpose_help(std::span<const std::int64_t> found,
                           std::span<const std::int64_t> wanted, std::string_view axes,
                           std::string_view otherwise) {
  const std::vector<std::size_t> order = axis_order(found, wanted);
  if (order.empty()) return std::string(otherwise);
  if (order.size() == 2) return "transpose it before saving: array.T";
  return fmt::format("its axes look like {}; transpose it before saving: array.transpose({})",
                     axes_in_order(axes, order), fmt::join(order, ", "));
}

/// One element, in 64 bits. An unsigned number above 2^63-1 becomes the largest: outside in any
/// case.
std::int64_t element(const unsigned char* bytes, const NpyHeader& header) {
  std::uint64_t bits = 0;
  for (int i = 0; i < header.item_bytes; ++i) {
    const int at = header.big_endian ? i : header.item_bytes - 1 - i;
    bits = (bits << 8) | bytes[at];
  }
  if (header.type == 'i') {
    const int unused = 64 - 8 * header.item_bytes;
    return static_cast<std::int64_t>(bits << unused) >> unused;
  }
  return bits > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(bits);
}

/// Where element `index` of the file belongs in row-major order.
std::int64_t row_major_index(std::int64_t index, const NpyHeader& header) {
  if (!header.fortran_order) return index;
  // In the file the first dimension runs fastest.
  std::int64_t result = 0;
  std::int64_t stride = 1;
  for (const std::int64_t size : header.shape) stride *= size;
  for (const std::int64_t size : header.shape) {
    stride /= size;
    result += index % size * stride;
    index /= size;
  }
  return result;
}

}  // namespace

NpyHeaderResult parse_npy_header(std::string_view bytes) {
  if (bytes.size() < 10 || !bytes.starts_with(kMagic)) {
    return malformed(fmt::format("is not a .npy file: {}", describe_magic(bytes)));
  }
  const std::uint32_t major = byte_at(bytes, 6);
  if (major < 1 || major > 3) {
    return malformed(fmt::format("has .npy version {}, versions 1 to 3 are read", major));
  }
  std::size_t begin = 10;
  std::size_t size = byte_at(bytes, 8) | (byte_at(bytes, 9) << 8);
  if (major > 1) {
    if (bytes.size() < 12) return malformed("ends inside its header");
    size |= (byte_at(bytes, 10) << 16) | (byte_at(bytes, 11) << 24);
    begin = 12;
  }
  if (size > kMaxHeaderBytes)
    return malformed(
        fmt::format("has a header of {} bytes", with_commas(static_cast<long long>(size))));
  if (bytes.size() < begin + size) return malformed("ends inside its header");
  HeaderParser parser(bytes.substr(begin, size));
  if (!parser.parse()) return malformed("has a malformed header");
  const auto wrong_type = [](const std::string& type) {
    return NpyHeaderResult{.header = std::nullopt,
                           .code = "N0503",
                           .fault = fmt::format("holds {}, must hold integers", type)};
  };
  if (parser.has_fields) return wrong_type("records");
  NpyHeader header;
  const std::string& descr = parser.descr;
  if (descr.size() != 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos ||
      std::string_view("iub").find(descr[1]) == std::string_view::npos) {
    return wrong_type(fmt::format("elements of type '{}'", descr));
  }
  header.type = descr[1];
  header.item_bytes = descr[2] - '0';
  const bool legal_size =
      header.item_bytes == 1 ||
      (header.type != 'b' &&
       (header.item_bytes == 2 || header.item_bytes == 4 || header.item_bytes == 8));
  if (!legal_size) return wrong_type(fmt::format("elements of type '{}'", descr));
  header.big_endian = descr[0] == '>';
  header.fortran_order = parser.fortran_order;
  header.shape = parser.shape;
  header.data_offset = static_cast<std::int64_t>(begin + size);
  return {.header = header, .code = {}, .fault = {}};
}

std::optional<NpyArray> read_npy(const std::filesystem::path& file,
                                 std::span<const std::int64_t> shape, std::string_view axes,
                                 std::int64_t low, std::int64_t high, const Location& location,
                                 Diagnostics& diagnostics, std::string_view shape_help) {
  const std::string name = file.filename().string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    diagnostics.error("N0501", location,
                      fmt::format("data file '{}' {}", name,
                                  std::filesystem::exists(file, error) ? "is not a regular file"
                                                                       : "does not exist"),
                      "paths are relative to the specification");
    return std::nullopt;
  }
  const auto file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    diagnostics.error("N0501", location,
                      fmt::format("data file '{}' cannot be read: {}", name,
                                  std::generic_category().message(errno)));
    return std::nullopt;
  }
  std::string start(kMaxHeaderBytes + 12, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(stream.gcount()));
  stream.clear();
  const NpyHeaderResult result = parse_npy_header(start);
  if (!result.header) {
    diagnostics.error(result.code, location, fmt::format("data file '{}' {}", name, result.fault),
                      result.code == "N0503" ? "convert before saving: array.astype(numpy.int8)"
                                             : "write it with numpy.save");
    return std::nullopt;
  }
  const NpyHeader& header = *result.header;
  if (!std::equal(shape.begin(), shape.end(), header.shape.begin(), header.shape.end())) {
    diagnostics.error("N0504", location,
                      fmt::format("data file '{}' has shape {}, must have {} {}", name,
                                  shape_text(header.shape), shape_text(shape), axes),
                      transpose_help(header.shape, shape, axes, shape_help));
    return std::nullopt;
  }
  // From here the shape is the caller's, whose product fits.
  std::int64_t num_elements = 1;
  for (const std::int64_t size : shape) num_elements *= size;
  const std::int64_t wanted_bytes = header.data_offset + num_elements * header.item_bytes;
  if (file_bytes != wanted_bytes) {
    diagnostics.error("N0505", location,
                      fmt::format("data file '{}' has {} bytes, its header says {}", name,
                                  with_commas(file_bytes), with_commas(wanted_bytes)),
                      file_bytes < wanted_bytes ? "it is cut off: write or copy it again"
                                                : "something was appended: write it again");
    return std::nullopt;
  }
  stream.seekg(header.data_offset);
  NpyArray array;
  array.values.resize(static_cast<std::size_t>(num_elements));
  std::vector<unsigned char> chunk(std::size_t{1} << 20);
  const std::int64_t per_chunk = static_cast<std::int64_t>(chunk.size()) / header.item_bytes;
  for (std::int64_t first = 0; first < num_elements; first += per_chunk) {
    const std::int64_t count = std::min(per_chunk, num_elements - first);
    stream.read(reinterpret_cast<char*>(chunk.data()), count * header.item_bytes);
    if (stream.gcount() != count * header.item_bytes) {
      diagnostics.error("N0501", location,
                        fmt::format("data file '{}' cannot be read to its end", name));
      return std::nullopt;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t value = element(chunk.data() + i * header.item_bytes, header);
      const std::int64_t index = row_major_index(first + i, header);
      if (first + i == 0) array.smallest = array.largest = value;
      array.smallest = std::min(array.smallest, value);
      array.largest = std::max(array.largest, value);
      if (value < low || value > high) {
        ++array.num_outside;
        if (array.first_outside < 0 || index < array.first_outside) {
          array.first_outside = index;
          array.outside_value = value;
        }
        continue;
      }
      array.values[static_cast<std::size_t>(index)] = static_cast<std::int32_t>(value);
    }
  }
  return array;
}

}  // namespace nacre
