#include "imc_sram_vector/assembler.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <span>
#include <utility>

#include "diagnostics/nearest.hpp"

namespace nacre {

namespace {

constexpr std::size_t kMaxEntries = std::size_t{1} << 16;
constexpr int kMostFaults = 20;
constexpr std::size_t kMostOpenLoops = 2;
constexpr std::int64_t kMaxNumber = INT32_MAX;

constexpr std::uint64_t kEntryStore = std::uint64_t{1} << 62;
constexpr std::uint64_t kEntryLoop = std::uint64_t{2} << 62;
constexpr int kImmShift = 32;
constexpr int kRdShift = 41;
constexpr int kMovesShift = 53;
constexpr int kClosesShift = 57;

// Bits of `moves`.
constexpr unsigned kMovesRd = 1, kMovesRs1 = 2, kMovesRs2 = 4, kMovesImm = 8;

// --------------------------------------------------------------------------------- Instructions

/// What may follow the dot of a mnemonic.
enum class Widths { None, All, UpTo16, From16 };

/// One mnemonic. `operands` has a letter for each operand: d rd, a rs1, b rs2, A rs1 that is rs2 as
/// well, n distance of a shift, v value, g group, i index, s lanes to slide by, h half, m mode (may
/// be left out).
struct Mnemonic {
  std::string_view name;
  int op;
  std::int64_t imm;  ///< bits of it that the name sets
  std::string_view operands;
  Widths widths;
};

constexpr std::int64_t kShiftUnsigned = 1 << 5;
constexpr std::int64_t kShiftSigned = 2 << 5;
constexpr int kFirstMultiply = 32;

/// A multiply-accumulate operation, its mode left out.
constexpr int multiply(bool is_new, int type) {
  return kFirstMultiply | (is_new ? 16 : 0) | type * 4;
}

constexpr Mnemonic kMnemonics[] = {
    // Truth tables: bit 2 * (bit of a) + (bit of b).
    {"copy", 0, 0b1100, "dA", Widths::None},
    {"not", 0, 0b0011, "dA", Widths::None},
    {"and", 0, 0b1000, "dab", Widths::None},
    {"or", 0, 0b1110, "dab", Widths::None},
    {"xor", 0, 0b0110, "dab", Widths::None},
    {"nand", 0, 0b0111, "dab", Widths::None},
    {"nor", 0, 0b0001, "dab", Widths::None},
    {"andn", 0, 0b0100, "dab", Widths::None},
    {"xnor", 0, 0b1001, "dab", Widths::None},
    {"sll", 1, 0, "dan", Widths::All},
    {"srl", 1, kShiftUnsigned, "dan", Widths::All},
    {"sra", 1, kShiftSigned, "dan", Widths::All},
    {"li", 2, 0, "dv", Widths::All},
    {"spread", 3, 0, "dagi", Widths::All},
    {"repeat", 4, 0, "dagi", Widths::All},
    {"slide", 5, 0, "dabs", Widths::All},
    {"rotate", 5, 0, "dAs", Widths::All},
    {"reduce", 6, 0, "dag", Widths::All},
    {"add", 8, 0, "dab", Widths::All},
    {"sub", 9, 0, "dab", Widths::All},
    {"adds", 10, 0, "dab", Widths::All},
    {"subs", 11, 0, "dab", Widths::All},
    {"addus", 12, 0, "dab", Widths::All},
    {"subus", 13, 0, "dab", Widths::All},
    {"mins", 14, 0, "dab", Widths::All},
    {"maxs", 15, 0, "dab", Widths::All},
    {"minu", 16, 0, "dab", Widths::All},
    {"maxu", 17, 0, "dab", Widths::All},
    {"ceq", 18, 0, "dab", Widths::All},
    {"cgts", 19, 0, "dab", Widths::All},
    {"cgtu", 20, 0, "dab", Widths::All},
    {"mulhs", 21, 0, "dab", Widths::All},
    {"mulhu", 22, 0, "dab", Widths::All},
    {"widens", 23, 0, "dah", Widths::UpTo16},
    {"widenu", 24, 0, "dah", Widths::UpTo16},
    {"narrows", 25, 0, "dab", Widths::From16},
    {"narrowu", 26, 0, "dab", Widths::From16},
    {"mul", multiply(true, 0), 0, "dabm", Widths::All},
    {"mac", multiply(false, 0), 0, "dabm", Widths::All},
    {"dotss", multiply(true, 1), 0, "dabm", Widths::All},
    {"dotass", multiply(false, 1), 0, "dabm", Widths::All},
    {"dotus", multiply(true, 2), 0, "dabm", Widths::All},
    {"dotaus", multiply(false, 2), 0, "dabm", Widths::All},
    {"dotuu", multiply(true, 3), 0, "dabm", Widths::All},
    {"dotauu", multiply(false, 3), 0, "dabm", Widths::All},
};

constexpr std::string_view kModes[] = {"", "spread", "tile", "planar"};

const Mnemonic* find_mnemonic(std::string_view name) {
  const auto* found = std::find_if(std::begin(kMnemonics), std::end(kMnemonics),
                                   [&](const Mnemonic& m) { return m.name == name; });
  return found == std::end(kMnemonics) ? nullptr : found;
}

/// How an instruction is written: "rd, rs1, g, idx".
std::string form_of(const Mnemonic& mnemonic) {
  static const std::map<char, std::string_view> kNames = {
      {'d', "rd"},    {'a', "rs1"},   {'b', "rs2"}, {'A', "rs1"},  {'n', "n"},   {'v', "value"},
      {'g', "group"}, {'i', "index"}, {'s', "n"},   {'h', "half"}, {'m', "mode"}};
  std::string form;
  for (const char letter : mnemonic.operands) {
    if (letter == 'm') {
      form += " [, mode(group, index)]";
    } else {
      form += (form.empty() ? "" : ", ");
      form += kNames.at(letter);
    }
  }
  return form;
}

bool width_is_legal(Widths widths, int bits) {
  switch (widths) {
    case Widths::None:
      return false;
    case Widths::All:
      return bits == 8 || bits == 16 || bits == 32;
    case Widths::UpTo16:
      return bits == 8 || bits == 16;
    case Widths::From16:
      return bits == 16 || bits == 32;
  }
  return false;
}

std::string_view widths_text(Widths widths) {
  switch (widths) {
    case Widths::None:
      return "no width";
    case Widths::All:
      return ".8, .16 or .32";
    case Widths::UpTo16:
      return ".8 or .16";
    case Widths::From16:
      return ".16 or .32";
  }
  return {};
}

// --------------------------------------------------------------------------------------- Tokens

struct Token {
  enum Kind { Word, Number, Sign, End } kind = End;
  std::string_view text{};  ///< a Sign is one character
  std::int64_t number = 0;
  int column = 1;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A character as a message shows it: bytes that may be no text as numbers.
std::string character_text(char c) {
  return c > ' ' && c <= '~' ? fmt::format("'{}'", c)
                             : fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
}

/// An instruction's rows and immediate before they are packed.
struct Fields {
  std::int64_t rd = 0;
  std::int64_t rs1 = 0;
  std::int64_t rs2 = 0;
  std::int64_t imm = 0;
  unsigned moves = 0;
};

/// A loop that is open where the text has got to.
struct OpenLoop {
  int line = 0;
  std::int64_t count = 1;
  std::array<std::int64_t, 3> row_steps{};  ///< rd, rs1, rs2
};

/// Assembles line by line; the first fault of a line ends it.
class Assembler {
 public:
  Assembler(const std::string& file, const VectorMemory& memory, Diagnostics& diagnostics)
      : file_(file), memory_(memory), diagnostics_(diagnostics) {}

