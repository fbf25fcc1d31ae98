#include "golden/spiking_conv/spiking_conv_parts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "spiking_conv/spiking_conv_spec.hpp"

namespace nacre::golden {
namespace {

constexpr std::int64_t kMostInputs = 16;  // of a join

const SpikingConvSpec& conv_of(const Stage& stage) { return params_of<SpikingConvSpec>(stage); }

/// Parts that fire at events cannot be put in the layer's order again.
std::int64_t most_parts(const Stage& stage) {
  const SpikingConvSpec& conv = conv_of(stage);
  return conv.neuron.fire == Fire::Step ? std::min(conv.channels, kMostInputs) : 1;
}

Stage part_of(const Stage& stage, std::int64_t begin, std::int64_t end, std::int64_t lanes) {
  auto part = std::make_shared<SpikingConvSpec>(conv_of(stage));
  const auto weights_per_channel = std::ssize(part->weights) / part->channels;
  part->weights = {part->weights.begin() + begin * weights_per_channel,
                   part->weights.begin() + end * weights_per_channel};
  if (!part->bias.empty()) part->bias = {part->bias.begin() + begin, part->bias.begin() + end};
  part->first_channel += begin;
  part->channels = end - begin;
  part->lanes = static_cast<int>(lanes);
  Stage result = stage;
  result.output.channels = part->channels;
  result.output.addresses = result.output.height * result.output.width * part->channels;
  result.params = std::move(part);
  return result;
}

std::vector<std::pair<std::string, std::string>> keys_of(const Stage& part) {
  const SpikingConvSpec& conv = conv_of(part);
  return {{"channels", fmt::format("{}", conv.channels)},
          {"slice",
           fmt::format("{{\"first\": {}, \"of\": {}}}", conv.first_channel, conv.layer_channels)},
          {"lanes", fmt::format("{}", conv.lanes)}};
}

std::string join_of(const std::string& name, const std::vector<std::string>& parts) {
  std::string inputs;
  for (const std::string& part : parts) {
    inputs += fmt::format("{}\"{}\"", inputs.empty() ? "" : ", ", part);
  }
  return fmt::format(
      "{{\"name\": \"{}\", \"kind\": \"event_join\", \"inputs\": [{}], \"mode\": \"concatenate\", "
      "\"order\": \"address\"}}",
      name, inputs);
}

}  // namespace

const LayerParts& spiking_conv_parts() {
  static const LayerParts parts{
      .most = most_parts,
      .channels = [](const Stage& stage) { return conv_of(stage).channels; },
      .lanes = [](const Stage& stage) { return std::int64_t{conv_of(stage).lanes}; },
      // With groups the parts see different events.
      .are_alike = [](const Stage& stage) { return conv_of(stage).groups == 1; },
      .part = part_of,
      .keys = keys_of,
      .join = join_of};
  return parts;
}

}  // namespace nacre::golden
