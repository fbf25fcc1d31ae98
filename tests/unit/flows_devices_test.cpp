// The study of devices: what it counts, and that threads do not matter.

#include "devices/devices.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "golden/golden.hpp"
#include "golden/kind_model.hpp"
#include "report/device_report.hpp"

namespace nacre::flows {
namespace {

constexpr int kSamples = 40;
constexpr int kInputs = 12;
constexpr int kClasses = 3;

/// A folder with a crossbar that tells which third of its inputs is brightest, and samples of it.
class DeviceStudyTest : public testing::Test {
 protected:
  DeviceStudyTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("nacre_devices_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    std::string samples = {0, 0, 8, 2, 0, 0, 0, kSamples, 0, 0, 0, kInputs};
    std::string labels = {0, 0, 8, 1, 0, 0, 0, kSamples};
    for (int s = 0; s < kSamples; ++s) {
      const int label = s * 7 % kClasses;
      labels += static_cast<char>(label);
      for (int i = 0; i < kInputs; ++i) {
        // A margin of 1 + s % 3 per input, over a ground that differs.
        const int bright = i / (kInputs / kClasses) == label ? 1 + s % 3 : 0;
        samples += static_cast<char>(s * 5 % 9 + i % 4 + bright);
      }
    }
    write("samples", samples);
    write("labels", labels);
    std::string weights;
    for (int k = 0; k < kInputs; ++k) {
      for (int n = 0; n < kClasses; ++n) {
        weights += static_cast<char>(k / (kInputs / kClasses) == n ? 3 : 0);
      }
    }
    std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (12, 3), }";
    header += std::string(128 - 10 - 1 - header.size(), ' ') + "\n";
    write("weights.npy", std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + weights);
  }
  ~DeviceStudyTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  /// The design with these devices; `dataset`: with its samples.
  Spec spec(const std::string& devices, bool dataset = true) {
    std::string text = R"({"nacre": 1, "name": "thirds",
        "input": {"kind": "values", "addresses": 12, "bits": 4},
        "stages": [{"name": "layer", "kind": "imc_crossbar", "inputs": ["input"], "outputs": 3,
          "weights": {"file": "weights.npy", "bits": 3}, "tile": {"rows": 12, "columns": 3},
          "cell_bits": 2, "adc": {"bits": 6}, "devices": {)" +
                       devices + R"(}},
          {"name": "readout", "kind": "value_readout", "inputs": ["layer"]}])";
    if (dataset) {
      text += R"(, "dataset": {"format": "idx", "samples": "samples", "labels": "labels"})";
    }
    write("spec.json", text + "}");
    Diagnostics diagnostics;
    auto read = read_spec(folder_ / "spec.json", diagnostics);
    EXPECT_TRUE(read) << (diagnostics.all().empty() ? "" : diagnostics.all().front().message);
    return *read;
  }
  static data::Stimulus stimulus(const Spec& spec) {
    Diagnostics diagnostics;
    return *data::Stimulus::open(spec, 1, diagnostics);
  }

  std::filesystem::path folder_;
};

constexpr const char* kPoor = R"("seed": 5, "spread": 400, "read_noise": 500)";

TEST_F(DeviceStudyTest, ThreadsDoNotMatter) {
  const Spec poor = spec(kPoor);
  const data::Stimulus samples = stimulus(poor);
  DeviceStudyOptions options{.dies = 37, .first = 3, .samples = kSamples - 3};
  const DeviceStudy one = study_devices(poor, samples, options);
  for (const int threads : {2, 5, 64}) {
    options.threads = threads;
    const DeviceStudy many = study_devices(poor, samples, options);
    EXPECT_EQ(many.right, one.right);
    EXPECT_EQ(many.right_ideal, one.right_ideal);
    EXPECT_EQ(device_tiles(many), device_tiles(one));
    EXPECT_EQ(device_cards(many), device_cards(one));
    EXPECT_EQ(harness::metrics_json(device_metrics(many)),
              harness::metrics_json(device_metrics(one)));
  }
}

TEST_F(DeviceStudyTest, CountsWhatEachDieDecides) {
  const Spec poor = spec(kPoor);
  const data::Stimulus samples = stimulus(poor);
  const DeviceStudy study =
      study_devices(poor, samples, {.dies = 8, .samples = kSamples, .threads = 2});
  EXPECT_EQ(study.labelled, kSamples);
  EXPECT_EQ(study.right_ideal, kSamples);
  EXPECT_DOUBLE_EQ(study.threshold, 0.98);
  EXPECT_FALSE(study.threshold_given);
  bool differ = false;
  for (std::uint32_t number = 0; number < 8; ++number) {
    const auto [die, settings] = die_of(poor, number);
    golden::Network network(die);
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < kSamples; ++i) {
      if (i == harness::kBlockSamples) network.reset();
      const data::Sample sample = samples.sample(i);
      if (harness::decision_of(network.run_sample(sample.words).output) == sample.label) ++right;
    }
    EXPECT_EQ(study.right[number], right) << number;
    differ = differ || right != study.right[0];
    ASSERT_EQ(settings.size(), 1u);
    EXPECT_EQ(settings[0].name, "layer.device_seed");
  }
  EXPECT_TRUE(differ);
  EXPECT_LT(study.right[0], kSamples);
  EXPECT_EQ(die_of(poor, 0).first.hash, poor.hash);
}

