// Energies of three small netlists, worked by hand from the tables of osu018 (V = 1.8 V, energies
// in pJ, capacitances in pF, slews in ns; 1/2 V^2 = 1.62). Bilinear interpolation: with load axis
// x0 x1 and slew axis y0 y1 around (x, y), f = (x - x0) / (x1 - x0), g = (y - y0) / (y1 - y0):
//   value = (1-f) * ((1-g) v00 + g v01) + f * ((1-g) v10 + g v11)
// and beyond the axes the same with f or g outside 0 ... 1. A transition's energy is the mean of
// the rise and the fall table.

#include "power/power.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flows_netlist_builder.hpp"

namespace nacre::flows {
namespace {

using test::NetlistBuilder;
using What = ActivityModel::Level::What;
using PerCause = std::array<std::uint64_t, 3>;

constexpr double kPico = 1e-12;
constexpr double kClock = 10e-9;
constexpr double kInputSlew = 0.1e-9;

/// A netlist with the counts that a run would have given.
class Counted {
 public:
  explicit Counted(const GateNetlist& netlist) : netlist_(netlist) {
    model_ = instrument(netlist, {}, "");
    activity_.num_nets = static_cast<int>(model_.nets.size());
    activity_.num_levels = static_cast<int>(model_.levels.size());
    activity_.num_blocks = static_cast<int>(netlist.blocks.size());
    activity_.toggles.resize(3 * model_.nets.size());
    activity_.levels.resize(3 * model_.levels.size());
    activity_.block_cycles.resize(3 * netlist.blocks.size());
  }

  void toggles(int net, const PerCause& counts) {
    for (std::size_t i = 0; i < model_.nets.size(); ++i) {
      if (model_.nets[i] != net) continue;
      for (std::size_t c = 0; c < 3; ++c) activity_.toggles[c * model_.nets.size() + i] = counts[c];
    }
  }
  void level(std::size_t index, const PerCause& counts) {
    for (std::size_t c = 0; c < 3; ++c) {
      activity_.levels[c * model_.levels.size() + index] = counts[c];
    }
  }
  void cycles(const PerCause& counts) {
    activity_.cycles = static_cast<std::int64_t>(counts[0] + counts[1] + counts[2]);
    const std::size_t blocks = netlist_.blocks.size();
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t c = 0; c < 3; ++c) activity_.block_cycles[c * blocks + b] = counts[c];
    }
  }

  Energy energy(const Library& library, std::vector<MemoryEstimate> memories = {}) const {
    return energy_of({.netlist = &netlist_,
                      .library = &library,
                      .model = &model_,
                      .activity = &activity_,
                      .memories = std::move(memories),
                      .clock_s = kClock,
                      .input_slew_s = kInputSlew});
  }
  void double_all() { activity_.add(harness::Activity(activity_)); }
  const ActivityModel& model() const { return model_; }

 private:
  GateNetlist netlist_;
  ActivityModel model_;
  harness::Activity activity_;
};

/// The tables have six digits; the numbers by hand are rounded to them.
void expect_near(double joules, double expected_pj) {
  EXPECT_NEAR(joules, expected_pj * kPico, 1e-4 * expected_pj * kPico);
}

class Power : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path file = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "osu018 is not installed";
    Diagnostics diagnostics;
    library_ = read_liberty({file}, diagnostics);
    ASSERT_TRUE(library_);
  }
  std::optional<Library> library_;
};