  void line(std::string_view text);
  /// After the last line.
  void finish();
  bool failed() const { return faults_ > 0; }
  bool gave_up() const { return faults_ >= kMostFaults; }
  std::vector<std::uint64_t> take_entries() { return std::move(entries_); }

 private:
  // Each returns false after it has reported a fault.
  bool scan(std::string_view text);
  bool statement();
  bool definition();
  bool loop();
  bool loop_fields(OpenLoop& loop, std::uint64_t& entry);
  bool end_of_loop();
  bool instruction();
  bool operand(char letter, const Mnemonic& mnemonic, int lane_bits, Fields& fields);
  bool both_sources(Fields& fields);
  bool row(std::string_view name, std::int64_t& value, unsigned move, std::size_t step_index,
           Fields& fields);
  bool rows_of_iterations(std::string_view name, std::int64_t first, std::size_t step_index,
                          const Token& at);
  bool group(std::int64_t units, std::int64_t& imm);
  bool index(std::int64_t units, std::int64_t& imm);
  bool mode(const Mnemonic& mnemonic, int lane_bits, Fields& fields, int& mode);
  bool move_mark(unsigned move, Fields& fields);
  bool bounded(std::string_view what, std::int64_t low, std::int64_t high, std::int64_t& value);
  bool expression(std::int64_t& value);
  bool term(std::int64_t& value);
  bool expect(std::string_view sign, std::string_view where);
  bool end_of_line();
  bool emit(std::uint64_t entry);