TEST_F(DeviceStudyTest, SweepsCoverTheSpecificationAndItsNeighbours) {
  const Spec poor = spec(R"("seed": 5, "spread": 300)");
  const DeviceStudy study =
      study_devices(poor, stimulus(poor), {.dies = 20, .samples = kSamples, .threads = 2});
  ASSERT_EQ(study.spread.size(), 4u);
  EXPECT_DOUBLE_EQ(study.spread[0].mean, 1);  // nothing else deviates
  EXPECT_DOUBLE_EQ(study.spread[2].x, 1);
  EXPECT_GT(study.spread[1].mean, study.spread[3].mean);
  double sum = 0;
  for (const std::int64_t right : study.right) sum += study.accuracy(right);
  EXPECT_NEAR(study.spread[2].mean, sum / 20, 1e-12);
  ASSERT_EQ(study.adc.size(), 9u);  // 2 ... 10 bits
  EXPECT_EQ(study.adc[4].x, 6);
  EXPECT_DOUBLE_EQ(study.adc[4].mean, study.spread[2].mean);
  EXPECT_LT(study.adc[0].mean, study.adc[4].mean);
}

TEST_F(DeviceStudyTest, NothingToStudyIsAnError) {
  for (const auto& [devices, dataset, code] :
       {std::tuple{R"("ir_drop": 9)", true, "N1238"}, std::tuple{kPoor, false, "N1239"}}) {
    const Spec read = spec(devices, dataset);
    Diagnostics diagnostics;
    EXPECT_FALSE(can_study(read, stimulus(read), 10, diagnostics));
    ASSERT_EQ(diagnostics.num_errors(), 1);
    EXPECT_EQ(diagnostics.all().front().code, code);
  }
}

TEST(DeviceStudy, QuantilesAreTheNearestRank) {
  const std::vector<double> sorted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 0.05), 1);
  EXPECT_EQ(quantile(sorted, 0.1), 1);
  EXPECT_EQ(quantile(sorted, 0.11), 2);
  EXPECT_EQ(quantile(sorted, 0.5), 5);
  EXPECT_EQ(quantile(sorted, 0.95), 10);
  EXPECT_EQ(quantile({7}, 0.5), 7);
}

TEST(DeviceStudy, ADieAtTheThresholdIsGood) {
  DeviceStudy study{.samples = 10, .labelled = 10, .right = {8, 9, 9, 10}, .threshold = 0.9};
  EXPECT_EQ(good_dies(study), 3);
  std::map<std::string, double> values;
  for (const harness::Metric& metric : device_metrics(study)) values[metric.key] = *metric.value;
  EXPECT_DOUBLE_EQ(values.at("verify__devices__yield"), 0.75);
  EXPECT_DOUBLE_EQ(values.at("verify__devices__accuracy__mean"), 0.9);
  EXPECT_NEAR(values.at("verify__devices__accuracy__sd"), 0.0816497, 1e-6);
  EXPECT_NEAR(values.at("verify__devices__yield__low"), 0.300642, 1e-6);
  EXPECT_NEAR(values.at("verify__devices__yield__high"), 0.954413, 1e-6);
}

}  // namespace
}  // namespace nacre::flows
