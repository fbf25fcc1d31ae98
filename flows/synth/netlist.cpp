#include "synth/netlist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace nacre::flows {
namespace {

using Json = nlohmann::json;

constexpr const char* kClockGate = "nacre_clock_gate";

/// Nodes 0 and 1 are the constants; the others become nets.
constexpr int kNumConstants = 2;

/// What a malformed text throws; never leaves this file.
struct Malformed {
  std::string what;
};

/// Bits of wire while the hierarchy is walked: what a port joins is one node in the end.
class Nodes {
 public:
  Nodes() : parents_{0, 1} {}

  int make() {
    parents_.push_back(static_cast<int>(parents_.size()));
    return parents_.back();
  }

  int find(int node) {
    while (parents_[at(node)] != node) {
      parents_[at(node)] = parents_[at(parents_[at(node)])];
      node = parents_[at(node)];
    }
    return node;
  }

  /// The smaller index stays, so that constants win.
  void join(int a, int b) {
    a = find(a);
    b = find(b);
    if (a < kNumConstants && b < kNumConstants && a != b) {
      throw Malformed{"a wire is both 0 and 1"};
    }
    parents_[at(std::max(a, b))] = std::min(a, b);
  }

  int size() const { return static_cast<int>(parents_.size()); }

 private:
  static std::size_t at(int node) { return static_cast<std::size_t>(node); }
  std::vector<int> parents_;
};

/// A name that a net could have, and where it is from.
struct Candidate {
  std::string name;
  int block = 0;
};

bool is_generated(std::string_view name) {
  if (name.empty() || name.front() == '$') return true;
  // `rename -enumerate -pattern _%_` and write_verilog: _123_
  return name.size() > 2 && name.front() == '_' && name.back() == '_' &&
         std::all_of(name.begin() + 1, name.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

std::string join_path(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

/// The smaller, the better: a register's own name (`_q`, the rule of the RTL) before aliases of
/// it, few instances before many, short before long.
auto badness(const Candidate& candidate, bool is_elsewhere) {
  const std::string_view whole = candidate.name;
  const std::string_view base = whole.substr(0, whole.find_last_of('['));
  return std::tuple(is_elsewhere, !base.ends_with("_q"),
                    std::count(whole.begin(), whole.end(), '.'), whole.size(), whole);
}

/// One instance of the hierarchy.
struct Place {
  std::string path;        ///< of the instance, with dots
  std::string block_path;  ///< what of `path` is not in the names of cells
  int block = 0;
  bool in_clock_gate = false;
};

class Reader {
 public:
  Reader(const Json& modules, const std::vector<std::string>& library_cells)
      : modules_(modules), library_cells_(library_cells.begin(), library_cells.end()) {}

  GateNetlist read(const std::string& top) {
    result_.top = top;
    const Json& module = module_of(top);
    find_blocks(module);
    std::unordered_map<int, int> bits;
    std::map<std::string, std::vector<int>> ports;
    for (const auto& [port, description] : module.at("ports").items()) {
      for (const Json& bit : description.at("bits")) ports[port].push_back(node_of(bits, bit));
    }
    walk(module, {}, bits);
    finish(module, ports);
    return std::move(result_);
  }

 private:
  const Json& module_of(const std::string& name) const {
    const auto module = modules_.find(name);
    if (module == modules_.end()) throw Malformed{fmt::format("there is no module '{}'", name)};
    return *module;
  }

  bool is_inner(const std::string& type) const {
    const auto module = modules_.find(type);
    return module != modules_.end() && !library_cells_.contains(type) &&
           !module->at("attributes").contains("blackbox");
  }

  /// The instances of the top; without any, what the names of a flat netlist begin with.
  void find_blocks(const Json& top) {
    std::set<std::string> names;
    for (const auto& [name, cell] : top.at("cells").items()) {
      const std::string type = cell.at("type");
      if (is_inner(type) && type != kClockGate) names.insert(name);
    }
    if (names.empty()) {
      for (const auto& [name, net] : top.at("netnames").items()) {
        const auto dot = name.find('.');
        if (dot != std::string::npos && name.starts_with("u_")) names.insert(name.substr(0, dot));
      }
      is_flat_ = true;
    }
    result_.blocks = {""};
    result_.blocks.insert(result_.blocks.end(), names.begin(), names.end());
    result_.block_ports.resize(result_.blocks.size());
  }

  int block_named(const std::string& name) const {
    const auto found = std::find(result_.blocks.begin() + 1, result_.blocks.end(), name);
    return found == result_.blocks.end() ? 0 : static_cast<int>(found - result_.blocks.begin());
  }

  /// The node of a bit of a module; -1: high impedance, that is open.
  int node_of(std::unordered_map<int, int>& bits, const Json& bit) {
    if (bit.is_string()) {
      const std::string& constant = bit.get_ref<const std::string&>();
      if (constant == "0" || constant == "x") return 0;
      return constant == "1" ? 1 : -1;
    }
    const auto [entry, is_new] = bits.try_emplace(bit.get<int>(), -1);
    if (is_new) entry->second = nodes_.make();
    return entry->second;
  }

  void walk(const Json& module, const Place& place, std::unordered_map<int, int>& bits) {
    for (const auto& [name, net] : module.at("netnames").items()) {
      add_names(name, net, place, bits);
    }
    for (const auto& [name, cell] : module.at("cells").items()) {
      const std::string type = cell.at("type");
      if (is_inner(type)) {
        walk_instance(name, type, cell, place, bits);
      } else {
        add_leaf(name, type, cell, place, bits);
      }
    }
  }

  void add_names(const std::string& name, const Json& net, const Place& place,
                 std::unordered_map<int, int>& bits) {
    const Json& wires = net.at("bits");
    const int offset = net.value("offset", 0);
    for (std::size_t i = 0; i < wires.size(); ++i) {
      const int node = node_of(bits, wires[i]);
      if (node < kNumConstants) continue;
      std::string full = join_path(place.path, name);
      if (wires.size() > 1) full += fmt::format("[{}]", static_cast<int>(i) + offset);
      const int block = is_flat_ ? block_named(name.substr(0, name.find('.'))) : place.block;
      auto& list = is_generated(name) ? generated_names_ : public_names_;
      list.emplace_back(node, Candidate{.name = std::move(full), .block = block});
    }
  }

  void walk_instance(const std::string& name, const std::string& type, const Json& cell,
                     const Place& place, std::unordered_map<int, int>& outer) {
    if (++depth_ > 100) throw Malformed{"modules contain each other"};
    const Json& module = module_of(type);
    const bool is_gate = type == kClockGate;
    Place inner{.path = join_path(place.path, name),
                .block_path = place.block_path,
                .block = place.block,
                .in_clock_gate = place.in_clock_gate || is_gate};
    const bool is_block = place.path.empty() && !is_gate;
    if (is_block) {
      inner.block = block_named(name);
      inner.block_path = name;
    }
    std::unordered_map<int, int> bits;
    const Json& connections = cell.at("connections");
    for (const auto& [port, description] : module.at("ports").items()) {
      const Json& inside = description.at("bits");
      std::vector<int> nodes;
      const auto outside = connections.find(port);
      for (std::size_t i = 0; i < inside.size(); ++i) {
        const int within = node_of(bits, inside[i]);
        int without = -1;
        if (outside != connections.end() && !outside->empty()) {  // else it is open
          if (outside->size() != inside.size()) {
            throw Malformed{fmt::format("port '{}' of '{}' has another width", port, inner.path)};
          }
          without = node_of(outer, (*outside)[i]);
        }
        if (within >= 0 && without >= 0) nodes_.join(within, without);
        nodes.push_back(within);
      }
      if (is_block) block_nodes_.emplace_back(inner.block, port, nodes);
    }
    if (is_gate) add_clock_gate(inner, module, bits);
    walk(module, inner, bits);
    --depth_;
  }

  void add_clock_gate(const Place& place, const Json& module, std::unordered_map<int, int>& bits) {
    const auto first = [&](const Json& of, const char* name) {
      const auto found = of.find(name);
      if (found == of.end() || found->at("bits").empty()) return -1;
      return node_of(bits, found->at("bits").front());
    };
    const Json& ports = module.at("ports");
    // An integrated clock gate hides its latch; while the clock is low it holds the enable.
    int enable = first(module.at("netnames"), "enable_q");
    if (enable < 0) enable = first(ports, "enable_i");
    gate_nodes_.push_back({.name = place.path,
                           .block = place.block,
                           .source_net = first(ports, "clk_i"),
                           .enable_net = enable,
                           .clock_net = first(ports, "clk_o")});
  }

  void add_leaf(const std::string& name, const std::string& type, const Json& cell,
                const Place& place, std::unordered_map<int, int>& bits) {
    const std::string path = join_path(place.path, name);
    const std::size_t skip = place.block_path.empty() ? 0 : place.block_path.size() + 1;
    GateCell leaf{.name = path.substr(skip),
                  .type = type,
                  .block = place.block,
                  .is_macro = !library_cells_.contains(type),
                  .in_clock_gate = place.in_clock_gate,
                  .inputs = {},
                  .outputs = {}};
    const auto directions = cell.find("port_directions");
    if (directions == cell.end()) {
      throw Malformed{fmt::format("the ports of '{}' ({}) have no directions", path, type)};
    }
    for (const auto& [port, wires] : cell.at("connections").items()) {
      const bool is_output = directions->at(port) == "output";
      for (std::size_t i = 0; i < wires.size(); ++i) {
        const int node = node_of(bits, wires[i]);
        GatePin pin{.pin = wires.size() > 1 ? fmt::format("{}[{}]", port, i) : port,
                    .net = node,  // the node, until nodes have become nets
                    .constant = -1};
        (is_output ? leaf.outputs : leaf.inputs).push_back(std::move(pin));
      }
    }
    result_.cells.push_back(std::move(leaf));
  }

  /// The net of a node, made at its first use; -1 for constants and open ends.
  int net_of(int node) {
    if (node < 0) return -1;
    node = nodes_.find(node);
    if (node < kNumConstants) return -1;
    int& net = nets_of_nodes_.at(static_cast<std::size_t>(node));
    if (net < 0) {
      net = static_cast<int>(result_.nets.size());
      result_.nets.emplace_back();
    }
    return net;
  }

  int constant_of(int node) {
    if (node < 0) return -1;
    node = nodes_.find(node);
    return node < kNumConstants ? node : -1;
  }

  GateNet& net(int index) { return result_.nets[static_cast<std::size_t>(index)]; }

  void finish(const Json& top, const std::map<std::string, std::vector<int>>& ports) {
    nets_of_nodes_.assign(static_cast<std::size_t>(nodes_.size()), -1);
    connect_ports(top, ports);
    connect_cells();
    for (const auto& [block, port, nodes] : block_nodes_) {
      auto& bits = result_.block_ports[static_cast<std::size_t>(block)][port];
      for (const int node : nodes) bits.push_back(net_of(node));
    }
    for (GateClockGate& gate : gate_nodes_) {
      gate.source_net = net_of(gate.source_net);
      gate.enable_net = net_of(gate.enable_net);
      gate.clock_net = net_of(gate.clock_net);
    }
    result_.clock_gates = std::move(gate_nodes_);
    name_nets();
    if (is_flat_) place_flat_cells();
  }

  void connect_ports(const Json& top, const std::map<std::string, std::vector<int>>& ports) {
    for (const auto& [port, nodes] : ports) {
      const bool is_input = top.at("ports").at(port).at("direction") == "input";
      for (const int node : nodes) {
        const int bit = net_of(node);
        if (is_input) {
          result_.inputs[port].push_back(bit);
          if (bit >= 0) net(bit).is_input = true;
        } else {
          result_.outputs[port].push_back(bit);
          result_.output_constants[port].push_back(constant_of(node));
          if (bit >= 0) net(bit).is_output = true;
        }
      }
    }
  }

  void connect_cells() {
    for (std::size_t c = 0; c < result_.cells.size(); ++c) {
      GateCell& cell = result_.cells[c];
      for (std::size_t p = 0; p < cell.inputs.size(); ++p) {
        GatePin& pin = cell.inputs[p];
        pin.constant = constant_of(pin.net);
        pin.net = net_of(pin.net);
        if (pin.net >= 0) {
          net(pin.net).sinks.push_back({.cell = static_cast<int>(c), .pin = static_cast<int>(p)});
        }
      }
      for (GatePin& pin : cell.outputs) {
        if (constant_of(pin.net) >= 0) {
          throw Malformed{fmt::format("output '{}' of '{}' is tied", pin.pin, cell.name)};
        }
        pin.net = net_of(pin.net);
        if (pin.net < 0) continue;
        if (net(pin.net).driver >= 0 || net(pin.net).is_input) {
          throw Malformed{
              fmt::format("the net at output '{}' of '{}' has two drivers", pin.pin, cell.name)};
        }
        net(pin.net).driver = static_cast<int>(c);
        net(pin.net).block = cell.block;
      }
    }
  }

  void name_nets() {
    std::vector<Candidate> best(result_.nets.size());
    const auto offer = [&](int node, Candidate& candidate) {
      const int index = nets_of_nodes_.at(static_cast<std::size_t>(nodes_.find(node)));
      if (index < 0) return;
      Candidate& known = best[static_cast<std::size_t>(index)];
      // In a flat netlist the name tells the block, so one that names a block is better.
      const auto is_elsewhere = [&](const Candidate& each) {
        return is_flat_ ? each.block == 0 : each.block != net(index).block;
      };
      if (known.name.empty() ||
          badness(candidate, is_elsewhere(candidate)) < badness(known, is_elsewhere(known))) {
        known = std::move(candidate);
      }
    };
    for (auto& [node, candidate] : public_names_) offer(node, candidate);
    const std::vector<Candidate> with_public = best;
    for (auto& [node, candidate] : generated_names_) {
      const int index = nets_of_nodes_.at(static_cast<std::size_t>(nodes_.find(node)));
      if (index >= 0 && with_public[static_cast<std::size_t>(index)].name.empty()) {
        offer(node, candidate);
      }
    }
    for (std::size_t i = 0; i < best.size(); ++i) {
      result_.nets[i].name = std::move(best[i].name);
      if (is_flat_ && !result_.nets[i].is_input) result_.nets[i].block = best[i].block;
    }
  }

  void place_flat_cells() {
    for (GateCell& cell : result_.cells) {
      if (!cell.outputs.empty() && cell.outputs.front().net >= 0 && !cell.is_macro) {
        cell.block = net(cell.outputs.front().net).block;
      }
    }
    for (GateClockGate& gate : result_.clock_gates) {
      gate.block = block_named(gate.name.substr(0, gate.name.find('.')));
    }
    for (GateCell& cell : result_.cells) {
      if (cell.in_clock_gate) cell.block = block_named(cell.name.substr(0, cell.name.find('.')));
    }
  }

  const Json& modules_;
  std::set<std::string, std::less<>> library_cells_;
  GateNetlist result_;
  Nodes nodes_;
  bool is_flat_ = false;
  int depth_ = 0;
  std::vector<std::pair<int, Candidate>> public_names_;     // with the node
  std::vector<std::pair<int, Candidate>> generated_names_;  // "_123_", "$abc$..."
  std::vector<std::tuple<int, std::string, std::vector<int>>> block_nodes_;
  std::vector<GateClockGate> gate_nodes_;  // with nodes for nets
  std::vector<int> nets_of_nodes_;
};

}  // namespace

std::optional<GateNetlist> read_netlist_json(const std::string& text, const std::string& top,
                                             const std::vector<std::string>& library_cells,
                                             Diagnostics& diagnostics) {
  std::string problem;
  try {
    const Json json = Json::parse(text);
    return Reader(json.at("modules"), library_cells).read(top);
  } catch (const Malformed& error) {
    problem = error.what;
  } catch (const Json::exception& error) {
    problem = error.what();
  }
  diagnostics.error("N0703", {}, fmt::format("the netlist of Yosys cannot be read: {}", problem));
  return std::nullopt;
}

}  // namespace nacre::flows
