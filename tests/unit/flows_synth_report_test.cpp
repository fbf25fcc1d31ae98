#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <regex>

#include "report/page.hpp"
#include "report/peers.hpp"
#include "report/svg.hpp"
#include "report/synth_report.hpp"

namespace nacre::flows {
namespace {

/// Sum of the areas of the rectangles of class `kind` in a drawing.
double area_of_rectangles(const std::string& svg, const std::string& kind) {
  const std::regex pattern("width=\"([0-9.]+)\" height=\"([0-9.]+)\" class=\"" + kind + "\"");
  double sum = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), pattern), end; at != end; ++at) {
    sum += std::stod((*at)[1]) * std::stod((*at)[2]);
  }
  return sum;
}

TreePart part(const std::string& label, double value, std::vector<TreePart> parts = {}) {
  return {.label = label, .value = value, .detail = "x", .parts = std::move(parts)};
}

TEST(Treemap, RectanglesAreAsLargeAsTheValues) {
  const std::string svg =
      svg_treemap(part("top", 100, {part("a", 50), part("b", 30), part("c", 15), part("d", 5)}));
  double all = 0;
  std::vector<double> areas;
  for (const char* kind : {"tree t0", "tree t1", "tree t2", "tree t3"}) {
    areas.push_back(area_of_rectangles(svg, kind));
    all += areas.back();
  }
  ASSERT_EQ(areas.size(), 4u);
  const std::vector<double> shares = {0.5, 0.3, 0.15, 0.05};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(areas[i] / all, shares[i], 0.005);
}

