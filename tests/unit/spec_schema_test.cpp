// Tables of fields: validation, defaults, JSON Schema.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spec/kind_spec.hpp"
#include "spec/schema.hpp"
#include "spec/spec_schema.hpp"

namespace nacre {
namespace {

const schema::Object& inner() {
  static const schema::Object object{.title = "inner",
                                     .fields = {schema::integer("deep", 0, 9).required()},
                                     .exclusive = {},
                                     .derived = {}};
  return object;
}

const schema::Object& table() {
  using namespace schema;
  static const Object object{
      .title = "thing",
      .fields =
          {
              integer("count", 1, 10).required(),
              integer("lanes", 1, 16).fallback("4").power_of_two().refused_above("fewer lanes"),
              boolean("flag").fallback("true"),
              word("mode", {"slow", "fast"}).fallback("\"slow\""),
              integer("speed", 1, 3).required().when("mode", {"fast"}),
              text("note", 5),
              array("list", integer("item", 0, 7), 1, 3),
              schema::object("inner", inner()),
              one_of("either", {integer("either", 0, 5), word("either", {"auto"})})
                  .fallback("\"auto\""),
              text("file"),
              text("fill"),
          },
      .exclusive = {Exclusive{.fields = {"file", "fill"}, .one_required = false}},
      .derived = {"sum"}};
  return object;
}

/// Codes of all faults, in order.
std::vector<std::string> faults(const std::string& text) {
  Diagnostics diagnostics;
  const auto document = parse_json(text, "t.json", diagnostics);
  EXPECT_NE(document, nullptr);
  const bool good = schema::validate(table(), document->root, diagnostics);
  EXPECT_EQ(good, diagnostics.num_errors() == 0);
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : diagnostics.all()) codes.push_back(diagnostic.code);
  return codes;
}

using Codes = std::vector<std::string>;

TEST(SpecSchema, AcceptsWhatIsLegal) {
  EXPECT_EQ(faults(R"({"count": 1})"), Codes{});
  EXPECT_EQ(
      faults(
          R"({"count": 10, "lanes": 16, "flag": false, "mode": "fast", "speed": 3, "note": "12345",
                       "list": [0, 7], "inner": {"deep": 9}, "either": 5, "file": "f"})"),
      Codes{});
  EXPECT_EQ(faults(R"({"count": 1, "either": "auto", "mode": "slow"})"), Codes{});
}

TEST(SpecSchema, RefusesEachFault) {
  EXPECT_EQ(faults(R"({})"), Codes{"N0202"});
  EXPECT_EQ(faults(R"([])"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": 0})"), Codes{"N0204"});
  EXPECT_EQ(faults(R"({"count": 11})"), Codes{"N0204"});
  EXPECT_EQ(faults(R"({"count": true})"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": 1.0})"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": null})"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": 1, "cuont": 1})"), Codes{"N0201"});
  EXPECT_EQ(faults(R"({"count": 1, "sum": 1})"), Codes{"N0212"});
  EXPECT_EQ(faults(R"({"count": 1, "lanes": 6})"), Codes{"N0208"});
  EXPECT_EQ(faults(R"({"count": 1, "lanes": 0})"), Codes{"N0204"});
  EXPECT_EQ(faults(R"({"count": 1, "lanes": 32})"), Codes{"N1001"});
  EXPECT_EQ(faults(R"({"count": 1, "mode": "FAST"})"), Codes{"N0205"});
  EXPECT_EQ(faults(R"({"count": 1, "speed": 1})"), Codes{"N0206"});
  EXPECT_EQ(faults(R"({"count": 1, "mode": "fast"})"), Codes{"N0202"});
  EXPECT_EQ(faults(R"({"count": 1, "note": ""})"), Codes{"N0210"});
  EXPECT_EQ(faults(R"({"count": 1, "note": "123456"})"), Codes{"N0210"});
  EXPECT_EQ(faults(R"({"count": 1, "list": []})"), Codes{"N0209"});
  EXPECT_EQ(faults(R"({"count": 1, "list": [1, 2, 3, 4]})"), Codes{"N0209"});
  EXPECT_EQ(faults(R"({"count": 1, "list": [1, 8, "x"]})"), (Codes{"N0204", "N0203"}));
  EXPECT_EQ(faults(R"({"count": 1, "inner": {}})"), Codes{"N0202"});
  EXPECT_EQ(faults(R"({"count": 1, "inner": 3})"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": 1, "either": 6})"), Codes{"N0204"});
  EXPECT_EQ(faults(R"({"count": 1, "either": "manual"})"), Codes{"N0205"});
  EXPECT_EQ(faults(R"({"count": 1, "either": []})"), Codes{"N0203"});
  EXPECT_EQ(faults(R"({"count": 1, "file": "a", "fill": "b"})"), Codes{"N0207"});
}

