// Sweeps: paths and values, what is run at them, threads, statements.

#include "sweep/sweep.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "devices/devices.hpp"
#include "mram_macro/mram_macro_spec.hpp"
#include "report/sweep_report.hpp"
#include "xnor_tile/xnor_tile_spec.hpp"

namespace nacre::flows {
namespace {

constexpr int kSamples = 48;
constexpr int kInputs = 24;
constexpr int kClasses = 3;

/// A folder with a binarised layer that tells which third of its inputs has most ones.
class SweepTest : public testing::Test {
 protected:
  SweepTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("nacre_sweep_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    std::string samples = {0, 0, 8, 2, 0, 0, 0, kSamples, 0, 0, 0, kInputs};
    std::string labels = {0, 0, 8, 1, 0, 0, 0, kSamples};
    for (int s = 0; s < kSamples; ++s) {
      const int label = s * 7 % kClasses;
      labels += static_cast<char>(label);
      for (int i = 0; i < kInputs; ++i) {
        const bool in_third = i / (kInputs / kClasses) == label;
        const bool is_other = (i + s) % (2 + s % 5) == 0;
        samples += static_cast<char>(in_third != is_other);
      }
    }
    write("samples", samples);
    write("labels", labels);
    std::string weights;
    for (int i = 0; i < kInputs; ++i) {
      for (int n = 0; n < kClasses; ++n) {
        weights += static_cast<char>(i / (kInputs / kClasses) == n ? 1 : 0);
      }
    }
    std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (24, 3), }";
    header += std::string(128 - 10 - 1 - header.size(), ' ') + "\n";
    write("weights.npy", std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + weights);
    write("spec.json", spec_text(R"({"level": 1, "seed": 3})", true));
  }
  ~SweepTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  static std::string spec_text(const std::string& devices, bool dataset, int row_bits = 10) {
    return R"({"nacre": 1, "name": "thirds",
        "input": {"kind": "values", "addresses": 24, "bits": 1},
        "stages": [{"name": "layer", "kind": "xnor_tile", "inputs": ["input"], "outputs": 3,
          "weights": {"file": "weights.npy"}, "output": "popcount", "row_bits": )" +
           std::to_string(row_bits) + R"(, "tiles": 2, "devices": )" + devices + R"(},
          {"name": "readout", "kind": "value_readout", "inputs": ["layer"]}])" +
           (dataset ? R"(, "dataset": {"format": "idx", "samples": "samples", "labels": "labels"}})"
                    : "}");
  }

  /// What a sweep finds, or the codes of the messages.
  std::optional<Sweep> sweep(const std::vector<std::string>& vary, SweepOptions options,
                             std::set<std::string>* codes = nullptr) const {
    Diagnostics diagnostics;
    std::optional<Sweep> found;
    options.samples = kSamples;
    for (const std::string& text : vary) {
      const auto axis = parse_axis(text, options.program.has_value(), diagnostics);
      if (axis) options.axes.push_back(*axis);
    }
    const auto spec = read_spec(folder_ / "spec.json", diagnostics);
    if (spec && !diagnostics.has_errors()) {
      const auto stimulus = data::Stimulus::open(*spec, 1, diagnostics);
      if (stimulus) found = run_sweep(*spec, *stimulus, options, diagnostics);
    }
    for (const Diagnostic& each : diagnostics.all()) {
      if (codes != nullptr) codes->insert(each.code);
      if (codes == nullptr) ADD_FAILURE() << each.message;
    }
    return found;
  }

  XnorTileSpec layer(const std::optional<SpecChange>& change) const {
    Diagnostics diagnostics;
    const auto spec = read_spec(folder_ / "spec.json", diagnostics, change);
    EXPECT_TRUE(spec) << (diagnostics.all().empty() ? "" : diagnostics.all().front().message);
    return spec ? params_of<XnorTileSpec>(spec->stages.front()) : XnorTileSpec{};
  }

  std::filesystem::path folder_;
};

constexpr std::uint32_t kQuarter = std::uint32_t{1} << 30;