  const Token& peek() const { return tokens_[at_]; }
  bool is_sign(std::string_view sign) const {
    return peek().kind == Token::Sign && peek().text == sign;
  }
  bool accept(std::string_view sign) {
    if (!is_sign(sign)) return false;
    ++at_;
    return true;
  }
  std::string found() const {
    return peek().kind == Token::End ? "the end of the line" : fmt::format("'{}'", peek().text);
  }
  bool fault(std::string_view code, const Token& at, std::string message, std::string help);

  std::string file_;
  VectorMemory memory_;
  Diagnostics& diagnostics_;
  int line_ = 0;
  int faults_ = 0;
  std::vector<Token> tokens_;  ///< of this line, an End last
  std::size_t at_ = 0;
  std::map<std::string, std::int64_t, std::less<>> names_;
  std::vector<OpenLoop> loops_;
  std::vector<std::uint64_t> entries_;
  bool ended_ = false;  ///< an `end` was written
};

bool Assembler::fault(std::string_view code, const Token& at, std::string message,
                      std::string help) {
  ++faults_;
  diagnostics_.error(code,
                     {.file = file_,
                      .line = line_,
                      .column = at.column,
                      .length = std::max<int>(1, static_cast<int>(at.text.size()))},
                     std::move(message), std::move(help));
  return false;
}

bool Assembler::scan(std::string_view text) {
  tokens_.clear();
  at_ = 0;
  std::size_t i = 0;
  while (i < text.size() && text[i] != '#') {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r') {
      ++i;
      continue;
    }
    Token token{.kind = Token::Sign, .column = static_cast<int>(i) + 1};
    std::size_t end = i + 1;
    if (is_letter(c) || is_digit(c)) {
      while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]) || text[end] == '.'))
        ++end;
      token.kind = is_letter(c) ? Token::Word : Token::Number;
    }
    token.text = text.substr(i, end - i);
    if (token.kind == Token::Sign &&
        std::string_view("+-=,()@").find(c) == std::string_view::npos) {
      return fault("N1256", token, fmt::format("{} means nothing here", character_text(c)),
                   "words, numbers and the signs + - = , ( ) @ are read; # begins a comment");
    }
    if (token.kind == Token::Number) {
      std::string_view digits = token.text;
      int base = 10;
      if (digits.starts_with("0x") || digits.starts_with("0b")) {
        base = digits[1] == 'x' ? 16 : 2;
        digits.remove_prefix(2);
      }
      bool is_number = !digits.empty();
      for (const char digit : digits) {
        int value = is_digit(digit) ? digit - '0' : base;
        if (digit >= 'a' && digit <= 'f') value = digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F') value = digit - 'A' + 10;
        is_number = is_number && value < base;
        if (!is_number) break;
        token.number = token.number * base + value;
        if (token.number > kMaxNumber) {
          return fault("N1258", token, fmt::format("the number '{}' is too large", token.text),
                       "numbers are at most 2,147,483,647");
        }
      }
      if (!is_number) {
        return fault("N1256", token, fmt::format("'{}' is not a number", token.text),
                     "numbers are decimal, 0x... or 0b...");
      }
    }
    tokens_.push_back(token);
    i = end;
  }
  tokens_.push_back({.kind = Token::End, .column = static_cast<int>(i) + 1});
  return true;
}