// a -> INVX1 -> b -> INVX1 -> c, which is an output. Each net toggles 10 times.
//   C(a) = C(b) = 0.00932456, C(c) = 0
//   first inverter at slew 0.1, load 0.00932456: f = 0.5766, g = 0.3333
//     rise transition  0.031447 0.059488 / 0.047167 0.0786   -> 0.050510
//     fall transition  0.032269 0.0648   / 0.036025 0.0726   -> 0.046056   slew(b) = 0.048283
//     rise energy      0.023555 0.029044 / 0.023165 0.028621 -> 0.025153
//     fall energy      0.009213 0.004772 / 0.009047 0.005677 -> 0.007843   mean 0.016498
//   second at slew 0.048283, load 0: f = -0.6667, g = -0.0976
//     rise energy      the same corners                      -> 0.023277
//     fall energy                                            -> 0.009827   mean 0.016552
//   switching 1.62 * 0.00932456 * (10 + 10)                   = 0.302116
//   internal  10 * 0.016498 + 10 * 0.016552                   = 0.330500
//   leakage   2 * 0.0221741 nW * 60 * 10 ns                   = 2.66089e-5
TEST_F(Power, ChainOfInverters) {
  NetlistBuilder build("chain");
  build.input("clk_i");
  const int a = build.input("a").front(), b = build.net("b"), c = build.net("c");
  build.cell("INVX1", 0, {{"A", a}}, {{"Y", b}});
  build.cell("INVX1", 0, {{"A", b}}, {{"Y", c}});
  build.output("y", 1, {c});
  Counted run(build.netlist);
  for (const int net : {a, b, c}) run.toggles(net, {6, 3, 1});
  run.cycles({10, 20, 30});

  const std::vector<double> loads = net_loads(build.netlist, *library_);
  const auto slews = net_slews(build.netlist, *library_, loads, kInputSlew);
  EXPECT_NEAR(slews[static_cast<std::size_t>(b)], 0.048283e-9, 1e-14);

  const Energy energy = run.energy(*library_);
  expect_near(energy.total.switching, 0.302116);
  expect_near(energy.total.internal, 0.330500);
  expect_near(energy.total.leakage, 2.66089e-5);
  EXPECT_EQ(energy.total.clock, 0);
  EXPECT_EQ(energy.total.memory, 0);
  // Six of ten transitions, ten of sixty cycles.
  expect_near(energy.blocks[0].by_cause[0].switching, 0.6 * 0.302116);
  expect_near(energy.blocks[0].by_cause[1].internal, 0.3 * 0.330500);
  expect_near(energy.blocks[0].by_cause[0].leakage, 2.66089e-5 / 6);
  EXPECT_EQ(energy.nets, 3);
  EXPECT_DOUBLE_EQ(energy.mean_activity, 30.0 / (3 * 60));
}

// n = !(a & b), y = a ^ n. Toggles: a 10, b 30, n 16, y 20.
//   C(a) = 0.0125 + 0.0296528, C(b) = 0.0129035, C(n) = 0.0342661, C(y) = 0
//   NAND2X1 at slew 0.1, load 0.0342661: f = 0.1853, g = 0.3333
//     from A: rise 0.045658 0.049805 / 0.04651  0.047725 -> 0.047017
//             fall 0.009041 0.007682 / 0.008135 0.007795 -> 0.008483   mean 0.027750
//     from B: rise 0.034205 0.038195 / 0.036401 0.036373 -> 0.035694
//             fall 0.008958 0.006344 / 0.008019 0.007148 -> 0.008020   mean 0.021857
//     transition from A: rise 0.0864 0.102 / 0.2022 0.207        -> 0.112393
//                        fall 0.057307 0.0822 / 0.1332 0.144     -> 0.078799
//     transition from B: rise 0.078 0.096 / 0.1926 0.1974        -> 0.104422
//                        fall 0.05896 0.0882 / 0.1332 0.15       -> 0.081697
//     slew(n) = (0.095596 + 0.093059) / 2 = 0.094328
//   XOR2X1 at load 0: f = -0.6667
//     from A, slew 0.1, g = 0.3333:      rise 0.039147 0.043066 / 0.039465 0.042689 -> 0.040396
//                                        fall 0.115486 0.124065 / 0.11447  0.12322  -> 0.118985
//                                        mean 0.079690
//     from B, slew 0.094328, g = 0.2861: rise 0.026559 0.03559  / 0.025608 0.036149 -> 0.029488
//                                        fall 0.135123 0.144361 / 0.135422 0.144299 -> 0.137635
//                                        mean 0.083562
//   switching 1.62 * (10 * 0.0421528 + 30 * 0.0129035 + 16 * 0.0342661) = 2.198163
//   internal  n: 16 * (10 * 0.027750 + 30 * 0.021857) / 40              = 0.373284
//             y: 20 * (10 * 0.079690 + 16 * 0.083562) / 26              = 1.641456
//                                                                  sum  = 2.014740
TEST_F(Power, NandAndXor) {
  NetlistBuilder build("pair");
  build.input("clk_i");
  const int a = build.input("a").front(), b = build.input("b").front();
  const int n = build.net("n"), y = build.net("y");
  build.cell("NAND2X1", 0, {{"A", a}, {"B", b}}, {{"Y", n}});
  build.cell("XOR2X1", 0, {{"A", a}, {"B", n}}, {{"Y", y}});
  build.output("y", 1, {y});
  Counted run(build.netlist);
  run.toggles(a, {10, 0, 0});
  run.toggles(b, {30, 0, 0});
  run.toggles(n, {16, 0, 0});
  run.toggles(y, {20, 0, 0});
  run.cycles({50, 0, 0});
  const Energy energy = run.energy(*library_);
  expect_near(energy.total.switching, 2.198163);
  expect_near(energy.total.internal, 2.014740);

  // Nothing is known of the cause of y: both arcs count alike, 20 * (0.079690 + 0.083562) / 2.
  Counted unknown(build.netlist);
  unknown.toggles(y, {0, 0, 20});
  unknown.cycles({0, 0, 50});
  expect_near(unknown.energy(*library_).total.internal, 1.632520);
}

