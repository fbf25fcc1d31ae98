// The structural netlist: building and verifying.

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "design/names.hpp"
#include "nacre/design.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre {
namespace {

/// Collects the violations of one module.
class Verifier {
 public:
  explicit Verifier(const Module& module) : module_(module) {
    for (const Net& net : module.nets) {
      const auto bits = static_cast<std::size_t>(std::max(net.width, 0));
      drivers_.emplace_back(bits, 0);
      read_.push_back(false);
      is_port_.push_back(false);
    }
    for (const Port& port : module.ports) {
      if (has_net(port.net)) is_port_[index(port.net)] = true;
    }
  }

  std::vector<std::string> run() {
    check_names();
    check_constants();
    check_nets();
    for (const Port& port : module_.ports) {
      if (!has_net(port.net)) {
        report("a port has no net");
      } else if (port.direction == Direction::Input) {
        drive(port.net.index, 0, net(port.net).width);
      } else {
        read_[index(port.net)] = true;
      }
    }
    for (const Instance& instance : module_.instances) check_instance(instance);
    check_drivers();
    check_uses();
    return std::move(found_);
  }

 private:
  static std::size_t index(NetId id) { return static_cast<std::size_t>(id.index); }
  const Net& net(NetId id) const { return module_.nets[index(id)]; }
  bool has_net(NetId id) const { return id.index >= 0 && index(id) < module_.nets.size(); }
  bool has_constant(ConstantId id) const {
    return id.index >= 0 && static_cast<std::size_t>(id.index) < module_.constants.size();
  }
  const NamedConstant& constant(ConstantId id) const {
    return module_.constants[static_cast<std::size_t>(id.index)];
  }

  template <class... Args>
  void report(fmt::format_string<Args...> format, Args&&... args) {
    found_.push_back(module_.name + ": " + fmt::format(format, std::forward<Args>(args)...));
  }

  void check_name(const std::string& name, std::set<std::string>& scope) {
    if (!is_legal_name(name)) report("'{}' is not a legal name", name);
    if (!scope.insert(name).second) report("the name '{}' is used twice", name);
  }

  void check_names() {
    std::set<std::string> scope;
    check_name(module_.name, scope);
    for (const NamedConstant& each : module_.constants) check_name(each.name, scope);
    for (const Net& each : module_.nets) check_name(each.name, scope);
    for (const Instance& each : module_.instances) {
      check_name(each.name, scope);
      if (!is_legal_name(each.module)) report("'{}' is not a legal name", each.module);
    }
  }

  void check_constants() {
    for (const NamedConstant& each : module_.constants) {
      if (const auto* number = std::get_if<std::int64_t>(&each.value)) {
        if (*number < INT32_MIN || *number > INT32_MAX) {
          report("constant '{}' is {}, beyond 32 bits", each.name, *number);
        }
        continue;
      }
      const Bits& bits = std::get<Bits>(each.value);
      if (bits.width < 1) report("constant '{}' has width {}", each.name, bits.width);
      if (static_cast<int>(bits.words.size()) != (bits.width + 31) / 32) {
        report("constant '{}' has {} words for {} bits", each.name, bits.words.size(), bits.width);
      }
    }
  }

  /// The constant that names a width has that value.
  void check_width_name(std::string_view what, int width, ConstantId name) {
    if (name.index < 0) return;
    if (!has_constant(name)) {
      report("{} names a constant that does not exist", what);
      return;
    }
    const auto* value = std::get_if<std::int64_t>(&constant(name).value);
    if (value == nullptr || *value != width) {
      report("{} has width {}, but its constant '{}' has not", what, width, constant(name).name);
    }
  }

  void check_nets() {
    for (const Net& each : module_.nets) {
      if (each.width < 1) report("net '{}' has width {}", each.name, each.width);
      check_width_name(fmt::format("net '{}'", each.name), each.width, each.width_name);
    }
  }

  void check_instance(const Instance& instance) {
    std::set<std::string> seen;
    for (const Parameter& parameter : instance.parameters) {
      if (!seen.insert(parameter.name).second) {
        report("{}: parameter '{}' is set twice", instance.name, parameter.name);
      }
      if (!has_constant(parameter.value)) {
        report("{}: parameter '{}' has no value", instance.name, parameter.name);
        continue;
      }
      const auto* value = std::get_if<std::int64_t>(&constant(parameter.value).value);
      if (value != nullptr && (*value < parameter.min || *value > parameter.max)) {
        report("{}: parameter '{}' is {}, the leaf takes {} ... {}", instance.name, parameter.name,
               *value, parameter.min, parameter.max);
      }
    }
    seen.clear();
    for (const Pin& pin : instance.pins) {
      if (!seen.insert(pin.port).second) {
        report("{}: port '{}' is connected twice", instance.name, pin.port);
      }
      check_pin(instance, pin);
    }
  }

