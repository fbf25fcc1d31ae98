#include "imc_sram_vector/imc_sram_vector_spec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "diagnostics/nearest.hpp"
#include "imc_sram_vector/assembler.hpp"
#include "spec/design_hash.hpp"
#include "spec/kind_spec.hpp"
#include "spec/npy.hpp"

namespace nacre {
namespace {

constexpr std::int64_t kMaxRows = 4096;
constexpr std::int64_t kMaxEntries = std::int64_t{1} << 16;
constexpr std::uintmax_t kMaxProgramBytes = std::uintmax_t{1} << 24;

const schema::Object& program_fields() {
  using namespace schema;
  static const Object object{
      .title = "program",
      .fields = {text("file").required().doc(
          "text of the assembler, or `.npy` with the entries: shape (entries, 2), int32, "
          "{bits 31:0, bits 63:32}")},
      .exclusive = {},
      .derived = {"entries"}};
  return object;
}

const schema::Object& data_fields() {
  using namespace schema;
  static const Object object{
      .title = "a block of data",
      .fields =
          {
              text("file").required().doc("`.npy` of shape (rows, row_bits / lane_bits)"),
              integer("row", 0, kMaxRows - 1).required().doc("first row of the block"),
              integer("rows", 1, kMaxRows).fallback("1").doc("rows of the block"),
              integer("lane_bits", 8, 32)
                  .required()
                  .in("bits")
                  .doc("width of a lane")
                  .power_of_two(),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& load_fields() {
  using namespace schema;
  static const Object object{
      .title = "load",
      .fields =
          {
              integer("row", 0, kMaxRows - 1).required().doc("row of value 0"),
              integer("lane_bits", 8, 32)
                  .required()
                  .in("bits")
                  .doc("lane of a value, which is extended to it")
                  .power_of_two(),
          },
      .exclusive = {},
      .derived = {"count", "signed"}};
  return object;
}

const schema::Object& send_fields() {
  using namespace schema;
  static const Object object{
      .title = "send",
      .fields =
          {
              integer("row", 0, kMaxRows - 1).required().doc("row of value 0"),
              integer("lane_bits", 8, 32)
                  .required()
                  .in("bits")
                  .doc("lane of a value, and its width in the stream")
                  .power_of_two(),
              integer("count", 1, std::int64_t{1} << 19).required().doc("M, values per frame"),
              boolean("signed").fallback("true").doc("how the values are read downstream"),
          },
      .exclusive = {},
      .derived = {}};
  return object;
}

const schema::Object& fields() {
  using namespace schema;
  static const Object object{
      .title = "an imc_sram_vector",
      .fields =
          {
              integer("rows", 1, kMaxRows)
                  .required()
                  .doc("rows of the memory")
                  .refused_above("use at most 4096 rows per stage"),
              integer("row_bits", 128, 512)
                  .fallback("512")
                  .in("bits")
                  .doc("a row: 16, 32 or 64 lanes of 8 bits are computed at once")
                  .power_of_two(),
              schema::object("program", program_fields())
                  .required()
                  .doc("what is executed for each frame"),
              array("data", schema::object("block", data_fields()), 0, 64)
                  .doc("rows loaded after each reset: `file`, `row`, `rows` (1), `lane_bits`"),
              schema::object("load", load_fields()).required().doc("where a frame goes"),
              schema::object("send", send_fields()).required().doc("what is sent for a frame"),
          },
      .exclusive = {},
      .derived = {"num_values"}};
  return object;
}

// ------------------------------------------------------------------------------------- Program

std::uint64_t bits_of(std::uint64_t word, int low, int count) {
  return (word >> low) & ((std::uint64_t{1} << count) - 1);
}

/// What a store of a program names (README.md, "Instruction" and "Program").
struct Store {
  std::uint64_t rd, rs1, rs2, imm, op, w;
  bool moves_rd, moves_rs1, moves_rs2, moves_imm;
};

Store store_of(std::uint64_t entry) {
  return {.rd = bits_of(entry, 41, 12),
          .rs1 = bits_of(entry, 0, 12),
          .rs2 = bits_of(entry, 12, 12),
          .imm = bits_of(entry, 32, 9),
          .op = bits_of(entry, 26, 6),
          .w = bits_of(entry, 24, 2),
          .moves_rd = bits_of(entry, 53, 1) != 0,
          .moves_rs1 = bits_of(entry, 54, 1) != 0,
          .moves_rs2 = bits_of(entry, 55, 1) != 0,
          .moves_imm = bits_of(entry, 56, 1) != 0};
}

bool reads_rs1(std::uint64_t op) { return op != 2; }

bool reads_rs2(std::uint64_t op) {
  return op == 0 || op == 5 || (op >= 8 && op <= 22) || op == 25 || op == 26 || op >= 32;
}

/// Why the immediate is illegal; empty when it is not.
std::string immediate_fault(const Store& store, int row_bits) {
  const bool is_mac = store.op >= 32;
  const std::uint64_t mode = store.op % 4;
  const bool by_words = is_mac && (store.op / 4) % 4 != 0;
  const std::uint64_t units = static_cast<std::uint64_t>(row_bits) / (by_words ? 32 : 8 << store.w);
  const bool has_group = store.op == 3 || store.op == 4 || store.op == 6 || (is_mac && mode != 0);
  const bool has_index = store.op == 3 || store.op == 4 || store.op == 5 || (is_mac && mode != 0);
  if (store.op == 1 && bits_of(store.imm, 5, 2) == 3) return "a shift of no kind";
  if (has_group && (std::uint64_t{1} << bits_of(store.imm, 6, 3)) > units) {
    return fmt::format("groups of {}, but a row has {} lanes",
                       std::uint64_t{1} << bits_of(store.imm, 6, 3), units);
  }
  if (has_index && bits_of(store.imm, 0, 6) >= units) {
    return fmt::format("lane {}, but a row has {}", bits_of(store.imm, 0, 6), units);
  }
  return {};
}

/// Why a store is bad whatever the loops add; empty when it need not be.
std::string store_fault(const Store& store, const ImcSramVectorSpec& params) {
  const bool planar_lanes = store.op >= 32 && store.op % 4 == 3 && (store.op / 4) % 4 == 0;
  if (store.op == 7 || (store.op >= 27 && store.op <= 31) || planar_lanes) {
    return fmt::format("operation {}, which does not exist", store.op);
  }
  if (store.w == 3) return "lanes of no width (w is 3)";
  if ((store.op == 23 || store.op == 24) && store.w == 2) return "lanes of 32 bits to widen";
  if ((store.op == 25 || store.op == 26) && store.w == 0) return "lanes of 8 bits to narrow";
  if (!store.moves_imm) {
    if (auto fault = immediate_fault(store, params.row_bits); !fault.empty()) return fault;
  }
  const auto rows = static_cast<std::uint64_t>(params.rows);
  const auto outside = [rows](bool is_used, bool moves, std::uint64_t row) {
    return is_used && !moves && row >= rows;
  };
  const std::pair<bool, std::uint64_t> named[] = {
      {outside(true, store.moves_rd, store.rd), store.rd},
      {outside(reads_rs1(store.op), store.moves_rs1, store.rs1), store.rs1},
      {outside(reads_rs2(store.op), store.moves_rs2, store.rs2), store.rs2}};
  for (const auto& [is_outside, row] : named) {
    if (is_outside) return fmt::format("row {}, but rows are 0 ... {}", row, params.rows - 1);
  }
  return {};
}

/// Refuses what would be flagged as bad each time it is executed.
void check_program(const ImcSramVectorSpec& params, const Location& location,
                   Diagnostics& diagnostics) {
  int open_loops = 0;
  for (std::size_t i = 0; i < params.program.size(); ++i) {
    const std::uint64_t entry = params.program[i];
    const std::uint64_t kind = entry >> 62;
    std::string fault;
    if (kind == 0) break;
    if (kind == 1) {
      fault = store_fault(store_of(entry), params);
      open_loops = std::max(open_loops - std::min(2, static_cast<int>(bits_of(entry, 57, 2))), 0);
    } else if (kind == 3) {
      fault = "kind 3, which does not exist";
    } else if (bits_of(entry, 0, 12) == 0) {
      fault = "a loop of 0 iterations";
    } else if (++open_loops > 2) {
      fault = "a third loop inside two others";
    }
    if (fault.empty()) continue;
    diagnostics.error("N1254", location, fmt::format("entry {} of the program: {}", i, fault),
                      "the entries are listed in the README of imc_sram_vector");
    return;
  }
}

/// Number of entries that the header of the file claims; 1 when the file has no such header.
std::int64_t entries_in(const std::filesystem::path& file) {
  constexpr std::size_t kHeaderBytes = 4096;
  std::string bytes(kHeaderBytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  const auto result = parse_npy_header(bytes);
  if (!result.header || result.header->shape.empty()) return 1;
  return std::clamp(result.header->shape.front(), std::int64_t{1}, kMaxEntries);
}

void load_entries(const std::filesystem::path& path, const Json& file, ImcSramVectorSpec& params,
                  Diagnostics& diagnostics) {
  const std::int64_t shape[] = {entries_in(path), 2};
  const auto array = read_npy(path, shape, "(entries, 2), at most 65,536 entries", INT32_MIN,
                              INT32_MAX, file.location(), diagnostics);
  if (!array) return;
  if (array->first_outside >= 0) {
    diagnostics.error(
        "N1255", file.location(),
        fmt::format("word {} of entry {} is {}, must fit in 32 bits, signed",
                    array->first_outside % 2, array->first_outside / 2, array->outside_value),
        "store the words with view(numpy.int32)");
    return;
  }
  for (std::size_t i = 0; i + 1 < array->values.size(); i += 2) {
    const auto low = static_cast<std::uint32_t>(array->values[i]);
    const auto high = static_cast<std::uint32_t>(array->values[i + 1]);
    params.program.push_back(std::uint64_t{high} << 32 | low);
  }
  check_program(params, file.location(), diagnostics);
}

/// The text of a program; nothing, and a fault at `location`, when it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& path, const Location& location,
                                     Diagnostics& diagnostics) {
  const auto fault = [&](const std::string& what) {
    diagnostics.error("N0501", location,
                      fmt::format("data file '{}' {}", path.filename().string(), what),
                      "paths are relative to the specification");
    return std::nullopt;
  };
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fault("does not exist");
  if (!std::filesystem::is_regular_file(path, error)) return fault("is not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (size > kMaxProgramBytes) return fault("is larger than 16 MiB");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text(size, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (!stream) return fault("cannot be read: " + std::generic_category().message(errno));
  return text;
}

void load_text(const std::filesystem::path& path, const Json& file, ImcSramVectorSpec& params,
               Diagnostics& diagnostics) {
  const auto text = read_text(path, file.location(), diagnostics);
  if (!text) return;
  auto entries = assemble(*text, path.string(), {.rows = params.rows, .row_bits = params.row_bits},
                          diagnostics);
  if (entries) params.program = std::move(*entries);
}

void load_program(const Json& file, const std::shared_ptr<ImcSramVectorSpec>& params,
                  const std::string& stage, ParseContext& context) {
  const auto path = context.folder / file.string();
  const auto load = path.extension() == ".npy" ? load_entries : load_text;
  load(path, file, *params, context.diagnostics);
  // The words count, not how they came.
  std::vector<std::int32_t> words;
  for (const std::uint64_t entry : params->program) {
    words.push_back(static_cast<std::int32_t>(entry));
    words.push_back(static_cast<std::int32_t>(entry >> 32));
  }
  context.hash.add(stage + ".program", std::span<const std::int32_t>(words));
}

// ---------------------------------------------------------------------------------------- Data

void load_data(const Json& file, std::size_t index,
               const std::shared_ptr<ImcSramVectorSpec>& params, const std::string& stage,
               ParseContext& context) {
  VectorData& block = params->data[index];
  const int bits = block.lane_bits;
  // 8 and 16 bits may be meant signed or not.
  const std::int64_t low = -(std::int64_t{1} << (bits - 1));
  const std::int64_t high = bits == 32 ? INT32_MAX : (std::int64_t{1} << bits) - 1;
  const std::int64_t lanes = params->row_bits / bits;
  const std::int64_t shape[] = {block.rows, lanes};
  auto array = read_npy(context.folder / file.string(), shape, "(rows, lanes)", low, high,
                        file.location(), context.diagnostics);
  if (!array) return;
  if (array->first_outside >= 0) {
    context.diagnostics.error(
        "N0506", file.location(),
        fmt::format("element [{}][{}] is {}, but a lane of {} bits holds {} ... {}",
                    array->first_outside / lanes, array->first_outside % lanes,
                    array->outside_value, bits, low, high),
        "use wider lanes");
    return;
  }
  block.values = std::move(array->values);
  context.hash.add(fmt::format("{}.data_{}", stage, index),
                   std::span<const std::int32_t>(block.values));
}

void parse_data(const Json& blocks, const Stage& stage,
                const std::shared_ptr<ImcSramVectorSpec>& params, ParseContext& context) {
  for (const Json& object : blocks.array()) {
    const schema::Reader reader(data_fields(), object);
    const VectorData block{.row = reader.integer("row"),
                           .rows = reader.integer("rows"),
                           .lane_bits = static_cast<int>(reader.integer("lane_bits"))};
    if (block.row + block.rows > params->rows) {
      context.diagnostics.error(
          "N1252", reader.location("row"),
          fmt::format("the block fills rows {} ... {}, but rows are 0 ... {}", block.row,
                      block.row + block.rows - 1, params->rows - 1),
          fmt::format("set 'rows' of the stage to {}", block.row + block.rows));
    }
    for (const VectorData& other : params->data) {
      if (block.row >= other.row + other.rows || other.row >= block.row + block.rows) continue;
      context.diagnostics.error(
          "N1253", reader.location("row"),
          fmt::format("the block fills rows {} ... {}, another one fills {} ... {}", block.row,
                      block.row + block.rows - 1, other.row, other.row + other.rows - 1),
          "give each block rows of its own");
    }
    const std::size_t index = params->data.size();
    params->data.push_back(block);
    const std::string key = fmt::format("data_{}_", index);
    context.hash.add(key + "row", block.row);
    context.hash.add(key + "rows", block.rows);
    context.hash.add(key + "lane_bits", block.lane_bits);
    const Json* file = reader.find("file");
    context.deferred.push_back([=, name = stage.name](ParseContext& later) {
      load_data(*file, index, params, name, later);
    });
  }
}

// --------------------------------------------------------------------------------------- Frame

/// Reports `count` lanes from `row` on that leave the memory.
void check_rows(const ImcSramVectorSpec& params, std::string_view what, std::int64_t row,
                std::int64_t count, int lane_bits, const Location& location,
                Diagnostics& diagnostics) {
  const std::int64_t end = row + vector_rows(count, params.row_bits, lane_bits);
  if (end <= params.rows) return;
  diagnostics.error("N1252", location,
                    fmt::format("{} of {} lanes of {} bits fills rows {} ... {}, but rows are "
                                "0 ... {}",
                                what, with_commas(count), lane_bits, row, end - 1, params.rows - 1),
                    end <= kMaxRows ? fmt::format("set 'rows' to {}", end) : "use narrower lanes");
}

void parse(const Json& object, ParseContext& context, Stage& stage) {
  const schema::Reader reader(fields(), object);
  const auto params = std::make_shared<ImcSramVectorSpec>();
  const schema::Reader load(load_fields(), *reader.find("load"));
  const schema::Reader send(send_fields(), *reader.find("send"));
  params->rows = reader.integer("rows");
  params->row_bits = static_cast<int>(reader.integer("row_bits"));
  params->num_values = stage.input.addresses;
  params->value_bits = stage.input.payload_bits;
  params->value_signed = stage.input.payload_signed;
  params->steps = stage.input.steps;
  params->load_row = load.integer("row");
  params->load_lane_bits = static_cast<int>(load.integer("lane_bits"));
  params->send_row = send.integer("row");
  params->send_lane_bits = static_cast<int>(send.integer("lane_bits"));
  params->send_count = send.integer("count");
  params->send_signed = send.boolean("signed");
  stage.params = params;
  stage.output = StreamShape{.values = true,
                             .addresses = params->send_count,
                             .negative_events = false,
                             .payload_bits = params->send_lane_bits,
                             .payload_signed = params->send_signed,
                             .steps = params->steps};

  Diagnostics& diagnostics = context.diagnostics;
  if (params->value_bits > params->load_lane_bits) {
    diagnostics.error("N1251", load.location("lane_bits"),
                      fmt::format("'lane_bits' is {}, but '{}' sends values of {} bits",
                                  params->load_lane_bits, stage.inputs.front(), params->value_bits),
                      fmt::format("set 'lane_bits' to {}",
                                  std::bit_ceil(static_cast<unsigned>(params->value_bits))));
  }
  check_rows(*params, "the frame", params->load_row, params->num_values, params->load_lane_bits,
             load.location("row"), diagnostics);
  check_rows(*params, "the output", params->send_row, params->send_count, params->send_lane_bits,
             send.location("row"), diagnostics);
  context.hash.add("rows", params->rows);
  context.hash.add("row_bits", params->row_bits);
  context.hash.add("load_row", params->load_row);
  context.hash.add("load_lane_bits", params->load_lane_bits);
  context.hash.add("send_row", params->send_row);
  context.hash.add("send_lane_bits", params->send_lane_bits);
  context.hash.add("send_count", params->send_count);
  context.hash.add("send_signed", params->send_signed);
  if (const Json* blocks = reader.find("data"); blocks != nullptr) {
    parse_data(*blocks, stage, params, context);
  }
  const schema::Reader program(program_fields(), *reader.find("program"));
  const Json* file = program.find("file");
  context.deferred.push_back(
      [=, name = stage.name](ParseContext& later) { load_program(*file, params, name, later); });
}

StageFigures figures(const Stage& stage) {
  const auto& params = params_of<ImcSramVectorSpec>(stage);
  constexpr int kCopies = 2;
  constexpr int kEntryBits = 64;
  constexpr int kBitsPerProduct = 8;
  StageFigures result;
  result.ram_bits = kCopies * params.rows * params.row_bits +
                    static_cast<std::int64_t>(params.program.size()) * kEntryBits;
  result.cycles_per_event = 1;
  result.synaptic_operations_per_cycle = params.row_bits / kBitsPerProduct;
  return result;
}

}  // namespace

const KindSpec& imc_sram_vector_kind_spec() {
  static const KindSpec kind{.name = "imc_sram_vector",
                             .summary = "a memory that computes on its rows as vectors",
                             .schema = fields,
                             .parse = parse,
                             .takes_values = true,
                             .takes_steps = true,
                             .decides = false,
                             .figures = figures};
  return kind;
}

}  // namespace nacre
