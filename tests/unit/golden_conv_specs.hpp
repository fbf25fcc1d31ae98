#pragma once
// Convolutional layers built by hand, and the plain dense layers that they stand for.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "golden/neuron/neuron.hpp"
#include "golden_test_specs.hpp"
#include "spiking_conv/spiking_conv_spec.hpp"

namespace nacre::golden::test {

/// Rows or columns with the number of outputs that the contract says; below 1: no such layer.
inline ConvAxis axis(bool transposed, std::int64_t inputs, int kernel, int stride = 1,
                     int padding_before = 0, int padding_after = 0, int dilation = 1,
                     int output_padding = 0) {
  ConvAxis result{.inputs = inputs,
                  .outputs = 0,
                  .kernel = kernel,
                  .stride = stride,
                  .dilation = dilation,
                  .padding_before = padding_before,
                  .padding_after = padding_after,
                  .output_padding = output_padding};
  const std::int64_t span = dilation * (kernel - 1);
  if (transposed) {
    result.outputs =
        (inputs - 1) * stride - padding_before - padding_after + span + output_padding + 1;
  } else {
    const std::int64_t moves = inputs + padding_before + padding_after - span - 1;
    result.outputs = moves < 0 ? 0 : moves / stride + 1;
  }
  return result;
}

/// A layer on one stage; 16-bit membranes, threshold 100, all weights 0.
inline SpikingConvSpec conv_spec(bool transposed, const ConvAxis& rows, const ConvAxis& columns,
                                 std::int64_t in_channels, std::int64_t channels,
                                 std::int64_t groups = 1) {
  SpikingConvSpec spec;
  spec.transposed = transposed;
  spec.rows = rows;
  spec.columns = columns;
  spec.in_channels = in_channels;
  spec.channels = spec.layer_channels = channels;
  spec.groups = groups;
  spec.weights.assign(
      static_cast<std::size_t>(channels * (in_channels / groups) * rows.kernel * columns.kernel),
      0);
  spec.neuron.threshold = 100;
  return spec;
}

inline std::int64_t num_inputs(const SpikingConvSpec& spec) {
  return spec.rows.inputs * spec.columns.inputs * spec.in_channels;
}
inline std::int64_t num_neurons(const SpikingConvSpec& spec) {
  return spec.rows.outputs * spec.columns.outputs * spec.channels;
}
inline std::int64_t input_address(const SpikingConvSpec& spec, std::int64_t y, std::int64_t x,
                                  std::int64_t c) {
  return (y * spec.columns.inputs + x) * spec.in_channels + c;
}

/// Channels first ... first + count - 1 of a whole layer.
inline SpikingConvSpec part_of(const SpikingConvSpec& whole, std::int64_t first,
                               std::int64_t count) {
  SpikingConvSpec part = whole;
  part.channels = count;
  part.first_channel = first;
  const std::ptrdiff_t size = std::ssize(whole.weights) / whole.channels;
  part.weights.assign(whole.weights.begin() + first * size,
                      whole.weights.begin() + (first + count) * size);
  if (!whole.bias.empty()) {
    part.bias.assign(whole.bias.begin() + first, whole.bias.begin() + first + count);
  }
  return part;
}

/// The input that tap k of the kernel brings to `output`, -1 when it is none: the gather form of
/// the convolution, as textbooks and PyTorch have it.
inline std::int64_t gathered_input(const ConvAxis& axis, bool transposed, std::int64_t output,
                                   std::int64_t k) {
  std::int64_t input = output * axis.stride - axis.padding_before + k * axis.dilation;
  if (transposed) {
    const std::int64_t scaled = output + axis.padding_before - k * axis.dilation;
    if (scaled % axis.stride != 0) return -1;
    input = scaled / axis.stride;
  }
  return input < axis.inputs ? std::max<std::int64_t>(input, -1) : -1;
}

/// Calls with each (neuron, input address, weight) of the layer, neurons ascending.
template <class Do>
void for_synapses(const SpikingConvSpec& spec, const Do& call) {
  const std::int64_t group_outputs = spec.layer_channels / spec.groups;
  const std::int64_t group_inputs = spec.in_channels / spec.groups;
  for (std::int64_t neuron = 0; neuron < num_neurons(spec); ++neuron) {
    const std::int64_t m = neuron % spec.channels;
    const std::int64_t oy = neuron / spec.channels / spec.columns.outputs;
    const std::int64_t ox = neuron / spec.channels % spec.columns.outputs;
    for (std::int64_t ky = 0; ky < spec.rows.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < spec.columns.kernel; ++kx) {
        const std::int64_t y = gathered_input(spec.rows, spec.transposed, oy, ky);
        const std::int64_t x = gathered_input(spec.columns, spec.transposed, ox, kx);
        if (y < 0 || x < 0) continue;
        for (std::int64_t c = 0; c < group_inputs; ++c) {
          const std::int64_t group = (spec.first_channel + m) / group_outputs;
          call(neuron, input_address(spec, y, x, group * group_inputs + c),
               spec.weight(m, c, ky, kx));
        }
      }
    }
  }
}

