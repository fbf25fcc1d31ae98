#include "harness/dut.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace nacre::harness {
namespace {

/// The functions that a model's shared object exports.
struct ModelFunctions {
  int (*abi)() = nullptr;
  void* (*create)(std::uint64_t seed) = nullptr;
  void (*destroy)(void* dut) = nullptr;
  void (*cycle)(void* dut, Pins* pins) = nullptr;
  int (*start_waves)(void* dut, const char* file) = nullptr;
  void (*stop_waves)(void* dut) = nullptr;
  const char* (*failure)(void* dut) = nullptr;
};

class SharedModel final : public DutFactory, public std::enable_shared_from_this<SharedModel> {
 public:
  explicit SharedModel(const std::filesystem::path& file) {
    handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    load(functions.abi, "nacre_dut_abi");
    load(functions.create, "nacre_dut_create");
    load(functions.destroy, "nacre_dut_destroy");
    load(functions.cycle, "nacre_dut_cycle");
    load(functions.start_waves, "nacre_dut_start_waves");
    load(functions.stop_waves, "nacre_dut_stop_waves");
    load(functions.failure, "nacre_dut_failure");
    if (functions.abi() != kDutAbi) {
      throw std::runtime_error(fmt::format("{} speaks interface {}, must be {}", file.string(),
                                           functions.abi(), kDutAbi));
    }
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

}  // namespace

std::unique_ptr<DutFactory> load_model(const std::filesystem::path& shared_object) {
  return std::make_unique<LoadedModel>(shared_object);
}

}  // namespace nacre::harness