void Assembler::line(std::string_view text) {
  ++line_;
  if (scan(text) && peek().kind != Token::End) statement();
}

bool Assembler::statement() {
  if (peek().kind != Token::Word) {
    return fault("N1256", peek(), fmt::format("a line begins with {}", found()),
                 "begin with an instruction, 'loop', 'endloop', 'end' or a name and '='");
  }
  const Token& next = tokens_[at_ + 1];
  if (next.kind == Token::Sign && next.text == "=") return definition();
  if (ended_) {
    return fault("N1259", peek(), fmt::format("{} stands behind the end of the program", found()),
                 "take the 'end' away, or what follows it");
  }
  if (peek().text == "loop") return loop();
  if (peek().text == "endloop") return end_of_loop();
  if (peek().text == "end") {
    if (!loops_.empty()) {
      return fault("N1259", peek(),
                   fmt::format("the program ends inside the loop of line {}", loops_.back().line),
                   "write 'endloop' before 'end'");
    }
    ++at_;
    ended_ = true;
    return end_of_line() && emit(0);
  }
  return instruction();
}

bool Assembler::definition() {
  const Token name = peek();
  at_ += 2;  // the name and '='
  std::int64_t value = 0;
  if (!expression(value) || !end_of_line()) return false;
  if (name.text.find('.') != std::string_view::npos) {
    return fault("N1257", name, fmt::format("'{}' is no name", name.text),
                 "names have letters, digits and _");
  }
  if (!names_.emplace(name.text, value).second) {
    return fault("N1257", name, fmt::format("the name '{}' has a number already", name.text),
                 "choose another name");
  }
  return true;
}

bool Assembler::loop() {
  const Token word = peek();
  ++at_;
  OpenLoop loop{.line = line_};
  std::uint64_t entry = 0;
  const bool is_read = loop_fields(loop, entry);
  if (loops_.size() == kMostOpenLoops) {
    return fault(
        "N1259", word,
        fmt::format("a third loop inside those of lines {} and {}", loops_[0].line, loops_[1].line),
        "two loops may be open at a time");
  }
  loops_.push_back(loop);  // even a faulty one: its 'endloop' will come
  return is_read && emit(entry);
}

bool Assembler::loop_fields(OpenLoop& loop, std::uint64_t& entry) {
  if (!bounded("the count of a loop", 1, 4095, loop.count)) return false;
  entry = kEntryLoop | static_cast<std::uint64_t>(loop.count);
  constexpr std::string_view kSteps[] = {"rd", "rs1", "rs2", "imm"};
  constexpr int kStepShift[] = {12, 24, 36, 48};
  std::array<bool, 4> given{};
  while (accept(",")) {
    const Token name = peek();
    const auto which = static_cast<std::size_t>(
        std::find(std::begin(kSteps), std::end(kSteps), name.text) - std::begin(kSteps));
    if (name.kind != Token::Word || which == std::size(kSteps)) {
      return fault("N1256", name, fmt::format("a step of a loop begins with {}", found()),
                   "steps are 'rd', 'rs1', 'rs2' or 'imm' and a number: loop 4, rd 1");
    }
    if (std::exchange(given[which], true)) {
      return fault("N1256", name, fmt::format("'{}' has two steps", name.text),
                   "give each field one step");
    }
    ++at_;
    const bool is_imm = which == 3;
    std::int64_t step = 0;
    if (!bounded("a step", is_imm ? -256 : -2048, is_imm ? 255 : 2047, step)) return false;
    entry |= (static_cast<std::uint64_t>(step) & (is_imm ? 0x1ff : 0xfff)) << kStepShift[which];
    if (!is_imm) loop.row_steps[which] = step;
  }
  return end_of_line();
}

bool Assembler::end_of_loop() {
  const Token word = peek();
  ++at_;
  if (!end_of_line()) return false;
  if (failed()) {
    // What it closes may not have been understood.
    if (!loops_.empty()) loops_.pop_back();
    return false;
  }
  if (loops_.empty()) {
    return fault("N1259", word, "'endloop' without a loop", "take it away");
  }
  if (entries_.back() >> 62 != kEntryStore >> 62) {
    return fault("N1259", word,
                 fmt::format("the loop of line {} has no instruction", loops_.back().line),
                 "an instruction closes a loop: put one between 'loop' and 'endloop'");
  }
  loops_.pop_back();
  entries_.back() += std::uint64_t{1} << kClosesShift;  // at most two loops are open
  return true;
}