/// The contract without rows, marks and stamps: every neuron at the end of every time step,
/// synapses by the gather form.
class EagerLayer {
 public:
  explicit EagerLayer(const SpikingConvSpec& spec)
      : spec_(spec),
        neurons_(static_cast<std::size_t>(num_neurons(spec))),
        fields_(static_cast<std::size_t>(num_inputs(spec))) {
    for_synapses(spec, [&](std::int64_t neuron, std::int64_t input, std::int64_t weight) {
      fields_[static_cast<std::size_t>(input)].emplace_back(neuron, weight);
    });
  }

  void push(const Word& word, std::vector<Word>& out) {
    if (fresh_ && !spec_.keep_state) neurons_.assign(neurons_.size(), NeuronState{});
    fresh_ = word.kind == WordKind::EndOfSample;
    if (word.kind == WordKind::Event) {
      for (const auto& [neuron, weight] : fields_[static_cast<std::size_t>(word.address)]) {
        NeuronState& state = neurons_[static_cast<std::size_t>(neuron)];
        append_spikes(neuron, apply_event(spec_.neuron, state, weight, word.negative), out);
      }
      return;
    }
    for (std::size_t n = 0; word.kind == WordKind::EndOfStep && n < neurons_.size(); ++n) {
      const std::int64_t bias =
          spec_.bias.empty() ? 0 : spec_.bias[n % static_cast<std::size_t>(spec_.channels)];
      append_spikes(static_cast<std::int64_t>(n),
                    apply_end_of_step(spec_.neuron, neurons_[n], bias), out);
    }
    out.push_back(Word{.kind = word.kind});
  }

  const std::vector<NeuronState>& neurons() const { return neurons_; }
  /// (neuron, weight) of the neurons that an event reaches, ascending.
  const std::vector<std::pair<std::int64_t, std::int64_t>>& field(std::int64_t address) const {
    return fields_[static_cast<std::size_t>(address)];
  }

 private:
  SpikingConvSpec spec_;
  std::vector<NeuronState> neurons_;
  std::vector<std::vector<std::pair<std::int64_t, std::int64_t>>> fields_;
  bool fresh_ = true;
};

/// A small layer of any geometry, any neuron.
inline SpikingConvSpec random_conv(Random& random) {
  SpikingConvSpec spec;
  for (;;) {
    const bool transposed = coin(random);
    const auto draw_axis = [&] {
      const auto number = [&](std::int64_t low, std::int64_t high) {
        return static_cast<int>(uniform(random, low, high));
      };
      const int stride = number(1, 3);
      const int dilation = coin(random) ? 1 : number(1, 3);
      const int output_padding =
          transposed && coin(random) ? number(0, std::max(stride, dilation) - 1) : 0;
      return axis(transposed, uniform(random, 1, 7), number(1, 4), stride, number(0, 3),
                  number(0, 3), dilation, output_padding);
    };
    const ConvAxis rows = draw_axis();
    const ConvAxis columns = draw_axis();
    if (rows.outputs < 1 || columns.outputs < 1) continue;
    const std::int64_t groups = coin(random) ? 1 : uniform(random, 1, 4);
    const std::int64_t layer_channels = groups * uniform(random, 1, coin(random) ? 3 : 9);
    spec = conv_spec(transposed, rows, columns, groups * uniform(random, 1, 3), layer_channels,
                     groups);
    break;
  }
  const int weight_bits = static_cast<int>(uniform(random, 1, 16));
  const std::int64_t weight_limit = std::int64_t{1} << (weight_bits - 1);
  const bool is_unsigned = uniform(random, 0, 3) == 0;
  for (std::int32_t& weight : spec.weights) {
    weight =
        static_cast<std::int32_t>(is_unsigned ? uniform(random, 0, 2 * weight_limit - 1)
                                              : uniform(random, -weight_limit, weight_limit - 1));
  }
  spec.neuron = random_neuron(random, weight_limit, static_cast<int>(uniform(random, 2, 32)));
  spec.lanes = 1 << uniform(random, 0, 4);
  if (coin(random)) spec.scan = ConvScan::All;
  if (spec.scan == ConvScan::All && coin(random)) {
    for (std::int64_t m = 0; m < spec.channels; ++m) {
      spec.bias.push_back(uniform(random, -weight_limit, weight_limit - 1));
    }
    spec.bias_bits = 32;
  }
  spec.keep_state = uniform(random, 0, 3) == 0;
  if (uniform(random, 0, 3) == 0) {
    const std::int64_t first = uniform(random, 0, spec.channels - 1);
    spec = part_of(spec, first, uniform(random, 1, spec.channels - first));
  }
  return spec;
}

}  // namespace nacre::golden::test