TEST_F(SweepTest, PathsNameStagesByNameNumberOrAll) {
  for (const char* stage : {"layer", "0", "*"}) {
    const std::string path = std::string("stages.") + stage + ".devices.transient";
    const XnorTileSpec changed = layer(SpecChange{.path = path, .value = "[0, 0.25]"});
    EXPECT_EQ(changed.devices.tables.transient[0], 0u) << stage;
    EXPECT_EQ(changed.devices.tables.transient[1], kQuarter) << stage;
    EXPECT_EQ(changed.devices.seed, 3u) << "what the file has stays";
  }
}

TEST_F(SweepTest, ANumberStandsForEachOfAList) {
  const XnorTileSpec changed =
      layer(SpecChange{.path = "stages.*.devices.persistent", .value = "0.25"});
  EXPECT_EQ(changed.devices.tables.persistent[0], kQuarter);
  EXPECT_EQ(changed.devices.tables.persistent[1], kQuarter);
}

TEST_F(SweepTest, KeysThatAreNotThereArePutIn) {
  const XnorTileSpec given = layer({});
  const XnorTileSpec changed =
      layer(SpecChange{.path = "stages.layer.timing.evaluate", .value = "5"});
  EXPECT_EQ(given.timing.evaluate, 1);
  EXPECT_EQ(changed.timing.evaluate, 5);
  EXPECT_EQ(changed.row_bits, given.row_bits);
  const XnorTileSpec physics =
      layer(SpecChange{.path = "stages.0.devices.physics.tmr", .value = "0.75"});
  ASSERT_TRUE(physics.devices.physics);
  EXPECT_EQ(physics.devices.physics->tmr, 0.75);
}

TEST_F(SweepTest, AnEmptyObjectTakesAKey) {
  write("spec.json", spec_text("{}", true));
  EXPECT_EQ(layer(SpecChange{.path = "stages.0.devices.seed", .value = "9"}).devices.seed, 9u);
}

TEST_F(SweepTest, ProgramsAreReadLikeTheControllerOfMemories) {
  write("program.json", R"({"write": {"verify": true}})");
  Diagnostics diagnostics;
  const auto program =
      read_mram_program(folder_ / "program.json",
                        SpecChange{.path = "program.write.max_rounds", .value = "3"}, diagnostics);
  ASSERT_TRUE(program);
  EXPECT_TRUE(program->write.verify);
  EXPECT_EQ(program->write.max_rounds, 3);
  const auto amplitudes = read_mram_program(
      folder_ / "program.json",
      SpecChange{.path = "program.devices",
                 .value = R"({"level": 2, "physics": {"amplitude": [40, 50, 60, 70]}})"},
      diagnostics);
  ASSERT_TRUE(amplitudes);
  EXPECT_EQ(amplitudes->devices.physics->amplitude[1][3], 70);
}

TEST_F(SweepTest, ValuesArePartedByCommasOutsideBrackets) {
  Diagnostics diagnostics;
  const auto axis = parse_axis(R"(stages.0.x=[1,2],{"a":[3,4]},"b,c",5)", false, diagnostics);
  ASSERT_TRUE(axis);
  EXPECT_EQ(axis->path, "stages.0.x");
  EXPECT_EQ(axis->values, (std::vector<std::string>{"[1,2]", R"({"a":[3,4]})", R"("b,c")", "5"}));
  EXPECT_EQ(parse_axis("stages.0.x=0.1,1e-3,0.02", false, diagnostics)->values,
            (std::vector<std::string>{"1e-3", "0.02", "0.1"}))
      << "numbers ascend";
}

