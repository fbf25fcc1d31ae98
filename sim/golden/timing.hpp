#pragma once
// Unstalled cycles of a sample: a timestamped Kahn network. Each stage is a process (a coroutine)
// that says in which cycle it takes and sends each word; between two stages lies a two-entry FIFO,
// and behind it a fork and its FIFOs where a stream is taken several times (docs/streams.md). The
// words are known beforehand (from the golden models), so only times are computed here.

#include <coroutine>
#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include "nacre/diagnostics.hpp"
#include "nacre/stream.hpp"

namespace nacre::golden {

/// A stage's life during one sample. Runs until it awaits a time that is not known yet.
class TimingProcess {
 public:
  /// What a suspended process waits for.
  struct Condition {
    virtual bool holds() const = 0;

   protected:
    ~Condition() = default;
  };

  struct promise_type {
    const Condition* awaited = nullptr;
    TimingProcess get_return_object() {
      return TimingProcess(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::rethrow_exception(std::current_exception()); }
  };

  explicit TimingProcess(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  TimingProcess(TimingProcess&& other) noexcept : handle_(other.handle_) { other.handle_ = {}; }
  TimingProcess(const TimingProcess&) = delete;
  TimingProcess& operator=(const TimingProcess&) = delete;
  TimingProcess& operator=(TimingProcess&&) = delete;
  ~TimingProcess() {
    if (handle_) handle_.destroy();
  }

  bool done() const { return handle_.done(); }
  /// Goes on if what it waits for has come; returns whether it did.
  bool try_resume();

 private:
  std::coroutine_handle<promise_type> handle_;
};

/// An awaitable: suspends until `Self::holds()`, then gives `Self::value()`.
template <class Self>
struct Awaitable : TimingProcess::Condition {
  bool await_ready() const { return self().holds(); }
  void await_suspend(std::coroutine_handle<TimingProcess::promise_type> handle) const {
    handle.promise().awaited = this;
  }
  auto await_resume() const { return self().value(); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

/// The word at the head of a FIFO.
struct Head {
  Word word;
  /// Words the stage that takes it sends because of it at once; of a stage of several inputs it
  /// depends on the order in which the golden network brought them.
  std::int64_t sent = 0;
  std::int64_t work = 0;                      ///< that stage's StageModel::work()
  std::span<const std::int64_t> work_list{};  ///< its StageModel::work_list()
  std::int64_t valid = 0;                     ///< first cycle in which it can be taken
};

/// A FIFO and the words that pass it in the sample. Cycles count from 0.
class Channel {
 public:
  /// What a stage's own FIFO holds, and each one of a fork.
  static constexpr std::int64_t kStreamEntries = 2;

  /// The last three tell what each word makes the taking stage do; empty: 0, or nothing.
  explicit Channel(std::span<const Word> words, std::span<const std::int64_t> sent = {},
                   std::span<const std::int64_t> work = {},
                   std::span<const std::vector<std::int64_t>> work_lists = {})
      : words_(words), sent_(sent), work_(work), work_lists_(work_lists) {}

  /// Another FIFO than a stage's own: it holds `entries` words, and one pushed in cycle c can be
  /// taken from c + `latency` on. To be set before any word passes.
  void set_entries(std::int64_t entries, std::int64_t latency) {
    entries_ = static_cast<std::size_t>(entries);
    latency_ = latency;
  }

  struct AwaitHead : Awaitable<AwaitHead> {
    explicit AwaitHead(const Channel& c) : channel(c) {}
    const Channel& channel;
    bool holds() const override { return channel.pushes_.size() > channel.pops_.size(); }
    Head value() const;
  };
  struct AwaitRoom : Awaitable<AwaitRoom> {
    explicit AwaitRoom(const Channel& c) : channel(c) {}
    const Channel& channel;
    bool holds() const override {
      return channel.pushes_.size() < channel.pops_.size() + channel.entries_;
    }
    std::int64_t value() const;
  };

  /// `co_await channel.head()`: the next word to take.
  AwaitHead head() const { return AwaitHead(*this); }
  /// Takes the head in `cycle`, not before its `valid`.
  void pop(std::int64_t cycle);
  bool all_popped() const { return pops_.size() == words_.size(); }

  /// `co_await channel.room()`: the first cycle in which the next word can be pushed.
  AwaitRoom room() const { return AwaitRoom(*this); }
  /// Pushes the next word in `cycle`, not before `room`.
  void push(std::int64_t cycle);
  bool all_pushed() const { return pushes_.size() == words_.size(); }
  /// The word that the next push sends.
  const Word& next_word() const;

  const std::vector<std::int64_t>& pushes() const { return pushes_; }
  const std::vector<std::int64_t>& pops() const { return pops_; }

 private:
  std::span<const Word> words_;
  std::span<const std::int64_t> sent_;
  std::span<const std::int64_t> work_;
  std::span<const std::vector<std::int64_t>> work_lists_;
  std::size_t entries_ = kStreamEntries;
  std::int64_t latency_ = 1;
  std::vector<std::int64_t> pushes_;
  std::vector<std::int64_t> pops_;
};

/// Verdict tokens: cycles in which `verdict_valid_o` was 1, one for each `end_of_step` consumed.
class Verdicts {
 public:
  struct AwaitNext : Awaitable<AwaitNext> {
    explicit AwaitNext(Verdicts& v) : verdicts(v) {}
    Verdicts& verdicts;
    bool holds() const override { return verdicts.cycles_.size() > verdicts.taken_; }
    std::int64_t value() const { return verdicts.cycles_[verdicts.taken_++]; }
  };
  /// `co_await verdicts.next()`: the cycle of the next token.
  AwaitNext next() { return AwaitNext(*this); }
  void send(std::int64_t cycle) { cycles_.push_back(cycle); }

 private:
  std::vector<std::int64_t> cycles_;
  std::size_t taken_ = 0;
};

/// What a stage's process is connected to.
struct StageChannels {
  Channel* in = nullptr;        ///< ins[0]
  std::vector<Channel*> ins{};  ///< of each input; behind the stage's own buffer, where it has one
  Channel* out = nullptr;
  Verdicts* verdict_in = nullptr;   ///< an encoder with `stop_on`; else null
  Verdicts* verdict_out = nullptr;  ///< the stage that another stops on; else null
};

/// Runs all processes to their ends; our fault when they block each other.
void run_processes(std::span<TimingProcess> processes);

}  // namespace nacre::golden
