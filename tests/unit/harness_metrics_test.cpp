// Figures and their files.

#include "harness/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace nacre::harness {
namespace {

LockstepResult two_samples() {
  LockstepResult result;
  result.samples_asked = 2;
  result.samples = {{.index = 0,
                     .ran = true,
                     .label = 3,
                     .decision = 3,
                     .input_spikes = 10,
                     .synaptic_operations = 100,
                     .cycles = 50,
                     .predicted_cycles = 50},
                    {.index = 1,
                     .ran = true,
                     .label = 4,
                     .decision = 3,
                     .input_spikes = 20,
                     .synaptic_operations = 200,
                     .cycles = 100,
                     .predicted_cycles = 97}};
  return result;
}

TEST(Metrics, HoldTheKeysThatScriptsRelyOn) {
  const auto json = nlohmann::json::parse(metrics_json(verify_metrics(two_samples())));
  for (const char* key : {"verify__samples", "verify__mismatch__count", "verify__accuracy",
                          "verify__input_spikes__mean", "verify__cycles__mean",
                          "verify__cycles__error", "verify__sop_per_cycle", "verify__sop__mean"}) {
    ASSERT_TRUE(json.contains(key)) << key;
    for (const char* part : {"value", "unit", "method", "source"}) {
      EXPECT_TRUE(json[key].contains(part)) << key << " " << part;
    }
  }
  EXPECT_EQ(json["verify__samples"]["value"], 2);
  EXPECT_EQ(json["verify__accuracy"]["value"], 0.5);
  EXPECT_EQ(json["verify__input_spikes__mean"]["value"], 15);
  EXPECT_EQ(json["verify__cycles__mean"]["value"], 75);
  EXPECT_EQ(json["verify__cycles__error"]["value"], 3);
  EXPECT_EQ(json["verify__sop__mean"]["value"], 150);
  EXPECT_EQ(json["verify__sop_per_cycle"]["value"], 2);
}

TEST(Metrics, AreNullWithAReasonWhenThereIsNothing) {
  LockstepResult result = two_samples();
  for (SampleResult& sample : result.samples) {
    sample.label.reset();
    sample.cycles.reset();
  }
  const auto json = nlohmann::json::parse(metrics_json(verify_metrics(result)));
  for (const char* key : {"verify__accuracy", "verify__cycles__mean", "verify__cycles__error",
                          "verify__sop_per_cycle"}) {
    EXPECT_TRUE(json[key]["value"].is_null()) << key;
    EXPECT_FALSE(json[key]["reason"].get<std::string>().empty()) << key;
  }
  EXPECT_EQ(json["verify__sop__mean"]["value"], 150);
}

TEST(Metrics, HaveNoAccuracyAfterADifference) {
  LockstepResult result = two_samples();
  result.num_differences = 1;
  const auto json = nlohmann::json::parse(metrics_json(verify_metrics(result)));
  EXPECT_TRUE(json["verify__accuracy"]["value"].is_null());
  EXPECT_EQ(json["verify__mismatch__count"]["value"], 1);
}

TEST(Metrics, WilsonInterval) {
  // Agresti & Coull 1998, and n = 0 successes: the interval must not collapse.
  const auto [low, high] = wilson_interval(81, 263);
  EXPECT_NEAR(low, 0.2553, 1e-4);
  EXPECT_NEAR(high, 0.3662, 1e-4);
  const auto [zero, above] = wilson_interval(0, 10);
  EXPECT_EQ(zero, 0.0);
  EXPECT_NEAR(above, 0.2775, 1e-4);
}

TEST(Junit, CountsCasesAndEscapesNames) {
  LockstepResult result = two_samples();
  result.checks[static_cast<std::size_t>(Check::State)] = {.comparisons = 10, .failures = 2};
  result.checks[static_cast<std::size_t>(Check::Cycles)].skipped = "the host stalls";
  result.differences = {{.check = Check::State,
                         .stage = "a<b",
                         .sample = 1,
                         .field = "membrane",
                         .element = 7,
                         .expected = 5,
                         .got = -6}};
  result.num_differences = 2;
  const std::string xml = junit_xml(result, "d\"&<", {{"seed", "1"}, {"x\x01y", "\""}}, "first");
  EXPECT_NE(xml.find("tests=\"12\" failures=\"1\" errors=\"0\" skipped=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("name=\"verify.d&quot;&amp;&lt;\""), std::string::npos);
  EXPECT_NE(xml.find("<property name=\"x?y\" value=\"&quot;\"/>"), std::string::npos);
  EXPECT_NE(xml.find("message=\"2 of 10 values differ\""), std::string::npos);
  EXPECT_NE(xml.find("a&lt;b"), std::string::npos);
  EXPECT_NE(xml.find("expected 5 (0x5), got -6 (-0x6)"), std::string::npos);
  EXPECT_NE(xml.find("<skipped message=\"the host stalls\"/>"), std::string::npos);
  for (const char* name : {"id_and_hash", "memory_readback", "output_words", "state", "counters",
                           "cycles", "resets"}) {
    EXPECT_NE(xml.find("name=\"" + std::string(name) + "\""), std::string::npos) << name;
  }
  EXPECT_EQ(std::count(xml.begin(), xml.end(), '<'), std::count(xml.begin(), xml.end(), '>'));
}

}  // namespace
}  // namespace nacre::harness