TEST_F(SweepTest, FaultsHaveCodesOfTheirOwn) {
  write("program.json", "{}");
  const SweepOptions plain, programmed{.program = folder_ / "program.json"};
  const auto codes_of = [&](const std::string& vary, const SweepOptions& options) {
    std::set<std::string> codes;
    EXPECT_FALSE(sweep({vary}, options, &codes)) << vary;
    return codes;
  };
  using Codes = std::set<std::string>;
  EXPECT_EQ(codes_of("stages.0.devices.seed", plain), Codes{"N1290"});
  EXPECT_EQ(codes_of("=1", plain), Codes{"N1290"});
  EXPECT_EQ(codes_of("stages.0.devices.seed=1,,2", plain), Codes{"N1290"});
  EXPECT_EQ(codes_of("stages.0.sensing=reference", plain), Codes{"N1291"});
  EXPECT_EQ(codes_of("counters=1", plain), Codes{"N1292"});
  EXPECT_EQ(codes_of("stages.0=1", plain), Codes{"N1292"});
  EXPECT_EQ(codes_of("stages.hidden.devices.seed=1", plain), Codes{"N1292"});
  EXPECT_EQ(codes_of("stages.*.devices.transiant=1", plain), Codes{"N1292"});
  EXPECT_EQ(codes_of("stages.0.devices.level.x=1", plain), Codes{"N1292"});
  EXPECT_EQ(codes_of("program.write.rounds=1", programmed), Codes{"N1292"});
  EXPECT_EQ(codes_of("stages.readout.devices.transient=1", plain), Codes{"N1294"});
  EXPECT_EQ(codes_of("program.write.verify=true", plain), Codes{"N1295"});
  EXPECT_EQ(codes_of("stages.0.devices.transient=0.5,2", plain), Codes{"N0204"});
  EXPECT_EQ(codes_of("program.write.max_rounds=3", programmed), Codes{"N1276"});
  write("spec.json", spec_text(R"({"level": 1})", true, 7));
  EXPECT_EQ(codes_of("stages.0.devices.seed=1", programmed), Codes{"N1297"});
  write("spec.json", spec_text(R"({"level": 1})", false));
  EXPECT_EQ(codes_of("stages.0.devices.seed=1", plain), Codes{"N1293"});
}

TEST_F(SweepTest, AMessageNamesTheValue) {
  Diagnostics diagnostics;
  const auto spec = read_spec(folder_ / "spec.json", diagnostics);
  const auto stimulus = data::Stimulus::open(*spec, 1, diagnostics);
  const SweepOptions options{
      .axes = {{.path = "stages.0.devices.transient", .values = {"[0, 2]"}}}};
  EXPECT_FALSE(run_sweep(*spec, *stimulus, options, diagnostics));
  ASSERT_EQ(diagnostics.num_errors(), 1);
  const Diagnostic& message = diagnostics.all().front();
  EXPECT_TRUE(message.message.starts_with("with stages.0.devices.transient = [0, 2]: "))
      << message.message;
  EXPECT_EQ(message.location.line, 0) << "the text of the file is another one";
}

TEST_F(SweepTest, MoreErrorsCostAccuracyAndThreadsDoNotMatter) {
  SweepOptions options{.dies = 9, .first = 0};
  const std::vector<std::string> vary = {"stages.*.devices.transient=0,0.05,0.5",
                                         "stages.layer.devices.persistent=0.5,0"};
  const auto one = sweep(vary, options);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->curves.size(), 2u);
  const SweepCurve& transient = one->curves[0];
  ASSERT_EQ(transient.points.size(), 3u);
  EXPECT_DOUBLE_EQ(transient.points[0].accuracy.mean, one->ideal());
  EXPECT_GT(one->ideal(), 0.8);
  EXPECT_LT(transient.points[2].accuracy.mean, 0.6) << "half of the bits wrong: nothing is known";
  EXPECT_TRUE(transient.worse_at_end);
  EXPECT_EQ(one->curves[1].points[0].value, "0");
  EXPECT_EQ(one->curves[1].tolerated, 0u);
  Diagnostics diagnostics;
  const auto spec = read_spec(folder_ / "spec.json", diagnostics);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const auto many = sweep(vary, options);
    ASSERT_TRUE(many);
    EXPECT_EQ(sweep_csv(*many), sweep_csv(*one));
    EXPECT_EQ(harness::metrics_json(sweep_metrics(*many)),
              harness::metrics_json(sweep_metrics(*one)));
    EXPECT_EQ(sweep_report(*spec, *many, {}, ""), sweep_report(*spec, *one, {}, ""));
  }
}

