// The assembler of imc_sram_vector: words worked by hand from the kind's README, and its messages.

#include <gtest/gtest.h>

#include <string>

#include "imc_sram_vector/assembler.hpp"

namespace nacre {
namespace {

using Entries = std::vector<std::uint64_t>;

Entries entries_of(const std::string& text, const VectorMemory& memory = {32, 512}) {
  Diagnostics diagnostics;
  const auto entries = assemble(text, "a.csram", memory, diagnostics);
  for (const Diagnostic& d : diagnostics.all())
    ADD_FAILURE() << d.location.line << ' ' << d.message;
  return entries ? *entries : Entries{};
}

/// "line:column code message" of each fault.
std::vector<std::string> faults_of(const std::string& text,
                                   const VectorMemory& memory = {32, 512}) {
  Diagnostics diagnostics;
  const auto entries = assemble(text, "a.csram", memory, diagnostics);
  EXPECT_EQ(entries.has_value(), diagnostics.all().empty());
  std::vector<std::string> faults;
  for (const Diagnostic& d : diagnostics.all()) {
    EXPECT_EQ(d.location.file, "a.csram");
    EXPECT_FALSE(d.help.empty()) << d.message;
    faults.push_back(std::to_string(d.location.line) + ":" + std::to_string(d.location.column) +
                     " " + d.code + " " + d.message);
  }
  return faults;
}

using Faults = std::vector<std::string>;

/// A store by the fields of the contract.
constexpr std::uint64_t store(std::uint64_t op, std::uint64_t w, std::uint64_t rd,
                              std::uint64_t rs1, std::uint64_t rs2, std::uint64_t imm,
                              std::uint64_t moves = 0, std::uint64_t closes = 0) {
  return std::uint64_t{1} << 62 | closes << 57 | moves << 53 | rd << 41 | imm << 32 | op << 26 |
         w << 24 | rs2 << 12 | rs1;
}

TEST(SpecImcSramVectorAssembler, EachInstructionByItsFields) {
  const struct {
    const char* text;
    std::uint64_t entry;
  } cases[] = {
      {"copy 1, 2", store(0, 0, 1, 2, 2, 12)},
      {"not 1, 2", store(0, 0, 1, 2, 2, 3)},
      {"and 1, 2, 3", store(0, 0, 1, 2, 3, 8)},
      {"or 1, 2, 3", store(0, 0, 1, 2, 3, 14)},
      {"xor 1, 2, 3", store(0, 0, 1, 2, 3, 6)},
      {"nand 1, 2, 3", store(0, 0, 1, 2, 3, 7)},
      {"nor 1, 2, 3", store(0, 0, 1, 2, 3, 1)},
      {"andn 1, 2, 3", store(0, 0, 1, 2, 3, 4)},
      {"xnor 1, 2, 3", store(0, 0, 1, 2, 3, 9)},
      {"sll.8 1, 2, 3", store(1, 0, 1, 2, 0, 3)},
      {"srl.16 1, 2, 15", store(1, 1, 1, 2, 0, 32 + 15)},
      {"sra.32 1, 2, 31", store(1, 2, 1, 2, 0, 64 + 31)},
      {"li.8 1, -7", store(2, 0, 1, 0, 0, 505)},
      {"li.32 1, 255", store(2, 2, 1, 0, 0, 255)},
      {"spread.8 4, 5, 64, 3", store(3, 0, 4, 5, 0, 6 << 6 | 3)},
      {"repeat.16 4, 5, 1, 31", store(4, 1, 4, 5, 0, 31)},
      {"slide.16 4, 5, 6, 1", store(5, 1, 4, 5, 6, 1)},
      {"rotate.16 4, 5, 1", store(5, 1, 4, 5, 5, 1)},
      {"reduce.32 4, 5, 16", store(6, 2, 4, 5, 0, 4 << 6)},
      {"add.8 1, 2, 3", store(8, 0, 1, 2, 3, 0)},
      {"sub.8 1, 2, 3", store(9, 0, 1, 2, 3, 0)},
      {"adds.8 1, 2, 3", store(10, 0, 1, 2, 3, 0)},
      {"subs.8 1, 2, 3", store(11, 0, 1, 2, 3, 0)},
      {"addus.8 1, 2, 3", store(12, 0, 1, 2, 3, 0)},
      {"subus.8 1, 2, 3", store(13, 0, 1, 2, 3, 0)},
      {"mins.8 1, 2, 3", store(14, 0, 1, 2, 3, 0)},
      {"maxs.8 1, 2, 3", store(15, 0, 1, 2, 3, 0)},
      {"minu.8 1, 2, 3", store(16, 0, 1, 2, 3, 0)},
      {"maxu.8 1, 2, 3", store(17, 0, 1, 2, 3, 0)},
      {"ceq.8 1, 2, 3", store(18, 0, 1, 2, 3, 0)},
      {"cgts.8 1, 2, 3", store(19, 0, 1, 2, 3, 0)},
      {"cgtu.8 1, 2, 3", store(20, 0, 1, 2, 3, 0)},
      {"mulhs.8 1, 2, 3", store(21, 0, 1, 2, 3, 0)},
      {"mulhu.8 1, 2, 3", store(22, 0, 1, 2, 3, 0)},
      {"widens.8 1, 2, 1", store(23, 0, 1, 2, 0, 1)},
      {"widenu.16 1, 2, 0", store(24, 1, 1, 2, 0, 0)},
      {"narrows.16 1, 2, 3", store(25, 1, 1, 2, 3, 0)},
      {"narrowu.32 1, 2, 3", store(26, 2, 1, 2, 3, 0)},
      {"mac.8 1, 2, 3", store(32, 0, 1, 2, 3, 0)},
      {"mul.16 1, 2, 3, spread(2, 5)", store(48 + 1, 1, 1, 2, 3, 1 << 6 | 5)},
      {"mac.8 1, 2, 3, tile(64, 63)", store(32 + 2, 0, 1, 2, 3, 6 << 6 | 63)},
      {"dotss.8 1, 2, 3", store(48 + 4, 0, 1, 2, 3, 0)},
      {"dotass.8 1, 2, 3, planar(8, 11)", store(32 + 4 + 3, 0, 1, 2, 3, 3 << 6 | 11)},
      {"dotus.16 1, 2, 3", store(48 + 8, 1, 1, 2, 3, 0)},
      {"dotaus.8 1, 2, 3", store(32 + 8, 0, 1, 2, 3, 0)},
      {"dotuu.32 1, 2, 3", store(48 + 12, 2, 1, 2, 3, 0)},
      {"dotauu.8 1, 2, 3", store(32 + 12, 0, 1, 2, 3, 0)},
      {"end", 0},
  };
  for (const auto& c : cases) EXPECT_EQ(entries_of(c.text), Entries{c.entry}) << c.text;
}

TEST(SpecImcSramVectorAssembler, NumbersNamesCommentsAndSpace) {
  EXPECT_EQ(entries_of("# nothing\n"
                       "first = 0x1\r\n"
                       "  second=first+0b11 - 1   # 3\n"
                       "\n"
                       "\tadd.8 -first+2 ,second,second - first# comment\n"
                       "add = 5\n"
                       "not add, +7"),
            (Entries{store(8, 0, 1, 3, 2, 0), store(0, 0, 5, 7, 7, 3)}));
  EXPECT_EQ(entries_of(""), Entries{0});
  EXPECT_EQ(entries_of("x = 5\n# only\n"), Entries{0});
}

TEST(SpecImcSramVectorAssembler, Loops) {
  // The example of the README, with names.
  EXPECT_EQ(entries_of("out = 4\n"
                       "loop 13, rd 0, rs1 1, rs2 2, imm -1\n"
                       "  dotaus.8 out, 10@, 2@, spread(16, 0)\n"
                       "  dotaus.8 out, 11@, 3@, spread(16, 1)@\n"
                       "endloop\n"
                       "end"),
            (Entries{std::uint64_t{2} << 62 | std::uint64_t{0x1ff} << 48 | std::uint64_t{2} << 36 |
                         std::uint64_t{1} << 24 | 13,
                     store(32 + 8 + 1, 0, 4, 10, 2, 4 << 6, 6),
                     store(32 + 8 + 1, 0, 4, 11, 3, 4 << 6 | 1, 6 | 8, 1), 0}));
  // Two loops that end together, and one after the other.
  EXPECT_EQ(entries_of("loop 2\nloop 3, rd -1\ncopy 3@, 1\nendloop\nendloop"),
            (Entries{std::uint64_t{2} << 62 | 2, std::uint64_t{2} << 62 | 0xfff << 12 | 3,
                     store(0, 0, 3, 1, 1, 12, 1, 2)}));
  EXPECT_EQ(entries_of("loop 2\nloop 3\ncopy 3, 1\nendloop\ncopy 1, 2\nendloop")[3],
            store(0, 0, 1, 2, 2, 12, 0, 1));
  // One operand, two fields that move alike.
  EXPECT_EQ(entries_of("loop 4, rs1 1, rs2 1\nrotate.8 9, 2@, 1@\nendloop")[1],
            store(5, 0, 9, 2, 2, 1, 2 | 4 | 8, 1));
}

TEST(SpecImcSramVectorAssembler, LinesThatCannotBeRead) {
  const auto first = [](const std::string& text) { return faults_of(text).at(0); };
  EXPECT_EQ(first("\n  addd.8 1, 2, 3"), "2:3 N1256 there is no instruction 'addd'");
  EXPECT_EQ(first("add 1, 2, 3"),
            "1:1 N1256 'add' has no width behind it, must have .8, .16 or .32");
  EXPECT_EQ(first("add.64 1, 2, 3"),
            "1:1 N1256 'add' has '.64' behind it, must have .8, .16 or .32");
  EXPECT_EQ(first("xor.8 1, 2, 3"), "1:1 N1256 'xor' has '.8' behind it, must have no width");
  EXPECT_EQ(first("widens.32 1, 2, 0"),
            "1:1 N1256 'widens' has '.32' behind it, must have .8 or .16");
  EXPECT_EQ(first("narrowu.8 1, 2, 0"),
            "1:1 N1256 'narrowu' has '.8' behind it, must have .16 or .32");
  EXPECT_EQ(first("add.8 1, 2"), "1:11 N1256 the end of the line where a ',' is wanted");
  EXPECT_EQ(first("add.8 1, 2, "), "1:13 N1256 the end of the line where a number is wanted");
  EXPECT_EQ(first("add.8 1, 2, 3, 4"), "1:14 N1256 ',' behind the last operand");
  EXPECT_EQ(first("mul.8 1, 2, 3 spread(1, 0)"), "1:15 N1256 'spread' behind the last operand");
  EXPECT_EQ(first("mul.8 1, 2, 3, row(1, 0)"), "1:16 N1256 'row' where a mode is wanted");
  EXPECT_EQ(first("mul.8 1, 2, 3, planar(1, 0)"), "1:16 N1256 'planar' behind 'mul'");
  EXPECT_EQ(first("mul.8 1, 2, 3, tile 1, 0"), "1:21 N1256 '1' where a mode has a '('");
  EXPECT_EQ(first("8 = x"), "1:1 N1256 a line begins with '8'");
  EXPECT_EQ(first("copy 1 2"), "1:8 N1256 '2' where a ',' is wanted");
  EXPECT_EQ(first("copy 1; 2"), "1:7 N1256 ';' means nothing here");
  EXPECT_EQ(first("copy 1, \x80"), "1:9 N1256 the byte 0x80 means nothing here");
  EXPECT_EQ(first("copy 12a, 2"), "1:6 N1256 '12a' is not a number");
  EXPECT_EQ(first("copy 0x, 2"), "1:6 N1256 '0x' is not a number");
  EXPECT_EQ(first("copy 0b2, 2"), "1:6 N1256 '0b2' is not a number");
  EXPECT_EQ(first("loop 2, count 3"), "1:9 N1256 a step of a loop begins with 'count'");
  EXPECT_EQ(first("loop 2, rd 1, rd 2"), "1:15 N1256 'rd' has two steps");
  EXPECT_EQ(first("end 3"), "1:5 N1256 '3' where the line should end");
}

TEST(SpecImcSramVectorAssembler, Names) {
  EXPECT_EQ(
      faults_of("copy out, 1\nout = 3\nout = 3\na.b = 1"),
      (Faults{"1:6 N1257 the name 'out' has no number",
              "3:1 N1257 the name 'out' has a number already", "4:1 N1257 'a.b' is no name"}));
}

TEST(SpecImcSramVectorAssembler, NumbersOutOfRange) {
  const auto first = [](const std::string& text) {
    return faults_of(text, {.rows = 8, .row_bits = 128}).at(0);
  };
  EXPECT_EQ(first("add.8 8, 0, 1"), "1:7 N1258 rd is row 8, but rows are 0 ... 7");
  EXPECT_EQ(first("add.8 0, 1 - 2, 1"), "1:10 N1258 rs1 is row -1, but rows are 0 ... 7");
  EXPECT_EQ(first("add.8 0, 1, 9"), "1:13 N1258 rs2 is row 9, but rows are 0 ... 7");
  EXPECT_EQ(first("sll.8 0, 1, 8"), "1:13 N1258 a shift is 8, must be 0 ... 7");
  EXPECT_EQ(first("li.8 0, 256"), "1:9 N1258 an immediate value is 256, must be -256 ... 255");
  EXPECT_EQ(first("widens.8 0, 1, 2"), "1:16 N1258 a half is 2, must be 0 ... 1");
  EXPECT_EQ(first("spread.8 0, 1, 32, 0"),
            "1:16 N1258 groups of 32, must be a power of two, 1 ... 16");
  EXPECT_EQ(first("reduce.32 0, 1, 3"), "1:17 N1258 groups of 3, must be a power of two, 1 ... 4");
  EXPECT_EQ(first("slide.32 0, 1, 2, 4"), "1:19 N1258 lane 4, must be 0 ... 3");
  EXPECT_EQ(first("dotss.8 0, 1, 2, tile(1, 4)"), "1:26 N1258 lane 4, must be 0 ... 3");
  EXPECT_EQ(first("loop 4096"), "1:6 N1258 the count of a loop is 4096, must be 1 ... 4095");
  EXPECT_EQ(first("loop 2, imm 256"), "1:13 N1258 a step is 256, must be -256 ... 255");
  EXPECT_EQ(first("x = 2147483648"), "1:5 N1258 the number '2147483648' is too large");
  EXPECT_EQ(first("x = 2147483647 + 1"), "1:16 N1258 the sum is too large");
  EXPECT_EQ(first("loop 3, rd 2\ncopy 4@, 0\nendloop"),
            "2:6 N1258 rd moves over rows 4 ... 8, but rows are 0 ... 7");
  EXPECT_EQ(first("loop 2, rs1 -1\nloop 3, rs1 1\nadd.8 1, 0@, 0\nendloop\nendloop"),
            "3:10 N1258 rs1 moves over rows -1 ... 2, but rows are 0 ... 7");
}

TEST(SpecImcSramVectorAssembler, FaultsOfLoops) {
  EXPECT_EQ(faults_of("endloop"), (Faults{"1:1 N1259 'endloop' without a loop"}));
  EXPECT_EQ(faults_of("copy 1, 2\nloop 3\nendloop"),
            (Faults{"3:1 N1259 the loop of line 2 has no instruction"}));
  EXPECT_EQ(faults_of("loop 2\nloop 2\nloop 2\ncopy 1, 2\nendloop\nendloop\nendloop"),
            (Faults{"3:1 N1259 a third loop inside those of lines 1 and 2"}));
  EXPECT_EQ(faults_of("loop 2\ncopy 1, 2"),
            (Faults{"2:1 N1259 the text ends inside the loop of line 1"}));
  EXPECT_EQ(faults_of("loop 2\ncopy 1, 2\nend"),
            (Faults{"3:1 N1259 the program ends inside the loop of line 1"}));
  EXPECT_EQ(faults_of("end\nx = 1\ncopy 1, 2"),
            (Faults{"3:1 N1259 'copy' stands behind the end of the program"}));
  EXPECT_EQ(faults_of("copy 1, 2@"), (Faults{"1:10 N1259 '@' outside a loop"}));
  EXPECT_EQ(faults_of("loop 2, rs1 1\nrotate.8 1, 2@, 1\nendloop"),
            (Faults{"2:1 N1259 rs1 moves by 1 and rs2 by 0 in the loop of line 1"}));
}

TEST(SpecImcSramVectorAssembler, AFaultBringsNoOthers) {
  EXPECT_EQ(faults_of("loop 0, rd 1\ncopy 1@, 2\nendloop\ncopy 1, 2").size(), 1u);
  EXPECT_EQ(faults_of("loop 2\ncopie 1, 2\nendloop").size(), 1u);
  EXPECT_EQ(faults_of("lop 2\ncopy 1, 2\nendloop").size(), 1u);
}

TEST(SpecImcSramVectorAssembler, OnlyTheFirstFaultsAreTold) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "nothing\n";
  EXPECT_EQ(faults_of(text).size(), 20u);
}

TEST(SpecImcSramVectorAssembler, ProgramsOfMoreThan65536Entries) {
  std::string text;
  for (int i = 0; i < 65536; ++i) text += "copy 1, 2\n";
  EXPECT_EQ(entries_of(text).size(), 65536u);
  EXPECT_EQ(faults_of(text + "end\ncopy 1, 2\n"),
            (Faults{"65537:1 N1256 the program has more than 65,536 entries"}));
}

}  // namespace
}  // namespace nacre
