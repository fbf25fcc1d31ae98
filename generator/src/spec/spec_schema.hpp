#pragma once
// The tables of a whole specification (docs/specification.md).

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "spec/kind_spec.hpp"
#include "spec/schema.hpp"

namespace nacre {

/// Version of the format, key "nacre".
inline constexpr int kSpecVersion = 1;
/// Most stages of a design.
inline constexpr int kMaxStages = 64;
/// Most addresses of the design's input.
inline constexpr std::int64_t kMaxAddresses = std::int64_t{1} << 20;

const schema::Object& root_schema();
const schema::Object& input_schema();
const schema::Object& dataset_schema();
/// name, kind and inputs: what every stage has.
const schema::Object& stage_base_schema();
/// All fields of a stage of this kind.
const schema::Object& stage_schema(const KindSpec& kind);

/// JSON Schema (draft-07) of a whole specification; a stage's fields follow from its kind.
nlohmann::ordered_json spec_json_schema();
/// JSON Schema (draft-07) of one stage.
nlohmann::ordered_json kind_json_schema(const KindSpec& kind);

}  // namespace nacre