bool Assembler::instruction() {
  const Token word = peek();
  ++at_;
  const std::size_t dot = word.text.find('.');
  const std::string_view name = word.text.substr(0, dot);
  const Mnemonic* mnemonic = find_mnemonic(name);
  if (mnemonic == nullptr) {
    std::vector<std::string> names = {"loop", "endloop", "end"};
    for (const Mnemonic& known : kMnemonics) names.emplace_back(known.name);
    const auto meant = nearest_word(name, names);
    return fault("N1256", word, fmt::format("there is no instruction '{}'", name),
                 meant ? fmt::format("did you mean '{}'?", *meant)
                       : "the README of imc_sram_vector lists them");
  }
  int lane_bits = 0;
  if (dot != std::string_view::npos) {
    const std::string_view suffix = word.text.substr(dot + 1);
    lane_bits = suffix == "8" ? 8 : suffix == "16" ? 16 : suffix == "32" ? 32 : -1;
  }
  if (mnemonic->widths == Widths::None ? lane_bits != 0
                                       : !width_is_legal(mnemonic->widths, lane_bits)) {
    return fault(
        "N1256", word,
        fmt::format("'{}' has {} behind it, must have {}", name,
                    dot == std::string_view::npos ? std::string("no width")
                                                  : fmt::format("'{}'", word.text.substr(dot)),
                    widths_text(mnemonic->widths)),
        mnemonic->widths == Widths::None
            ? fmt::format("'{}' works on bits: write it without a width", name)
            : fmt::format("write '{}.16', for lanes of 16 bits", name));
  }
  Fields fields{.imm = mnemonic->imm};
  int mac_mode = 0;
  bool is_first = true;
  for (const char letter : mnemonic->operands) {
    if (letter == 'm') {
      if (accept(",") && !mode(*mnemonic, lane_bits, fields, mac_mode)) return false;
      continue;
    }
    if (!std::exchange(is_first, false) && !accept(",")) {
      return fault("N1256", peek(), fmt::format("{} where a ',' is wanted", found()),
                   fmt::format("write {} {}", word.text, form_of(*mnemonic)));
    }
    if (!operand(letter, *mnemonic, lane_bits, fields)) return false;
  }
  if (peek().kind != Token::End) {
    return fault("N1256", peek(), fmt::format("{} behind the last operand", found()),
                 fmt::format("write {} {}", word.text, form_of(*mnemonic)));
  }
  const int op = mnemonic->op + mac_mode;
  const int w = lane_bits == 32 ? 2 : lane_bits == 16 ? 1 : 0;
  const auto bits = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  return emit(kEntryStore | bits(fields.moves) << kMovesShift | bits(fields.rd) << kRdShift |
              (bits(fields.imm) & 0x1ff) << kImmShift | bits(op) << 26 | bits(w) << 24 |
              bits(fields.rs2) << 12 | bits(fields.rs1));
}

bool Assembler::operand(char letter, const Mnemonic& mnemonic, int lane_bits, Fields& fields) {
  const std::int64_t lanes = lane_bits == 0 ? 0 : memory_.row_bits / lane_bits;
  std::int64_t number = 0;
  switch (letter) {
    case 'd':
      return row("rd", fields.rd, kMovesRd, 0, fields);
    case 'a':
      return row("rs1", fields.rs1, kMovesRs1, 1, fields);
    case 'b':
      return row("rs2", fields.rs2, kMovesRs2, 2, fields);
    case 'A':
      return row("rs1", fields.rs1, kMovesRs1, 1, fields) && both_sources(fields);
    case 'n':
      if (!bounded("a shift", 0, lane_bits - 1, number)) return false;
      fields.imm |= number;
      return move_mark(kMovesImm, fields);
    case 'v':
      if (!bounded("an immediate value", -256, 255, number)) return false;
      fields.imm = number;
      return move_mark(kMovesImm, fields);
    case 'g':
      if (!group(lanes, fields.imm)) return false;
      // Where an index follows, that is where the mark stands.
      return mnemonic.operands.back() != 'g' || move_mark(kMovesImm, fields);
    case 'i':
    case 's':
      return index(lanes, fields.imm) && move_mark(kMovesImm, fields);
    default:  // 'h'
      if (!bounded("a half", 0, 1, fields.imm)) return false;
      return move_mark(kMovesImm, fields);
  }
}

