#include "liberty/liberty.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "liberty/function.hpp"

namespace nacre::flows {
namespace {

constexpr const char* kOsu018 = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
constexpr const char* kOsu035 = "/usr/share/qflow/tech/osu035/osu035_stdcells.lib";

/// A file of its own that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "nacre-lib-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    path_ = name;
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Every construct that the reader knows, in odd but legal spellings.
constexpr const char* kEverything = R"lib(/* a comment
   of two lines */
library ("every thing") {
  technology (cmos) ;
  delay_model : table_lookup;   // the other comment
  time_unit : "100ps"; voltage_unit : "10mV"
  leakage_power_unit : 1uW ;
  capacitive_load_unit (2, fF);
  nom_voltage : 120;
  default_input_pin_cap : 7;
  default_cell_leakage_power : 0.25;
  define (nacre_note, cell, string);
  operating_conditions (slow) { voltage : 1; temperature : 125; process : 1 }
  default_operating_conditions : slow;
  type (bus2) { base_type : array; data_type : bit; bit_width : 2; bit_from : 1; bit_to : 0; }
  lu_table_template (same_name) {
    variable_1 : input_net_transition; variable_2 : total_output_net_capacitance;
    index_1 ("1, 2"); index_2 ("10 20 30");
  }
  power_lut_template (same_name) {
    variable_1 : total_output_net_capacitance;
    variable_2 : input_transition_time;
    index_1 ("10, 20, 30");
    index_2 ("1, 2");
  }
  power_lut_template (by_slew) { variable_1 : input_transition_time; index_1 ("1, 2"); }
  power_lut_template (deep) {
    variable_1 : input_transition_time; variable_2 : equal_or_opposite_output_net_capacitance;
    variable_3 : total_output_net_capacitance;
    index_1 ("1, 2"); index_2 ("5, 6"); index_3 ("10, 20");
  }
  input_voltage (cmos) { vil : 0.3 * VDD; vih : 0.7 * VDD; vimin : -0.5; vimax : VDD + 0.5; }
  cell (NOT_A_NAND) {
    area : 1; nacre_note : "an AND, whatever its brackets {";
    pin (A) { direction : input; capacitance : 1; } pin (B) { direction : input; capacitance : 1; }
    pin (Y) { direction : output; function : "A & B"; }
  }
  cell (Free) {
    area : 0;
    pin (A, B) { direction : input; }
    pin (Y) { direction : output; function : "!(A & B)"; }
  }
  cell (Hidden) {
    area : 2; dont_use : true;
    pin (A, B) { direction : input; }
    pin (Y) { direction : output; function : "!(A & B)"; }
  }
  cell (Sheffer) {
    area : +3.5e0;
    pg_pin (VDD) { voltage_name : VDD; pg_type : primary_power; }
    leakage_power () { when : "A"; value : 1; related_pg_pin : VDD; }
    leakage_power () { when : "!A"; value : "3"; related_pg_pin : VDD; }
    leakage_power () { value : 100; related_pg_pin : VDD; }
    leakage_power () { value : 5; related_pg_pin : VSS; }
    pin (A) { direction : input; capacitance : 4; fall_capacitance : 5; }
    pin ("B") { direction : "input"; rise_capacitance : 5; fall_capacitance : 6; }
    pin (Y) {
      direction : output;
      function : "A' \
                 + B'";
      timing () {
        related_pin : "A B"; timing_sense : negative_unate;
        cell_rise (same_name) { values ("9, 9, 9", "9, 9, 9"); }
        rise_transition (same_name) { values ("1, 2, 3", \
                                              "4, 5, 6"); }
        fall_transition (scalar) { values ("0.5"); }
      }
      timing () { related_pin : "A"; timing_type : three_state_disable;
        rise_transition (scalar) { values ("8"); } fall_transition (scalar) { values ("8"); } }
      internal_power () {
        related_pin : "A B"; when : "1";
        rise_power (same_name) { values ("1, 4", "2, 5", "3, 6"); }
        fall_power (same_name) { index_1 ("100, 200"); values (10, 40, 20, 50); }
      }
      internal_power () { related_pin : "C"; power (deep) { values ("1, 2, 3, 4, 5, 6, 7, 8"); } }
    }
    test_cell () { pin (Y) { direction : output; function : "nonsense"; } }
  }
  cell (Inv) {
    area : 1.5; cell_leakage_power : 0.5; leakage_power () { value : 7; }
    pin (A) { direction : input; capacitance : 1; }
    pin (Y) {
      direction : output; function : "!A"; max_capacitance : 10;
      internal_power () { related_pin : A; related_pg_pin : VDD; power (scalar) { values ("2"); } }
      internal_power () { related_pin : A; related_pg_pin : VSS; power (by_slew) { values ("3, 4"); } }
    }
  }
  cell (Flop) {
    area : 9;
    ff ("IQ,IQN") { clocked_on : "CK"; next_state : "D"; }
    pin (CK) { direction : input; internal_power () { power (by_slew) { values ("1, 2"); } } }
    pin (D) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
    pin (n1) { direction : internal; }
  }
  cell (FlopReset) {
    area : 8;
    ff (IQ, IQN) { clocked_on : "(CK)"; next_state : "(D)"; clear : "!RN"; preset : "(SN')";
      clear_preset_var1 : L; }
    pin (CK) { direction : input; clock : true; } pin (D, RN, SN) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (LatchHigh) {
    area : 0;
    latch (IQ, IQN) { enable : "G"; data_in : "D"; }
    pin (G, D) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (LatchLow) {
    area : 5;
    latch (IQ, IQN) { enable : "!GN"; data_in : "D"; }
    pin (GN, D) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (Gate) {
    area : 7; clock_gating_integrated_cell : "latch_posedge";
    pin (CK) { direction : input; } pin (E) { direction : input; }
    pin (GCK) { direction : output; function : "CK & E"; }
  }
  cell (Wide) {
    area : 20;
    bus (D) { bus_type : bus2; direction : input; capacitance : 3;
      pin (D[0]) { capacitance : 8; } }
    bundle (Q) { members (Q0, Q1); direction : output; pin (Q1) { function : "D[1]"; } }
    pin (X[1:0]) { direction : inout; three_state : "D[0]"; }
  }
}
)lib";

Library read_text(const std::string& text) {
  Diagnostics diagnostics;
  auto library = parse_liberty("test.lib", text, diagnostics);
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity == Severity::Error) ADD_FAILURE() << each.code << " " << each.message;
  }
  return library.value_or(Library{});
}

/// The first error of a text that is refused.
Diagnostic refuse(const std::string& text) {
  Diagnostics diagnostics;
  EXPECT_FALSE(parse_liberty("test.lib", text, diagnostics));
  if (diagnostics.has_errors()) return diagnostics.all().front();
  ADD_FAILURE() << "not refused";
  return {};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "no '" << from << "'";
    return text;
  }
  return text.replace(at, from.size(), to);
}

/// The smallest library that is accepted without a word but the warning on power.
std::string small_library(const std::string& more = "", const std::string& head = "") {
  return "library (small) {\n" + head +
         "  cell (ND2) { area : 2; pin (A, B) { direction : input; }\n"
         "    pin (Y) { direction : output; function : \"!(A B)\"; } }\n"
         "  cell (INV) { area : 1; pin (A) { direction : input; }\n"
         "    pin (Y) { direction : output; function : \"!A\"; } }\n"
         "  cell (DFF) { area : 6; ff (IQ, IQN) { clocked_on : \"C\"; next_state : \"D\"; }\n"
         "    pin (C, D) { direction : input; } pin (Q) { direction : output; function : IQ; } "
         "}\n" +
         more + "}\n";
}

std::vector<bool> table_of(const std::string& text) {
  const auto function = parse_function(text);
  if (!function) {
    ADD_FAILURE() << text;
    return {};
  }
  return truth_table(*function);
}

TEST(LibertyFunction, KnowsEveryOperator) {
  using Table = std::vector<bool>;
  for (const char* text : {"!(A&B)", "(A*B)'", "!(A B)", "A'+B'", "!A | !B", "(A B)'''", "!!!(B A)",
                           "(A^1) + (B ^ 1)", " ! ( A\\\n B ) ", "\"A\"' + B'"}) {
    EXPECT_EQ(table_of(text), (Table{true, true, true, false})) << text;
  }
  EXPECT_EQ(table_of("A^B"), (Table{false, true, true, false}));
  EXPECT_EQ(table_of("1"), Table{true});
  EXPECT_EQ(table_of("0 + A"), (Table{false, true}));
  EXPECT_EQ(table_of("A'B"), (Table{false, false, true, false}));
  EXPECT_EQ(parse_function("D[1] & bus.x + D[1]")->inputs,
            (std::vector<std::string>{"D[1]", "bus.x"}));
}

TEST(LibertyFunction, InversionBindsBeforeXorBeforeAndBeforeOr) {
  EXPECT_EQ(table_of("A + B C"), table_of("A + (B & C)"));
  EXPECT_EQ(table_of("A B + C"), table_of("(A & B) + C"));
  EXPECT_EQ(table_of("A & B ^ C"), table_of("A & (B ^ C)"));
  EXPECT_NE(table_of("A & B ^ C"), table_of("(A & B) ^ C"));
  EXPECT_EQ(table_of("!A ^ B"), table_of("(!A) ^ B"));
  EXPECT_EQ(table_of("A + B ^ C'"), table_of("A + (B ^ (C'))"));
}

TEST(LibertyFunction, RefusesWhatIsNoExpression) {
  for (const char* text : {"", " ", "A &", "& A", "(A", "A)", "A ? B", "!", "A ^", "()", "\"",
                           "\"\"", "A + + B", "'A"}) {
    EXPECT_FALSE(parse_function(text)) << text;
  }
  EXPECT_TRUE(parse_function(std::string(100, '(') + "A" + std::string(100, ')')));
  EXPECT_FALSE(parse_function(std::string(100000, '(') + "A" + std::string(100000, ')')));
}

TEST(Liberty, ReadsUnitsAndConditions) {
  const Library library = read_text(kEverything);
  EXPECT_EQ(library.name, "every thing");
  EXPECT_DOUBLE_EQ(library.voltage, 1.2);
  EXPECT_DOUBLE_EQ(library.temperature, 125);
  EXPECT_DOUBLE_EQ(library.default_slew, 100e-12);
  EXPECT_EQ(library.cells.size(), 11u);
  ASSERT_EQ(library.texts.size(), 1u);
  EXPECT_EQ(library.texts[0], kEverything);
}

TEST(Liberty, ReadsAreasLeakageAndCapacitances) {
  const Library library = read_text(kEverything);
  const LibertyCell* cell = library.cell("Sheffer");
  ASSERT_TRUE(cell);
  EXPECT_DOUBLE_EQ(cell->area, 3.5);
  EXPECT_DOUBLE_EQ(cell->leakage, 7e-6) << "mean of the two states of VDD, and VSS";
  EXPECT_DOUBLE_EQ(library.cell("Inv")->leakage, 0.5e-6) << "the plain figure goes first";
  EXPECT_DOUBLE_EQ(library.cell("Flop")->leakage, 0.25e-6) << "the library's default";
  EXPECT_DOUBLE_EQ(cell->pin("A")->capacitance, 8e-15);
  EXPECT_DOUBLE_EQ(cell->pin("B")->capacitance, 11e-15) << "mean of rise and fall";
  EXPECT_DOUBLE_EQ(library.cell("Flop")->pin("D")->capacitance, 14e-15) << "the default";
  EXPECT_DOUBLE_EQ(cell->pin("Y")->capacitance, 0);
  EXPECT_TRUE(cell->pin("Y")->is_output);
  EXPECT_FALSE(cell->pin("A")->is_output);
  EXPECT_EQ(cell->pin("VDD"), nullptr);
  const std::string before =
      std::string(kEverything).substr(0, std::string(kEverything).find("cell (Sheffer)"));
  EXPECT_EQ(cell->line, 1 + std::count(before.begin(), before.end(), '\n'));
}

TEST(Liberty, NormalisesTablesToSlewAndLoad) {
  const Library library = read_text(kEverything);
  const LibertyPin* pin = library.cell("Sheffer")->pin("Y");
  ASSERT_EQ(pin->arcs.size(), 2u) << "one for each related pin; none for the disabled output";
  EXPECT_EQ(pin->arcs[1].related_pin, "B");
  const LibertyTable& transition = pin->arcs[0].rise_transition;
  EXPECT_EQ(transition.slews, (std::vector<double>{100e-12, 200e-12}));
  ASSERT_EQ(transition.loads.size(), 3u);
  EXPECT_DOUBLE_EQ(transition.loads[2], 60e-15);
  EXPECT_DOUBLE_EQ(transition.values[3], 400e-12);
  EXPECT_TRUE(pin->arcs[0].fall_transition.slews.empty());
  EXPECT_DOUBLE_EQ(pin->arcs[0].fall_transition.values.at(0), 50e-12);

  // One unit of energy is 2 fF x (10 mV)^2.
  constexpr double kUnit = 2e-15 * 0.01 * 0.01;
  ASSERT_EQ(pin->internal_power.size(), 3u);
  const InternalPower& power = pin->internal_power[0];
  EXPECT_EQ(power.related_pin, "A");
  EXPECT_EQ(power.when, "1");
  ASSERT_EQ(power.rise.values.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(power.rise.values[i], static_cast<double>(i + 1) * kUnit, 1e-6 * kUnit)
        << "the file has the load first";
  }
  EXPECT_DOUBLE_EQ(power.fall.loads.at(0), 200e-15) << "the table's own index";
  EXPECT_NEAR(power.fall.values.at(1), 20 * kUnit, 1e-6 * kUnit);
  const InternalPower& deep = pin->internal_power[2];
  EXPECT_EQ(deep.related_pin, "C");
  EXPECT_EQ(deep.rise.values, deep.fall.values);
  ASSERT_EQ(deep.rise.values.size(), 4u)
      << "the axis of the other output counts at its first value";
  EXPECT_NEAR(deep.rise.values[1], 2 * kUnit, 1e-6 * kUnit);
  EXPECT_NEAR(deep.rise.values[2], 5 * kUnit, 1e-6 * kUnit);
}

TEST(Liberty, AddsTheEnergiesOfTwoSupplies) {
  const Library library = read_text(kEverything);
  const auto& power = library.cell("Inv")->pin("Y")->internal_power;
  ASSERT_EQ(power.size(), 1u);
  EXPECT_NEAR(look_up(power[0].rise, 100e-12, 0), 5 * 2e-19, 1e-24);
  EXPECT_NEAR(look_up(power[0].fall, 200e-12, 0), 6 * 2e-19, 1e-24);
}

TEST(Liberty, ReadsStateAndClocks) {
  const Library library = read_text(kEverything);
  const LibertyCell* flop = library.cell("FlopReset");
  ASSERT_TRUE(flop->sequential);
  EXPECT_FALSE(flop->sequential->is_latch);
  EXPECT_EQ(flop->sequential->state, "IQ");
  EXPECT_EQ(flop->sequential->inverted, "IQN");
  EXPECT_EQ(flop->sequential->clock, "(CK)");
  EXPECT_EQ(flop->sequential->data, "(D)");
  EXPECT_EQ(flop->sequential->clear, "!RN");
  EXPECT_EQ(flop->sequential->preset, "(SN')");
  EXPECT_TRUE(library.cell("Flop")->pin("CK")->is_clock) << "named in clocked_on";
  EXPECT_TRUE(library.cell("LatchLow")->pin("GN")->is_clock);
  EXPECT_FALSE(flop->pin("D")->is_clock);
  EXPECT_TRUE(library.cell("Flop")->has_power_tables);
  EXPECT_FALSE(flop->has_power_tables);
  EXPECT_EQ(library.cell("Flop")->pin("n1"), nullptr) << "internal pins are left out";
  EXPECT_EQ(library.cell("Gate")->clock_gate, "latch_posedge");
}

TEST(Liberty, ExpandsBusesBundlesAndRanges) {
  const Library library = read_text(kEverything);
  const LibertyCell* cell = library.cell("Wide");
  ASSERT_EQ(cell->pins.size(), 6u);
  EXPECT_DOUBLE_EQ(cell->pin("D[1]")->capacitance, 6e-15);
  EXPECT_DOUBLE_EQ(cell->pin("D[0]")->capacitance, 16e-15) << "what the bit says itself";
  EXPECT_TRUE(cell->pin("Q0")->is_output);
  EXPECT_EQ(cell->pin("Q1")->function, "D[1]");
  EXPECT_TRUE(cell->pin("X[1]")->three_state);
  EXPECT_TRUE(cell->pin("X[0]")->is_output) << "inout";
}

TEST(Liberty, FindsCellsByWhatTheyDo) {
  const Library library = read_text(kEverything);
  EXPECT_EQ(nand2_of(library).name, "Sheffer")
      << "the others are no NAND, without area, or not to be used";
  EXPECT_EQ(find_inverter(library)->name, "Inv");
  EXPECT_EQ(plain_flip_flop_of(library)->name, "Flop");
  EXPECT_EQ(latch_of(library, true)->name, "LatchHigh");
  EXPECT_EQ(latch_of(library, false)->name, "LatchLow");
  EXPECT_DOUBLE_EQ(area_of(library, *library.cell("LatchHigh")), 6) << "2/3 of the flip-flop's 9";
  EXPECT_DOUBLE_EQ(area_of(library, *library.cell("LatchLow")), 5);
  EXPECT_DOUBLE_EQ(area_of(library, *library.cell("Free")), 0);
  EXPECT_EQ(latch_of(read_text(small_library()), true), nullptr);
}

TEST(Liberty, FindsFullAdders) {
  if (!std::filesystem::exists(kOsu018)) GTEST_SKIP() << kOsu018 << " is not there";
  Diagnostics diagnostics;
  const auto library = read_liberty({kOsu018}, diagnostics);
  ASSERT_TRUE(library);
  const auto adder = find_full_adder(*library);
  ASSERT_TRUE(adder);
  EXPECT_EQ(adder->cell->name, "FAX1");
  EXPECT_EQ(adder->inputs, (std::array<std::string, 3>{"A", "B", "C"}));
  EXPECT_EQ(adder->sum, "YS");
  EXPECT_EQ(adder->carry, "YC");
  // One whose carry is inverted is no full adder, nor one that may not be used.
  Library other = *library;
  for (LibertyPin& pin : other.cells.at("FAX1").pins) {
    if (pin.name == "YC") pin.function = "!(" + pin.function + ")";
  }
  EXPECT_FALSE(find_full_adder(other));
  other = *library;
  other.cells.at("FAX1").dont_use = true;
  EXPECT_FALSE(find_full_adder(other));
}

TEST(Liberty, InterpolatesAndExtends) {
  const LibertyTable table{.slews = {1, 2, 4}, .loads = {10, 20}, .values = {0, 10, 1, 13, 5, 25}};
  EXPECT_DOUBLE_EQ(look_up(table, 1, 10), 0);
  EXPECT_DOUBLE_EQ(look_up(table, 4, 20), 25);
  EXPECT_DOUBLE_EQ(look_up(table, 2, 15), 7);
  EXPECT_DOUBLE_EQ(look_up(table, 3, 10), 3);
  EXPECT_DOUBLE_EQ(look_up(table, 1.5, 15), 6);
  EXPECT_DOUBLE_EQ(look_up(table, 1, 0), -10) << "the border cell goes on below";
  EXPECT_DOUBLE_EQ(look_up(table, 6, 10), 9) << "and above";
  EXPECT_DOUBLE_EQ(look_up({.slews = {}, .loads = {10, 20}, .values = {1, 3}}, 7, 15), 2);
  EXPECT_DOUBLE_EQ(look_up({.slews = {1, 2}, .loads = {}, .values = {1, 3}}, 3, 99), 5);
  EXPECT_DOUBLE_EQ(look_up({.slews = {1}, .loads = {10}, .values = {4}}, 3, 99), 4);
  EXPECT_DOUBLE_EQ(look_up({.slews = {}, .loads = {}, .values = {4}}, 3, 99), 4);
  EXPECT_DOUBLE_EQ(look_up({}, 3, 99), 0);
}

TEST(Liberty, ReadsOsu018) {
  if (!std::filesystem::exists(kOsu018)) GTEST_SKIP() << kOsu018 << " is not there";
  Diagnostics diagnostics;
  const auto library = read_liberty({kOsu018}, diagnostics);
  ASSERT_TRUE(library);
  EXPECT_TRUE(diagnostics.all().empty());
  EXPECT_EQ(library->cells.size(), 32u);
  EXPECT_DOUBLE_EQ(library->voltage, 1.8);
  EXPECT_DOUBLE_EQ(library->temperature, 25);
  EXPECT_DOUBLE_EQ(library->default_slew, 0.06e-9);
  EXPECT_EQ(nand2_of(*library).name, "NAND2X1");
  EXPECT_DOUBLE_EQ(nand2_of(*library).area, 24);
  EXPECT_EQ(find_inverter(*library)->name, "INVX1");
  EXPECT_EQ(plain_flip_flop_of(*library)->name, "DFFPOSX1");
  const LibertyCell* latch = latch_of(*library, true);
  ASSERT_TRUE(latch);
  EXPECT_EQ(latch->name, "LATCH");
  EXPECT_DOUBLE_EQ(area_of(*library, *latch), 64);
  EXPECT_EQ(latch_of(*library, false), nullptr);
  EXPECT_NEAR(library->cell("NAND2X1")->leakage, 0.0393e-9, 0.0001e-9);
  // Figures of the file by hand: pF, and pF V^2 = pJ.
  const LibertyCell* inverter = library->cell("INVX1");
  EXPECT_NEAR(inverter->pin("A")->capacitance, 9.32456e-15, 1e-20);
  const InternalPower& power = inverter->pin("Y")->internal_power.at(0);
  EXPECT_NEAR(look_up(power.rise, 0.06e-9, 0.005e-12), 0.023555e-12, 1e-18);
  EXPECT_NEAR(look_up(power.fall, 1.2e-9, 0.15e-12), 0.020842e-12, 1e-18);
  EXPECT_NEAR(look_up(power.fall, 0.42e-9, 0.005e-12), 0.00823e-12, 1e-18) << "slew, load";
  EXPECT_NEAR(look_up(inverter->pin("Y")->arcs.at(0).rise_transition, 0.12e-9, 0.005e-12),
              (0.031447e-9 + 0.059488e-9) / 2, 1e-15);
  EXPECT_EQ(library->cell("DFFSR")->sequential->clear, "(!R)");
  EXPECT_TRUE(library->cell("TBUFX1")->pin("Y")->three_state);
  EXPECT_TRUE(check_power_tables(*library, {"DFFPOSX1", "LATCH", "NAND2X1"}, diagnostics));
}

TEST(Liberty, ReadsOsu035) {
  if (!std::filesystem::exists(kOsu035)) GTEST_SKIP() << kOsu035 << " is not there";
  Diagnostics diagnostics;
  const auto library = read_liberty({kOsu035}, diagnostics);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->cells.size(), 39u);
  EXPECT_DOUBLE_EQ(library->voltage, 3.3);
  EXPECT_EQ(nand2_of(*library).name, "NAND2X1");
  EXPECT_TRUE(library->cell("PADINC") != nullptr || library->cell("DFFSR") != nullptr);
}