  void check_pin(const Instance& instance, const Pin& pin) {
    if (pin.width < 1) report("{}.{} has width {}", instance.name, pin.port, pin.width);
    if (const int width = width_of(pin.value); width != pin.width) {
      report("{}.{} is {} bits wide, its connection {}", instance.name, pin.port, pin.width, width);
    }
    for (const Part& part : pin.value) {
      if (std::holds_alternative<Zeros>(part)) {
        if (pin.direction == Direction::Output) {
          report("{}.{} is an output and drives a constant", instance.name, pin.port);
        }
        continue;
      }
      const Slice& slice = std::get<Slice>(part);
      if (!has_net(slice.net)) {
        report("{}.{} is connected to no net", instance.name, pin.port);
        continue;
      }
      const Net& target = net(slice.net);
      if (slice.lsb < 0 || slice.width < 1 || slice.lsb + slice.width > target.width) {
        report("{}.{} takes bits {} +: {} of '{}', which has {}", instance.name, pin.port,
               slice.lsb, slice.width, target.name, target.width);
        continue;
      }
      check_width_name(fmt::format("{}.{}", instance.name, pin.port), slice.width,
                       slice.width_name);
      if (pin.direction == Direction::Output) {
        drive(slice.net.index, slice.lsb, slice.width);
      } else {
        read_[index(slice.net)] = true;
      }
    }
  }

  void drive(int net_index, int lsb, int width) {
    auto& bits = drivers_[static_cast<std::size_t>(net_index)];
    for (int bit = lsb; bit < lsb + width; ++bit) ++bits[static_cast<std::size_t>(bit)];
  }

  void check_drivers() {
    for (std::size_t n = 0; n < module_.nets.size(); ++n) {
      const Net& each = module_.nets[n];
      const auto& bits = drivers_[n];
      const auto undriven = std::find(bits.begin(), bits.end(), 0);
      if (undriven != bits.end()) {
        report("bit {} of '{}' has no driver", undriven - bits.begin(), each.name);
      }
      const auto twice = std::find_if(bits.begin(), bits.end(), [](int c) { return c > 1; });
      if (twice != bits.end()) {
        report("bit {} of '{}' has {} drivers", twice - bits.begin(), each.name, *twice);
      }
      if (!read_[n] && each.name.find("unused") == std::string::npos) {
        report("net '{}' is never read", each.name);
      }
    }
  }

  /// A constant that nothing names would be a warning of every tool.
  void check_uses() {
    std::vector<bool> used(module_.constants.size(), false);
    const auto use = [&](ConstantId id) {
      if (has_constant(id)) used[static_cast<std::size_t>(id.index)] = true;
    };
    for (std::size_t n = 0; n < module_.nets.size(); ++n) {
      if (!is_port_[n]) use(module_.nets[n].width_name);
    }
    for (const Instance& instance : module_.instances) {
      for (const Parameter& parameter : instance.parameters) use(parameter.value);
      for (const Pin& pin : instance.pins) use_slices(pin, use);
    }
    for (std::size_t c = 0; c < used.size(); ++c) {
      if (!used[c]) report("constant '{}' is never used", module_.constants[c].name);
    }
  }

  template <class Use>
  void use_slices(const Pin& pin, const Use& use) const {
    for (const Part& part : pin.value) {
      const Slice* slice = std::get_if<Slice>(&part);
      // The whole net is printed without bounds.
      if (slice != nullptr && has_net(slice->net) && slice->width < net(slice->net).width) {
        use(slice->width_name);
      }
    }
  }

  const Module& module_;
  std::vector<bool> is_port_;              ///< per net
  std::vector<std::vector<int>> drivers_;  ///< per net and bit
  std::vector<bool> read_;                 ///< per net
  std::vector<std::string> found_;
};

}  // namespace

NetId add_net(Module& module, Net net) {
  module.nets.push_back(std::move(net));
  return NetId{static_cast<int>(module.nets.size()) - 1};
}

ConstantId add_constant(Module& module, NamedConstant constant) {
  module.constants.push_back(std::move(constant));
  return ConstantId{static_cast<int>(module.constants.size()) - 1};
}

Concat whole(const Module& module, NetId net) {
  const Net& each = module.nets[static_cast<std::size_t>(net.index)];
  return {Slice{.net = net, .lsb = 0, .width = each.width, .width_name = each.width_name}};
}

int width_of(const Concat& value) {
  int width = 0;
  for (const Part& part : value) {
    width += std::visit([](const auto& each) { return each.width; }, part);
  }
  return width;
}

std::vector<std::string> violations(const Module& module) { return Verifier(module).run(); }

void verify(const Module& module) {
  const std::vector<std::string> found = violations(module);
  NACRE_CHECK(found.empty(), fmt::format("{}", fmt::join(found, "\n")));
}

}  // namespace nacre