TEST_F(SweepTest, DiesAreThoseOfAStudy) {
  write("spec.json", spec_text(R"({"level": 1, "seed": 3, "transient": [0.1, 0.1]})", true));
  Diagnostics diagnostics;
  const auto spec = read_spec(folder_ / "spec.json", diagnostics);
  const auto stimulus = data::Stimulus::open(*spec, 1, diagnostics);
  const DeviceStudy study = study_devices(*spec, *stimulus, {.dies = 9, .samples = kSamples});
  const auto found = sweep({"stages.layer.devices.seed=3,4"}, {.dies = 9});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->right_ideal, study.right_ideal);
  const SweepPoint& point = found->curves[0].points[0].accuracy;
  EXPECT_DOUBLE_EQ(point.mean, sweep_point(0, study.right, study.labelled).mean);
  EXPECT_NE(point.mean, found->curves[0].points[1].accuracy.mean) << "another seed, other dies";
  EXPECT_EQ(study.sweep_dies, 0) << "no converters, so no sweeps of them";
  EXPECT_TRUE(study.adc.empty());
}

TEST_F(SweepTest, WhatProgrammingTakesFollowsFromSuccess) {
  // Every pulse switches what it should, or nothing.
  write("program.json", R"({"timing": {"pulse": 2}, "write": {"verify": true, "max_rounds": 3},
      "devices": {"level": 1, "write_energy_fj": [100, 100, 100, 100]}})");
  const auto found = sweep({"program.devices.write_success=0,1"},
                           {.program = folder_ / "program.json", .dies = 4});
  ASSERT_TRUE(found);
  const SweepCurve& curve = found->curves[0];
  // 2 arrays of 3 neurons x 2 folds, 10 columns, two devices a bit, of which 24 x 3 bits are used.
  const std::int64_t rows = 2 * 3 * 2, devices = rows * 10 * 2;
  const golden::Programming& never = curve.points[0].programming;
  const golden::Programming& always = curve.points[1].programming;
  EXPECT_EQ(always.devices, 4 * devices);
  EXPECT_EQ(always.bits, 4 * kInputs * kClasses);
  EXPECT_EQ(always.wrong_bits, 0);
  EXPECT_EQ(always.retries, 0);
  EXPECT_EQ(always.pulses, 4 * rows * 2) << "towards 0, towards 1";
  EXPECT_EQ(always.energy_fj, 4 * devices * 2 * 100);
  EXPECT_DOUBLE_EQ(curve.points[1].accuracy.mean, found->ideal());
  // What stood there before is random: half of it is wrong, and is tried twice more.
  EXPECT_EQ(never.retries, 4 * rows * 2);
  EXPECT_NEAR(static_cast<double>(never.wrong_bits) / static_cast<double>(never.bits), 0.5, 0.12);
  EXPECT_GT(never.energy_fj, always.energy_fj);
  EXPECT_LT(curve.points[0].accuracy.mean, 0.7);
  EXPECT_FALSE(curve.worse_at_end);
  EXPECT_EQ(curve.tolerated, 1u);
}

TEST_F(SweepTest, FailedPulsesLeaveAsManyWrongBits) {
  write("program.json", R"({"devices": {"level": 1}})");
  const auto found = sweep({"program.devices.write_success=0.9"},
                           {.program = folder_ / "program.json", .dies = 200});
  ASSERT_TRUE(found);
  const golden::Programming& sum = found->curves[0].points[0].programming;
  // A bit that was right before stays; of those that were wrong one of two devices fails with
  // probability 1 - 0.9^2. Half of them: 0.095; its standard error is 0.0024.
  EXPECT_NEAR(static_cast<double>(sum.wrong_bits) / static_cast<double>(sum.bits), 0.095, 0.012);
  EXPECT_EQ(energy_statement(found->curves[0], *found),
            "program.devices.write_success: the program gives no energies");
}

/// A network whose accuracies are made up: 100 samples, one die.
Sweep made_up(const std::vector<double>& accuracies) {
  Sweep sweep{.dies = 10, .samples = 100, .labelled = 100, .right_ideal = 90, .tolerate = 0.01};
  SweepCurve curve{.path = "stages.*.p", .is_numeric = true};
  for (std::size_t i = 0; i < accuracies.size(); ++i) {
    curve.points.push_back({.value = std::to_string(i + 1),
                            .accuracy = {.x = static_cast<double>(i + 1), .mean = accuracies[i]}});
  }
  judge(curve, sweep);
  sweep.curves = {curve};
  return sweep;
}