bool Assembler::both_sources(Fields& fields) {
  fields.rs2 = fields.rs1;
  if ((fields.moves & kMovesRs1) == 0) return true;
  fields.moves |= kMovesRs2;
  for (const OpenLoop& loop : loops_) {
    if (loop.row_steps[1] == loop.row_steps[2]) continue;
    return fault("N1259", tokens_.front(),
                 fmt::format("rs1 moves by {} and rs2 by {} in the loop of line {}",
                             loop.row_steps[1], loop.row_steps[2], loop.line),
                 "this instruction names its source twice: give both the same step");
  }
  return true;
}

bool Assembler::row(std::string_view name, std::int64_t& value, unsigned move,
                    std::size_t step_index, Fields& fields) {
  const Token first = peek();
  if (!expression(value)) return false;
  if (value < 0 || value >= memory_.rows) {
    return fault("N1258", first,
                 fmt::format("{} is row {}, but rows are 0 ... {}", name, value, memory_.rows - 1),
                 "name a row of the memory, or give it more 'rows'");
  }
  if (!move_mark(move, fields)) return false;
  return (fields.moves & move) == 0 || rows_of_iterations(name, value, step_index, first);
}

bool Assembler::rows_of_iterations(std::string_view name, std::int64_t first,
                                   std::size_t step_index, const Token& at) {
  std::int64_t lowest = first;
  std::int64_t highest = first;
  for (const OpenLoop& loop : loops_) {
    const std::int64_t way = (loop.count - 1) * loop.row_steps[step_index];
    (way < 0 ? lowest : highest) += way;
  }
  if (lowest >= 0 && highest < memory_.rows) return true;
  return fault("N1258", at,
               fmt::format("{} moves over rows {} ... {}, but rows are 0 ... {}", name, lowest,
                           highest, memory_.rows - 1),
               "change the steps or the count of the loop, or give the memory more 'rows'");
}

bool Assembler::group(std::int64_t units, std::int64_t& imm) {
  const Token first = peek();
  std::int64_t value = 0;
  if (!expression(value)) return false;
  if (value < 1 || value > units || !std::has_single_bit(static_cast<std::uint64_t>(value))) {
    return fault("N1258", first,
                 fmt::format("groups of {}, must be a power of two, 1 ... {}", value, units),
                 fmt::format("a row has {} lanes", units));
  }
  imm |= static_cast<std::int64_t>(std::countr_zero(static_cast<std::uint64_t>(value))) << 6;
  return true;
}

bool Assembler::index(std::int64_t units, std::int64_t& imm) {
  const Token first = peek();
  std::int64_t value = 0;
  if (!expression(value)) return false;
  if (value < 0 || value >= units) {
    return fault("N1258", first, fmt::format("lane {}, must be 0 ... {}", value, units - 1),
                 fmt::format("a row has {} lanes", units));
  }
  imm |= value;
  return true;
}

bool Assembler::mode(const Mnemonic& mnemonic, int lane_bits, Fields& fields, int& mode) {
  const Token word = peek();
  const auto which = static_cast<std::size_t>(
      std::find(std::begin(kModes) + 1, std::end(kModes), word.text) - std::begin(kModes));
  if (word.kind != Token::Word || which == std::size(kModes)) {
    return fault("N1256", word, fmt::format("{} where a mode is wanted", found()),
                 "modes are spread(group, index), tile(group, index), planar(group, index)");
  }
  ++at_;
  const bool by_words = mnemonic.op != multiply(true, 0) && mnemonic.op != multiply(false, 0);
  mode = static_cast<int>(which);
  if (kModes[which] == "planar" && !by_words) {
    return fault("N1256", word, fmt::format("'planar' behind '{}'", mnemonic.name),
                 "'planar' is a mode of the dot products; use 'tile'");
  }
  const std::int64_t units = memory_.row_bits / (by_words ? 32 : lane_bits);
  return expect("(", "a mode") && group(units, fields.imm) && expect(",", "a mode") &&
         index(units, fields.imm) && expect(")", "a mode") && move_mark(kMovesImm, fields);
}