TEST(Treemap, StaysInsideItsFrameAndShowsWhatIsLeft) {
  const std::string svg =
      svg_treemap(part("top", 100, {part("u_core", 90, {part("u_lane", 60), part("u_fifo", 10)})}));
  EXPECT_NE(svg.find("u_core, the rest"), std::string::npos);
  EXPECT_NE(svg.find(">top<"), std::string::npos);
  const std::regex pattern(
      "<rect x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
  int rectangles = 0;
  for (std::sregex_iterator at(svg.begin(), svg.end(), pattern), end; at != end; ++at) {
    EXPECT_LE(std::stod((*at)[1]) + std::stod((*at)[3]), 860.1);
    EXPECT_LE(std::stod((*at)[2]) + std::stod((*at)[4]), 430.1);
    ++rectangles;
  }
  EXPECT_GE(rectangles, 5);
}

TEST(Treemap, NothingInItIsNoDrawing) {
  EXPECT_TRUE(svg_treemap(part("top", 0, {part("a", 0)})).empty());
}

TEST(Bars, SegmentsShareOneScaleAndDifferByMoreThanColour) {
  const std::string svg = svg_bars({{.group = "core",
                                     .label = "event",
                                     .segments = {{"logic", 2}, {"clock", 1}, {"model", 1}},
                                     .text = "4 J"},
                                    {.group = "core",
                                     .label = "idle",
                                     .segments = {{"logic", 1}, {"clock", 0}, {"model", 0}},
                                     .text = "1 J"}},
                                   "joules");
  const double logic = area_of_rectangles(svg, "logic");
  EXPECT_NEAR(area_of_rectangles(svg, "clock") / logic, 1.0 / 3, 0.01);
  EXPECT_NEAR(area_of_rectangles(svg, "model") / logic, 1.0 / 3, 0.01);
  EXPECT_NE(svg.find("clock-hatch"), std::string::npos);
  EXPECT_NE(svg.find("model-dots"), std::string::npos);
  EXPECT_TRUE(svg_bars({}, "joules").empty());
}

TEST(Numbers, HavePrefixesOfThree) {
  EXPECT_EQ(with_prefix(0, "J"), "0 J");
  EXPECT_EQ(with_prefix(1.2345e-9, "J"), "1.23 nJ");
  EXPECT_EQ(with_prefix(100e-12, "J"), "100 pJ");
  EXPECT_EQ(with_prefix(999.9e-12, "J"), "1.00 nJ");
  EXPECT_EQ(with_prefix(25e6, "Hz"), "25.0 MHz");
  EXPECT_EQ(with_prefix(-3.5, "V"), "-3.50 V");
  EXPECT_EQ(with_prefix(1000, "W"), "1.00 kW");
}

/// What the page needs, with names that must be escaped.
struct Page {
  Spec spec;
  SynthOptions options;
  SynthResult result;
  harness::Properties properties = {{"design", "a<b>"}};

  Page() {
    spec.name = "tiny";
    spec.description = "a <script> in the description";
    spec.hash = std::string(64, 'a');
    result.nand2 = "NAND2";
    result.nand2_area = 24;
    result.library.name = "cells";
    result.synthesis.area = 2400;
    result.synthesis.hierarchy = {
        {.path = "", .module = "tiny", .depth = 0, .area = 2400, .own_area = 400},
        {.path = "u_core", .module = "nacre_core", .depth = 1, .area = 2000, .own_area = 2000}};
    Timing timing;
    timing.clock_s = 10e-9;
    timing.worst_slack_s = 1e-9;
    timing.fmax_hz = 111e6;
    timing.begin_name = "u_core.a_q";
    timing.end_name = "u_core.b_q";
    timing.path = {{.pin = "u_core/_1_/Y",
                    .cell = "NAND2",
                    .net = "u_core.sum[3]",
                    .delay_s = 0.1e-9,
                    .arrival_s = 0.2e-9}};
    result.corners = {{.name = "tt", .timing = timing}};
  }
  std::string text() const {
    return synth_report_html({.spec = &spec,
                              .options = &options,
                              .result = &result,
                              .properties = &properties,
                              .command = "nacre synth spec.json"});
  }
};

TEST(SynthReport, HasItsSectionsAndNothingOfOthers) {
  const std::string text = Page().text();
  for (const char* each : {"Area by instance", "Worst path", "u_core.sum[3]", "0.10 kGE"}) {
    EXPECT_NE(text.find(each), std::string::npos) << each;
  }
  for (const char* each :
       {"Energy per inference", "Corners", "Beside open peers", "Scatter of the tools",
        "Memory macros", "<script", "http://", "https://", "a<b>"}) {
    EXPECT_EQ(text.find(each), std::string::npos) << each;
  }
  EXPECT_EQ(text, Page().text());
}

TEST(SynthReport, SaysWhichDifferencesAreNoise) {
  Page page;
  page.result.repeats =
      Repeats{.area = {.values = {2380, 2420}, .mean = 2400, .sigma = 30, .min = 2380, .max = 2420},
              .longest_path_s = {}};
  const std::string text = page.text();
  EXPECT_NE(text.find("60 (2.5 %)"), std::string::npos);
  EXPECT_NE(text.find("within two sigma is noise"), std::string::npos);
}

TEST(SynthReport, AMissedClockIsNoGoodVerdict) {
  Page page;
  EXPECT_EQ(page.text().find("verdict fail"), std::string::npos);
  page.result.corners.front().timing.worst_slack_s = -0.5e-9;
  EXPECT_NE(page.text().find("verdict fail"), std::string::npos);
}

TEST(SynthReport, PeersAreListedWithTheDesign) {
  Page page;
  page.result.peers = PeerFigures{.area = 2400, .gate_equivalents = 100, .longest_path_s = 4e-9};
  const std::string text = page.text();
  EXPECT_NE(text.find("Beside open peers"), std::string::npos);
  for (const Peer& peer : peers()) {
    EXPECT_NE(text.find(harness::escape_markup(peer.name)), std::string::npos) << peer.name;
  }
}

/// The table for people and the data of the report are the same.
TEST(Peers, AreThoseOfThePage) {
  std::ifstream stream(NACRE_SOURCE_DIR "/docs/peers.md");
  const std::string page(std::istreambuf_iterator<char>(stream), {});
  const auto optional_text = [](const std::optional<double>& value) {
    return value ? fmt::format("{:g}", *value) : std::string("-");
  };
  for (const Peer& peer : peers()) {
    const std::string row =
        fmt::format("| {} | {} | {} | {:g} | {} | {} | {} |", peer.name, peer.configuration,
                    with_separators(std::llround(peer.gate_equivalents)), peer.longest_path_ns,
                    optional_text(peer.cycles_per_event), optional_text(peer.sop_per_cycle_per_kge),
                    peer.snapshot);
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace nacre::flows