TEST(Liberty, ReadsPackedFilesAndMergesThem) {
  const TemporaryFile packed(""), second(
                                      "library (more) {\n cell (BUF) { area : 3;\n"
                                      " pin (A) { direction : input; }\n"
                                      " pin (Y) { direction : output; function : A; } } }\n");
  gzFile stream = gzopen(packed.path().c_str(), "wb");
  const std::string text = small_library();
  gzwrite(stream, text.data(), static_cast<unsigned>(text.size()));
  gzclose(stream);
  Diagnostics diagnostics;
  const auto library = read_liberty({packed.path(), second.path()}, diagnostics);
  ASSERT_TRUE(library);
  EXPECT_EQ(library->name, "small");
  EXPECT_EQ(library->cells.size(), 4u);
  EXPECT_EQ(library->files.size(), 2u);
  ASSERT_EQ(library->texts.size(), 2u);
  EXPECT_EQ(library->texts[0], text) << "unpacked";
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].code, "W1101");

  std::filesystem::resize_file(packed.path(), std::filesystem::file_size(packed.path()) / 2);
  EXPECT_FALSE(read_liberty({packed.path()}, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1101");
}

TEST(Liberty, RefusesWhatCannotBeRead) {
  Diagnostics diagnostics;
  EXPECT_FALSE(read_liberty({"no/such/file.lib"}, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1101");
  EXPECT_FALSE(read_liberty({std::filesystem::temp_directory_path()}, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1101");
  EXPECT_EQ(refuse("").code, "N1101");
  EXPECT_EQ(refuse("module top (input clk_i); endmodule\n").code, "N1101");
  EXPECT_EQ(refuse(std::string("\x7f"
                               "ELF\0\1",
                               6))
                .code,
            "N1101");
}

TEST(Liberty, NamesThePlaceOfAFault) {
  const std::string good = small_library();
  const Diagnostic colon = refuse(replaced(good, "area : 1", "area = 1"));
  EXPECT_EQ(colon.code, "N1101");
  EXPECT_EQ(colon.location.file, "test.lib");
  EXPECT_EQ(colon.location.line, 4);
  EXPECT_EQ(colon.location.column, 21);
  EXPECT_NE(refuse(replaced(good, "area : 1", "area : big")).message.find("'big'"),
            std::string::npos);
  EXPECT_EQ(refuse(replaced(good, "area : 1", "area : -1")).code, "N1101");
  EXPECT_EQ(refuse(replaced(good, "\"!A\"", "\"!A")).code, "N1101");
  EXPECT_EQ(refuse(good + "cell (X) { }").code, "N1101");
  EXPECT_EQ(refuse("}" + good).code, "N1101");
  EXPECT_EQ(refuse(small_library("/* no end")).code, "N1101");
}

TEST(Liberty, RefusesTablesThatDoNotFit) {
  const auto with = [](const std::string& values) {
    return refuse(
        small_library("cell (X) { area : 1; pin (Y) { direction : output; internal_power () {"
                      " rise_power (t) { " +
                          values + " } } } }\n",
                      "capacitive_load_unit (1, pf); power_lut_template (t) {"
                      " variable_1 : input_transition_time; index_1 (\"1, 2\"); }\n"));
  };
  EXPECT_EQ(with("values (\"1, 2, 3\");").code, "N1101");
  EXPECT_EQ(with("").code, "N1101");
  EXPECT_EQ(with("values (\"1, x\");").code, "N1101");
  EXPECT_EQ(with("index_1 (\"2, 1\"); values (\"1, 2\");").code, "N1101");
  EXPECT_NE(refuse(small_library("cell (X) { area : 1; pin (Y) { internal_power () {"
                                 " power (nowhere) { values (\"1\"); } } } }\n"))
                .message.find("'nowhere'"),
            std::string::npos);
}

TEST(Liberty, RefusesLibrariesThatLackSomething) {
  const std::string good = small_library();
  read_text(good);
  const Diagnostic area = refuse(replaced(good, "area : 6;", ""));
  EXPECT_EQ(area.code, "N1102");
  EXPECT_EQ(area.location.line, 6);
  EXPECT_NE(area.message.find("'DFF'"), std::string::npos);
  read_text(replaced(good, "}\n}\n", "}\n cell (PAD) { dont_use : true; } }\n"));
  EXPECT_EQ(refuse(replaced(good, "ff (", "xx (")).code, "N1103");
  EXPECT_EQ(refuse(replaced(good, "\"!(A B)\"", "\"(A B)\"")).code, "N1104");
  EXPECT_EQ(refuse(replaced(good, "\"!A\"", "\"A\"")).code, "N1104");
  EXPECT_EQ(refuse(small_library("cell (INV) { area : 1; }\n")).code, "N1105");
}

TEST(Liberty, RefusesFilesThatDisagree) {
  const auto merge = [](const std::string& a, const std::string& b) {
    const TemporaryFile first(a), second(b);
    Diagnostics diagnostics;
    EXPECT_FALSE(read_liberty({first.path(), second.path()}, diagnostics));
    return diagnostics.all().empty() ? std::string() : diagnostics.all().back().code;
  };
  const std::string other = "library (o) { cell (X) { area : 1; } }\n";
  EXPECT_EQ(merge(small_library(), small_library()), "N1105") << "the same cells";
  EXPECT_EQ(merge(small_library("", "nom_voltage : 1.8;"), other), "N1105");
  EXPECT_EQ(merge(small_library("", "time_unit : 1ps;"), other), "N1105");
  EXPECT_EQ(merge(small_library("", "capacitive_load_unit (1, ff);"),
                  "library (o) { capacitive_load_unit (1, pf); }"),
            "N1105");
}

TEST(Liberty, RefusesUnitsThatItDoesNotUnderstand) {
  for (const char* unit :
       {"time_unit : \"1 parsec\";", "time_unit : \"ns\";", "time_unit : \"0ns\";",
        "leakage_power_unit : \"1nV\";", "capacitive_load_unit (1, pF, 2);",
        "capacitive_load_unit (one, pF);", "voltage_unit : \"1W\";"}) {
    EXPECT_EQ(refuse(small_library("", unit)).code, "N1106") << unit;
  }
  const std::string with_capacitance =
      small_library("cell (X) { area : 1; pin (A) { direction : input; capacitance : 1; } }\n");
  EXPECT_EQ(refuse(with_capacitance).code, "N1106") << "a capacitance without a unit";
  const std::string with_leakage =
      small_library("cell (X) { area : 1; cell_leakage_power : 1; }\n");
  EXPECT_EQ(refuse(with_leakage).code, "N1106");
}

TEST(Liberty, AsksForPowerTablesOnlyWhenNeeded) {
  Diagnostics diagnostics;
  const auto bare = parse_liberty("bare.lib", small_library("", "nom_voltage : 1;"), diagnostics);
  ASSERT_TRUE(bare);
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].code, "W1101");
  EXPECT_FALSE(check_power_tables(*bare, {"INV"}, diagnostics));
  EXPECT_EQ(diagnostics.all().back().code, "N1107");
  EXPECT_TRUE(check_power_tables(*bare, {"nacre_ram_1rw_16x16"}, diagnostics)) << "no cell of it";
  const Library voltless = read_text(small_library());
  EXPECT_FALSE(check_power_tables(voltless, {}, diagnostics));
  const Library full = read_text(kEverything);
  EXPECT_TRUE(check_power_tables(full, {"Sheffer", "Flop", "FlopReset"}, diagnostics));
}

TEST(Liberty, NoPrefixOfALibraryIsALibrary) {
  const std::string text = kEverything;
  const std::size_t end = text.rfind('}');
  for (std::size_t size = 0; size <= end; ++size) {
    Diagnostics diagnostics;
    ASSERT_FALSE(parse_liberty("test.lib", text.substr(0, size), diagnostics)) << size;
    ASSERT_EQ(diagnostics.all().front().code, "N1101") << size;
  }
  read_text(text.substr(0, end + 1));
}

TEST(Liberty, SurvivesDamage) {
  const std::string good = kEverything;
  constexpr unsigned kSeed = 1;
  std::mt19937 random(kSeed);
  const std::string alphabet = "{}()\"\\/*:;,'!& \n0-A";
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, random() % 40);
      } else {
        text[at] = alphabet[random() % alphabet.size()];
      }
    }
    Diagnostics diagnostics;
    const auto library = parse_liberty("test.lib", text, diagnostics);
    ASSERT_NE(library.has_value(), diagnostics.has_errors()) << "seed " << kSeed << ", " << round;
    accepted += library ? 1 : 0;
  }
  EXPECT_GT(accepted, 100) << "damage inside names and numbers is not seen";
  EXPECT_LT(accepted, 2900);
}

TEST(Liberty, ReadsThousandsOfCellsQuickly) {
  if (!std::filesystem::exists(kOsu018)) GTEST_SKIP() << kOsu018 << " is not there";
  std::ifstream stream(kOsu018);
  const std::string osu(std::istreambuf_iterator<char>(stream), {});
  const std::size_t first = osu.find("cell ("), end = osu.rfind('}');
  std::string text = osu.substr(0, first);
  for (int copy = 0; copy < 100; ++copy) {  // 3200 cells, 25 MB
    std::string cells = osu.substr(first, end - first);
    for (std::size_t at = 0; (at = cells.find("\ncell (", at)) != std::string::npos; at += 8) {
      cells.insert(at + 7, "C" + std::to_string(copy) + "_");
    }
    text += (copy == 0 ? cells : replaced(cells, "cell (", "cell (F" + std::to_string(copy)));
  }
  text += "}\n";
  const std::clock_t begin = std::clock();
  const Library library = read_text(text);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_EQ(library.cells.size(), 3200u);
  // 0.4 s without sanitizers; a reader that is not linear takes minutes.
  EXPECT_LT(seconds, 10) << text.size() << " bytes";
}

}  // namespace
}  // namespace nacre::flows