bool Assembler::move_mark(unsigned move, Fields& fields) {
  if (!is_sign("@")) return true;
  if (loops_.empty()) {
    return fault("N1259", peek(), "'@' outside a loop", "only loops move a row or an immediate");
  }
  ++at_;
  fields.moves |= move;
  return true;
}

bool Assembler::bounded(std::string_view what, std::int64_t low, std::int64_t high,
                        std::int64_t& value) {
  const Token first = peek();
  if (!expression(value)) return false;
  if (value >= low && value <= high) return true;
  return fault("N1258", first, fmt::format("{} is {}, must be {} ... {}", what, value, low, high),
               fmt::format("use a number of {} ... {}", low, high));
}

bool Assembler::expression(std::int64_t& value) {
  if (!term(value)) return false;
  for (;;) {
    const Token sign = peek();
    const bool minus = accept("-");
    if (!minus && !accept("+")) return true;
    std::int64_t next = 0;
    if (!term(next)) return false;
    value += minus ? -next : next;
    if (value < -kMaxNumber || value > kMaxNumber) {
      return fault("N1258", sign, "the sum is too large", "numbers are at most 2,147,483,647");
    }
  }
}

bool Assembler::term(std::int64_t& value) {
  const bool minus = accept("-");
  if (!minus) accept("+");
  const Token token = peek();
  if (token.kind == Token::Number) {
    value = token.number;
  } else if (token.kind == Token::Word) {
    const auto named = names_.find(token.text);
    if (named == names_.end()) {
      std::vector<std::string> names;
      for (const auto& [name, number] : names_) names.push_back(name);
      const auto meant = nearest_word(token.text, names);
      return fault("N1257", token, fmt::format("the name '{}' has no number", token.text),
                   meant ? fmt::format("did you mean '{}'?", *meant)
                         : fmt::format("write '{} = ...' on a line above", token.text));
    }
    value = named->second;
  } else {
    return fault("N1256", token, fmt::format("{} where a number is wanted", found()),
                 "write a number, a name, or both joined by + and -");
  }
  ++at_;
  if (minus) value = -value;
  return true;
}

bool Assembler::expect(std::string_view sign, std::string_view where) {
  if (accept(sign)) return true;
  return fault("N1256", peek(), fmt::format("{} where {} has a '{}'", found(), where, sign),
               "modes are spread(group, index), tile(group, index), planar(group, index)");
}

bool Assembler::end_of_line() {
  if (peek().kind == Token::End) return true;
  return fault("N1256", peek(), fmt::format("{} where the line should end", found()),
               "write one instruction per line");
}

bool Assembler::emit(std::uint64_t entry) {
  if (entries_.size() == kMaxEntries) {
    faults_ = kMostFaults;  // each line that follows would say the same
    return fault("N1256", tokens_.front(), "the program has more than 65,536 entries", "use loops");
  }
  entries_.push_back(entry);
  return true;
}

void Assembler::finish() {
  if (!loops_.empty()) {
    fault("N1259", {}, fmt::format("the text ends inside the loop of line {}", loops_.back().line),
          "write 'endloop' behind its last instruction");
  }
  if (entries_.empty()) entries_.push_back(0);
}

}  // namespace

std::optional<std::vector<std::uint64_t>> assemble(std::string_view text, const std::string& file,
                                                   const VectorMemory& memory,
                                                   Diagnostics& diagnostics) {
  Assembler assembler(file, memory, diagnostics);
  for (std::size_t begin = 0; begin < text.size() && !assembler.gave_up();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    assembler.line(text.substr(begin, end - begin));
    begin = end + 1;
  }
  // A loop left open may only be the line that was not understood.
  if (!assembler.failed()) assembler.finish();
  if (assembler.failed()) return std::nullopt;
  return assembler.take_entries();
}

}  // namespace nacre