TEST(SpecSchema, ReportsAllFaultsOfOnePass) {
  EXPECT_EQ(faults(R"({"lanes": 3, "flag": 1, "x": 2, "inner": {"deep": 10}})"),
            (Codes{"N0201", "N0202", "N0208", "N0203", "N0204"}));
}

TEST(SpecSchema, OffersTheNearestLegalValue) {
  Diagnostics diagnostics;
  const auto document =
      parse_json(R"({"count": 99, "lanes": 11, "treshold": 1})", "t.json", diagnostics);
  schema::validate(table(), document->root, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 3u);
  EXPECT_EQ(diagnostics.all()[1].help, "10 is the nearest legal value");
  EXPECT_EQ(diagnostics.all()[2].help, "8 and 16 are the nearest legal values");
}

TEST(SpecSchema, ReaderFillsDefaultsIn) {
  Diagnostics diagnostics;
  const auto document = parse_json(R"({"count": 7, "mode": "fast"})", "t.json", diagnostics);
  const schema::Reader reader(table(), document->root);
  EXPECT_EQ(reader.integer("count"), 7);
  EXPECT_EQ(reader.integer("lanes"), 4);
  EXPECT_TRUE(reader.boolean("flag"));
  enum class Mode { Slow, Fast };
  EXPECT_EQ(reader.word<Mode>("mode"), Mode::Fast);
  EXPECT_EXIT(reader.integer("absent"), testing::ExitedWithCode(70), "has no field");
  EXPECT_EXIT(reader.string("note"), testing::ExitedWithCode(70), "has no default");
}

TEST(SpecSchema, JsonSchemaSaysTheSame) {
  const nlohmann::ordered_json made = schema::json_schema(table());
  EXPECT_EQ(made["type"], "object");
  EXPECT_EQ(made["additionalProperties"], false);
  EXPECT_EQ(made["required"], nlohmann::ordered_json::array({"count"}));
  EXPECT_EQ(made["properties"]["count"]["maximum"], 10);
  EXPECT_EQ(made["properties"]["lanes"]["enum"], nlohmann::ordered_json::array({1, 2, 4, 8, 16}));
  EXPECT_EQ(made["properties"]["lanes"]["default"], 4);
  EXPECT_EQ(made["properties"]["mode"]["enum"], nlohmann::ordered_json::array({"slow", "fast"}));
  EXPECT_EQ(made["properties"]["list"]["items"]["maximum"], 7);
  EXPECT_EQ(made["properties"]["inner"]["required"], nlohmann::ordered_json::array({"deep"}));
  EXPECT_EQ(made["properties"]["either"]["anyOf"].size(), 2u);
  const auto& condition = made["allOf"][0];
  EXPECT_EQ(condition["if"]["properties"]["mode"]["enum"], nlohmann::ordered_json::array({"fast"}));
  EXPECT_EQ(condition["if"]["required"], nlohmann::ordered_json::array({"mode"}));
  EXPECT_EQ(condition["then"]["required"], nlohmann::ordered_json::array({"speed"}));
  EXPECT_EQ(condition["else"]["properties"]["speed"], false);
  EXPECT_EQ(made["allOf"][1]["oneOf"][0]["required"], nlohmann::ordered_json::array({"file"}));
}

TEST(SpecSchema, WholeSchemaHasABranchForEachKind) {
  const nlohmann::ordered_json made = spec_json_schema();
  EXPECT_EQ(made["$schema"], "http://json-schema.org/draft-07/schema#");
  const auto& branches = made["properties"]["stages"]["items"]["allOf"];
  ASSERT_EQ(branches.size(), kind_specs().size());
  for (std::size_t i = 0; i < branches.size(); ++i) {
    EXPECT_EQ(branches[i]["if"]["properties"]["kind"]["const"], kind_specs()[i]->name);
    EXPECT_TRUE(branches[i]["then"]["properties"].contains("inputs"));
    EXPECT_EQ(branches[i]["then"]["additionalProperties"], false);
  }
}

}  // namespace
}  // namespace nacre