TEST(SweepStatement, NamesTheLastValueBeforeTheFirstThatIsTooBad) {
  const Sweep falling = made_up({0.91, 0.90, 0.89, 0.88, 0.895});
  EXPECT_EQ(
      accuracy_statement(falling.curves[0], falling),
      "tolerates stages.*.p up to 3: ideal accuracy 90.00 %, at 3 the mean is 89.00 % over 10 "
      "dies, 1.00 points less (1 allowed)");
  const Sweep rising = made_up({0.5, 0.895, 0.7, 0.89, 0.91});
  EXPECT_EQ(rising.curves[0].tolerated, 3u);
  EXPECT_NE(accuracy_statement(rising.curves[0], rising).find("down to 4"), std::string::npos);
  const Sweep all = made_up({0.891, 0.89, 0.9});
  EXPECT_EQ(
      accuracy_statement(all.curves[0], all),
      "tolerates every value of stages.*.p that was tried, 1 ... 3: ideal accuracy 90.00 %, at "
      "2 the mean is 89.00 % over 10 dies, 1.00 points less (1 allowed)");
  const Sweep none = made_up({0.7, 0.6});
  EXPECT_FALSE(none.curves[0].tolerated);
  EXPECT_EQ(accuracy_statement(none.curves[0], none),
            "tolerates no value of stages.*.p that was tried, not even 1: ideal accuracy 90.00 %, "
            "at 1 the mean is 70.00 % over 10 dies, 20.00 points less (1 allowed)");
}

TEST(SweepStatement, SavingsAreAgainstTheCheapestValueWithoutWrongBits) {
  Sweep sweep = made_up({0.5, 0.892, 0.9, 0.9});
  sweep.programmed = true;
  SweepCurve& curve = sweep.curves[0];
  const std::int64_t energies[] = {10'000'000, 30'000'000, 100'000'000, 200'000'000};
  const std::int64_t wrong[] = {4000, 250, 0, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    curve.points[i].programming = {
        .devices = 40'000, .bits = 20'000, .wrong_bits = wrong[i], .energy_fj = energies[i]};
  }
  EXPECT_EQ(energy_statement(curve, sweep),
            "tolerating 25 wrong bits in 2,000 saves 70.0 % of the write energy: stages.*.p = 2 "
            "(3.00 nJ) against stages.*.p = 3, no wrong bits (10.0 nJ)");
  curve.points[1].accuracy.mean = 0.88;
  EXPECT_EQ(energy_statement(curve, sweep),
            "nothing that is tolerated takes less energy to write than stages.*.p = 3, no wrong "
            "bits (10.0 nJ)");
  curve.points[2].programming.wrong_bits = curve.points[3].programming.wrong_bits = 20;
  curve.points[3].programming.wrong_bits = 10;
  EXPECT_EQ(energy_statement(curve, sweep),
            "tolerating 2 wrong bits in 2,000 saves 50.0 % of the write energy: stages.*.p = 3 "
            "(10.0 nJ) against stages.*.p = 4, the fewest: 1 wrong bits (20.0 nJ)");
}

TEST(SweepStatement, EnergiesThatDoNotVaryAreNotCompared) {
  Sweep sweep = made_up({0.9, 0.8});
  sweep.programmed = true;
  for (SweptValue& point : sweep.curves[0].points) {
    point.programming = {.devices = 10, .bits = 10, .wrong_bits = 1, .energy_fj = 500};
  }
  EXPECT_EQ(energy_statement(sweep.curves[0], sweep), "");
  sweep.curves[0].points[0].programming.energy_fj = 400;
  EXPECT_NE(energy_statement(sweep.curves[0], sweep), "");
}

TEST(SweepFiles, TheTableHasALinePerValue) {
  Sweep sweep = made_up({0.9, 0.8});
  sweep.curves[0].points[1].value = "[0,1]";
  EXPECT_EQ(sweep_csv(sweep),
            "path,value,dies,accuracy_ideal,accuracy_mean,accuracy_q05,accuracy_q95\n"
            "stages.*.p,1,10,0.900000,0.900000,0.000000,0.000000\n"
            "stages.*.p,\"[0,1]\",10,0.900000,0.800000,0.000000,0.000000\n");
}

}  // namespace
}  // namespace nacre::flows