// d -> DFFPOSX1 -> q, clocked through INVX1, LATCH and AND2X1 whenever en is 1. 100 cycles (200
// transitions of clk and of the inverted clock), 25 pulses (50 transitions of the gated clock);
// toggles: d 20, q 8, en 12, latch output ("held") 12. Slew of clocks 0.06, the tables' smallest.
//   clk to its pins          1.62 * (0.00932456 + 0.0129077) * 200           = 7.203252
//   inverted clock to latch  1.62 * 0.0222524 * 200                          = 7.209778
//   inverter at load 0.0222524 (f = 0.7802): rise 0.023165 / 0.023574 -> 0.023484,
//                            fall 0.009047 / 0.008669 -> 0.008752, mean 0.016118, * 200 = 3.223600
//   clock pin of the latch   (0.010031 + 0.060818) / 2 * 200                 = 7.084900
//   held to the AND          1.62 * 0.0125298 * 12                           = 0.243579
//   latch output at load 0.0125298 (f = -0.2187):
//     from CLK: rise 0.038408 / 0.040739 -> 0.037898, fall 0.06354 / 0.063927 -> 0.063455,
//               mean 0.050677; from D (slew 0.1, g = 0.2222): rise 0.047785, fall 0.098892,
//               mean 0.073338; 12 * (200 * 0.050677 + 12 * 0.073338) / 212   = 0.623516
//     slew(held): from CLK 0.039261, 0.048329; from D 0.042103, 0.046165     -> 0.043965
//   gated clock to the pin   1.62 * 0.0279235 * 50                           = 2.261804
//   AND2X1 at load 0.0279235 (f = 0.0585): from A rise 0.013789, fall 0.054081, mean 0.033935;
//     from B (slew 0.043965, g = -0.1336) rise 0.013798, fall 0.065014, mean 0.039406;
//     50 * (200 * 0.033935 + 12 * 0.039406) / 212                            = 1.712234
//   clock pin of the flip-flop (0.006865 + 0.11034) / 2 * 50                 = 2.930125
//                                                              clock    sum  = 32.492788
//   switching 1.62 * (12 * 0.00873537 + 20 * 0.00882947)                     = 0.455891
//   internal  D pin at slew 0.1 (g = 0.3333): rise 0.045424 0.045977 -> 0.045608,
//             fall 0.08841 0.087952 -> 0.088257, mean 0.066933, * 20         = 1.338657
//             Q at load 0 (f = -0.6667): rise 0.040752 / 0.041217 -> 0.040442,
//             fall 0.064773 / 0.063395 -> 0.065692, mean 0.053067, * 8       = 0.424536
//                                                                       sum  = 1.763193
//   leakage   (0.0221741 + 0.103166 + 0.0746794 + 0.160725) nW * 1000 ns     = 3.607445e-4
class GatedFlipFlop : public Power {
 protected:
  GatedFlipFlop() : build_("gated") {
    const int clock = build_.input("clk_i").front();
    d_ = build_.input("d").front();
    en_ = build_.input("en").front();
    q_ = build_.net("q");
    const int gated = build_.clock_gate("u_gate", 0, clock, en_, "INVX1", "LATCH", "AND2X1");
    build_.cell("DFFPOSX1", 0, {{"CLK", gated}, {"D", d_}}, {{"Q", q_}});
    build_.output("q", 1, {q_});
  }
  Counted run() const {
    Counted run(build_.netlist);
    run.cycles({40, 50, 10});
    run.level(0, {10, 15, 0});
    run.toggles(d_, {10, 5, 5});
    run.toggles(q_, {4, 4, 0});
    run.toggles(en_, {6, 6, 0});
    run.toggles(build_.netlist.clock_gates.front().enable_net, {6, 6, 0});
    return run;
  }
  NetlistBuilder build_;
  int d_ = 0, en_ = 0, q_ = 0;
};

