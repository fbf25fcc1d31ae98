#include "harness/dut.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace nacre::harness {
namespace {

/// What a model's shared object hands out; the same layout as in flows/verilator/wrapper.cpp. The
/// arrays live until the next call.
struct ActivityView {
  std::int64_t cycles = 0;
  std::int32_t num_nets = 0, num_levels = 0, num_blocks = 0;
  const std::uint64_t* toggles = nullptr;
  const std::uint64_t* levels = nullptr;
  const std::uint64_t* block_cycles = nullptr;
};

/// The functions that a model's shared object exports.
struct ModelFunctions {
  int (*abi)() = nullptr;
  void* (*create)(std::uint64_t seed) = nullptr;
  void (*destroy)(void* dut) = nullptr;
  void (*cycle)(void* dut, Pins* pins) = nullptr;
  int (*start_waves)(void* dut, const char* file) = nullptr;
  void (*stop_waves)(void* dut) = nullptr;
  const char* (*failure)(void* dut) = nullptr;
  int (*record_activity)(void* dut, int on) = nullptr;
  void (*take_activity)(void* dut, ActivityView* view) = nullptr;
};

class SharedModel final : public DutFactory, public std::enable_shared_from_this<SharedModel> {
 public:
  explicit SharedModel(const std::filesystem::path& file) {
    handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    load(functions.abi, "nacre_dut_abi");
    if (functions.abi() != kDutAbi) {
      throw std::runtime_error(fmt::format("{} speaks interface {}, must be {}", file.string(),
                                           functions.abi(), kDutAbi));
    }
    load(functions.create, "nacre_dut_create");
    load(functions.destroy, "nacre_dut_destroy");
    load(functions.cycle, "nacre_dut_cycle");
    load(functions.start_waves, "nacre_dut_start_waves");
    load(functions.stop_waves, "nacre_dut_stop_waves");
    load(functions.failure, "nacre_dut_failure");
    load(functions.record_activity, "nacre_dut_record_activity");
    load(functions.take_activity, "nacre_dut_take_activity");
  }
  // Stays loaded: the runtime inside may have registered destructors of threads that still live.
  ~SharedModel() override = default;
  std::unique_ptr<Dut> make(std::uint64_t seed) const override;

  ModelFunctions functions;

 private:
  template <class Function>
  void load(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    if (function == nullptr) throw std::runtime_error(dlerror());
  }
  void* handle_ = nullptr;
};

class SharedDut final : public Dut {
 public:
  SharedDut(std::shared_ptr<const SharedModel> model, std::uint64_t seed)
      : model_(std::move(model)), dut_(model_->functions.create(seed)) {}
  ~SharedDut() override { model_->functions.destroy(dut_); }
  SharedDut(const SharedDut&) = delete;
  SharedDut& operator=(const SharedDut&) = delete;
  void cycle(Pins& pins) override { model_->functions.cycle(dut_, &pins); }
  bool start_waves(const std::filesystem::path& file) override {
    return model_->functions.start_waves(dut_, file.c_str()) != 0;
  }
  void stop_waves() override { model_->functions.stop_waves(dut_); }
  std::string take_assertion_failure() override { return model_->functions.failure(dut_); }
  bool record_activity(bool on) override {
    return model_->functions.record_activity(dut_, on ? 1 : 0) != 0;
  }
  Activity take_activity() override {
    ActivityView view;
    model_->functions.take_activity(dut_, &view);
    const auto copy = [](const std::uint64_t* values, int count) {
      return std::vector<std::uint64_t>(values, values + Activity::kNumClasses * count);
    };
    return {.cycles = view.cycles,
            .num_nets = view.num_nets,
            .num_levels = view.num_levels,
            .num_blocks = view.num_blocks,
            .toggles = copy(view.toggles, view.num_nets),
            .levels = copy(view.levels, view.num_levels),
            .block_cycles = copy(view.block_cycles, view.num_blocks)};
  }

 private:
  std::shared_ptr<const SharedModel> model_;
  void* dut_;
};

std::unique_ptr<Dut> SharedModel::make(std::uint64_t seed) const {
  return std::make_unique<SharedDut>(shared_from_this(), seed);
}

/// Keeps the model alive as long as the factory or one of its instances.
class LoadedModel final : public DutFactory {
 public:
  explicit LoadedModel(const std::filesystem::path& file)
      : model_(std::make_shared<SharedModel>(file)) {}
  std::unique_ptr<Dut> make(std::uint64_t seed) const override { return model_->make(seed); }

 private:
  std::shared_ptr<SharedModel> model_;
};

void add_each(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& more) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

}  // namespace

void Activity::add(const Activity& other) {
  if (other.toggles.empty() && other.block_cycles.empty()) return;
  if (toggles.empty() && block_cycles.empty()) {
    *this = other;
    return;
  }
  if (num_nets != other.num_nets || num_levels != other.num_levels ||
      num_blocks != other.num_blocks) {
    throw std::logic_error("activities of different models cannot be added");
  }
  cycles += other.cycles;
  add_each(toggles, other.toggles);
  add_each(levels, other.levels);
  add_each(block_cycles, other.block_cycles);
}

std::unique_ptr<DutFactory> load_model(const std::filesystem::path& shared_object) {
  return std::make_unique<LoadedModel>(shared_object);
}

}  // namespace nacre::harness
