#include "report/peers.hpp"

namespace nacre::flows {

const std::vector<Peer>& peers() {
  static const std::vector<Peer> all = {
      {"tinyODIN", "256 LIF neurons of 12 bits, 65,536 synapses of 4 bits", 15312, 6.55, 520, 0.032,
       "18656534 (2023)"},
      {"ODIN", "256 LIF or Izhikevich neurons, 65,536 synapses of 3 + 1 bits, SDSP learning", 46400,
       9.45, 521, 0.011, "17819318 (2019)"},
      {"ReckOn", "256 inputs, 256 recurrent LIF neurons of 16 bits, 16 outputs, e-prop", 313634,
       72.3, 257, 0.0034, "5e5c0bea (2022)"},
      {"QUANTISENC 256-16-10", "26 neurons of 8 bits, weights of 5 bits, decay and growth", 55260,
       8.41, std::nullopt, 0.47, "216a24c2 (2024)"},
      {"Spiker+ 40-128-10", "138 parallel neurons of 8 bits, weights of 6 bits", 37642, 3.44,
       std::nullopt, 3.0, "e61e5b06 (2024)"},
      {"SNE LIF datapath", "combinational part alone, weights of 4 bits, membrane of 8", 1075, 7.42,
       std::nullopt, 0.93, "92449df7 (2022)"},
      {"EvSNN lif_neuron_ac", "one LIF neuron of 16 bits, weights of 8 bits", 1610, 3.53,
       std::nullopt, 0.62, "73fd16c1 (2025)"},
  };
  return all;
}

}  // namespace nacre::flows