TEST_F(GatedFlipFlop, CostsWhatTheTablesSay) {
  const Energy energy = run().energy(*library_);
  expect_near(energy.total.clock, 32.492788);
  expect_near(energy.total.switching, 0.455891);
  expect_near(energy.total.internal, 1.763193);
  expect_near(energy.total.leakage, 3.607445e-4);
  // Idle cycles have no pulses: 20 of 200 transitions of the clock before the gate, nothing else.
  expect_near(energy.blocks[0].by_cause[2].clock,
              0.1 * (7.203252 + 7.209778 + 3.223600 + 7.084900));
  EXPECT_EQ(energy.nets, 4);  // the three clock nets are left out
  EXPECT_DOUBLE_EQ(energy.mean_activity, (20 + 8 + 12 + 12) / 400.0);
}

TEST_F(GatedFlipFlop, IsLinear) {
  Counted twice = run();
  const Energy once = twice.energy(*library_);
  twice.double_all();
  const Energy energy = twice.energy(*library_);
  EXPECT_DOUBLE_EQ(energy.total.switching, 2 * once.total.switching);
  EXPECT_DOUBLE_EQ(energy.total.internal, 2 * once.total.internal);
  EXPECT_DOUBLE_EQ(energy.total.clock, 2 * once.total.clock);
  EXPECT_DOUBLE_EQ(energy.total.leakage, 2 * once.total.leakage);
  EXPECT_DOUBLE_EQ(energy.mean_activity, once.mean_activity);
  EXPECT_EQ(energy.cycles, 2 * once.cycles);
  // Blocks and causes add up to the total.
  double sum = 0;
  for (const BlockEnergy& block : energy.blocks) {
    for (const EnergyParts& parts : block.by_cause) sum += parts.total();
  }
  EXPECT_NEAR(sum, energy.total.total(), 1e-9 * sum);
}

TEST_F(GatedFlipFlop, WithoutPulsesOnlyTheGateCosts) {
  Counted still(build_.netlist);
  still.cycles({0, 0, 100});
  const Energy energy = still.energy(*library_);
  EXPECT_EQ(energy.total.switching, 0);
  EXPECT_EQ(energy.total.internal, 0);
  expect_near(energy.total.clock, 7.203252 + 7.209778 + 3.223600 + 7.084900);
}

TEST_F(Power, MacrosCostTheirAccesses) {
  NetlistBuilder build("macro", {"", "u_core"});
  const int clock = build.input("clk_i").front();
  const int a = build.input("a").front();
  const int en = build.net("en"), we = build.net("we");
  build.cell("INVX1", 1, {{"A", a}}, {{"Y", en}});
  build.cell("INVX1", 1, {{"A", a}}, {{"Y", we}});
  GateCell& macro =
      build.cell("ram", 0, {{"clk_i", clock}, {"en_i", en}, {"we_i", we}}, {{"rdata_o", -1}});
  macro.is_macro = true;
  Counted run(build.netlist);
  ASSERT_EQ(run.model().levels.size(), 2U);
  ASSERT_EQ(run.model().levels[0].what, What::MacroRead);
  run.cycles({10, 20, 30});
  run.level(0, {7, 1, 0});
  run.level(1, {0, 3, 0});
  const MemoryEstimate estimate{
      .macro = "ram", .constants = "", .read_j = 2e-12, .write_j = 5e-12, .leakage_w = 1e-6};
  const Energy energy = run.energy(*library_, {estimate});
  // They belong to the block that drives them, not to the top in which they lie.
  EXPECT_EQ(energy.blocks[0].by_cause[0].memory, 0);
  EXPECT_DOUBLE_EQ(energy.blocks[1].by_cause[0].memory, 7 * 2e-12);
  EXPECT_DOUBLE_EQ(energy.blocks[1].by_cause[1].memory, 2e-12 + 3 * 5e-12);
  EXPECT_DOUBLE_EQ(energy.total.memory_leakage, 1e-6 * 60 * kClock);
  EXPECT_DOUBLE_EQ(energy.total.total() - energy.total.logic(),
                   energy.total.memory + energy.total.memory_leakage);
}

}  // namespace
}  // namespace nacre::flows
