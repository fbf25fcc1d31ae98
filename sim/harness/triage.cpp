#include "harness/triage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/worker.hpp"

namespace nacre::harness {
namespace {

constexpr std::size_t kEventsShown = 8;

/// The last events that a stage consumed up to and with time step `step` (-1: all).
std::vector<std::pair<std::int64_t, Word>> last_events(const std::vector<Word>& words,
                                                       std::int64_t step) {
  std::vector<std::pair<std::int64_t, Word>> events;
  std::int64_t now = 0;
  for (const Word& word : words) {
    if (word.kind == WordKind::EndOfStep) {
      if (step >= 0 && now >= step) break;
      ++now;
    } else if (word.kind != WordKind::EndOfSample) {
      events.emplace_back(now, word);
    }
  }
  if (events.size() > kEventsShown) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(kEventsShown));
  }
  return events;
}

/// The samples of the block before the failing one, then it.
struct Replay {
  std::int64_t begin;
  std::int64_t end;
};

Replay replay_of(const LockstepOptions& options, const Difference& difference) {
  const std::int64_t begin = block_start(options, difference.sample);
  const std::int64_t whole =
      std::min(options.first + options.samples, (begin / kBlockSamples + 1) * kBlockSamples);
  return {.begin = begin, .end = difference.end_of_block ? whole : difference.sample + 1};
}

Findings rerun(Worker& worker, const Replay& replay) {
  std::vector<SampleResult> results(static_cast<std::size_t>(replay.end - replay.begin));
  std::map<std::string, std::int64_t> counters;
  return worker.run_block(replay.begin, replay.end, results.data(), counters);
}

std::vector<std::string> repeat_command(const LockstepOptions& options, const Replay& replay,
                                        std::vector<std::string> base) {
  const auto add = [&base](const char* option, std::string value) {
    base.emplace_back(option);
    base.push_back(std::move(value));
  };
  add("--first", fmt::format("{}", replay.begin));
  add("--samples", fmt::format("{}", replay.end - replay.begin));
  add("--seed", fmt::format("{}", options.seed));
  if (options.stalls > 0) add("--stalls", fmt::format("{}", options.stalls));
  if (options.resets > 0) add("--resets", fmt::format("{}", options.resets));
  if (options.checkpoint == Checkpoint::Step) add("--checkpoint", "step");
  return base;
}

/// The stage to look at when no state differs: the one that sends the output.
std::size_t suspect(const Setup& setup, const Difference& difference) {
  const std::size_t s = stage_index(*setup.spec, difference.stage);
  return s < setup.spec->stages.size() ? s : setup.spec->stages.size() - 1;
}

/// Bits of a stream inside the chip (docs/streams.md).
int stream_width(const StreamShape& shape) {
  int address_width = 1;
  while ((std::int64_t{1} << address_width) < shape.addresses) ++address_width;
  return 3 + address_width + (shape.values ? shape.payload_bits : 0);
}

std::string number(std::int64_t value, bool word) {
  if (word) return fmt::format("0x{:016x}", static_cast<std::uint64_t>(value));
  if (value < 0) return fmt::format("{} (-0x{:x})", value, -value);
  return fmt::format("{} (0x{:x})", value, value);
}

}  // namespace

std::string describe(const Word& word) {
  switch (word.kind) {
    case WordKind::Event:
      return fmt::format("{}{}", word.negative ? '-' : '+', word.address);
    case WordKind::Value:
      return fmt::format("[{}]={}", word.address, word.payload);
    case WordKind::EndOfStep:
      return "end_of_step";
    case WordKind::EndOfSample:
      return "end_of_sample";
  }
  return {};
}

std::string describe(const Difference& difference) {
  std::string text;
  const auto add = [&text](std::string part) { text += (text.empty() ? "" : ", ") + part; };
  if (!difference.stage.empty()) add(fmt::format("stage '{}'", difference.stage));
  if (difference.sample >= 0) add(fmt::format("sample {}", difference.sample));
  if (difference.step >= 0) add(fmt::format("time step {}", difference.step));
  if (difference.element < 0) {
    add(difference.field);
  } else if (difference.element_name.empty()) {
    add(fmt::format("{} {}", difference.field, difference.element));
  } else {
    add(fmt::format("{} {}", difference.element_name, difference.element));
    add(difference.field);
  }
  const bool word = difference.field == "output word";
  if (difference.expected || difference.got) {
    const auto show = [&](const std::optional<std::int64_t>& value) {
      if (!value) return std::string("nothing");
      const std::string digits = number(*value, word);
      if (!word) return digits;
      return digits + " " + describe(unpack_word(static_cast<std::uint64_t>(*value)));
    };
    text += fmt::format(": expected {}, got {}", show(difference.expected), show(difference.got));
  }
  if (!difference.text.empty()) text += fmt::format(": {}", difference.text);
  return text;
}

Triage triage(const Setup& setup, const DutFactory& factory, const LockstepOptions& options,
              const LockstepResult& result, const std::vector<std::string>& base_command) {
  Triage found;
  found.difference = result.differences.front();
  if (found.difference.sample < 0) {
    found.note = "seen before the first sample";
    found.command =
        repeat_command(options, {.begin = options.first, .end = options.first + 1}, base_command);
    return found;
  }
  const Replay replay = replay_of(options, found.difference);
  found.command = repeat_command(options, replay, base_command);
  Expected expected;
  if (!found.difference.end_of_block) {
    Worker worker(setup, factory, options);
    worker.bring_up(false);
    worker.stepwise_sample = found.difference.sample;
    const Findings stepwise = rerun(worker, replay);
    expected = worker.last_expected();
    if (!stepwise.clean()) {
      const Difference& first = stepwise.differences().front();
      found.reproduced = true;
      if (first.step >= 0 && first.sample == found.difference.sample) {
        found.stepwise = true;
        found.difference = first;
        found.note = "found by repeating the sample step by step on a fresh instance";
      } else {
        found.note = "repeats on a fresh instance step by step, but only shows at the sample's end";
      }
    }
  }
  if (!found.reproduced) {
    Worker worker(setup, factory, options);
    worker.bring_up(false);
    const Findings again = rerun(worker, replay);
    expected = worker.last_expected();
    found.reproduced = !again.clean();
    found.note =
        found.reproduced
            ? "repeats on a fresh instance at full speed, but not step by step: "
              "it depends on when words come"
            : "does not repeat on a fresh instance: it depends on what memories held before";
  }
  const std::size_t stage = suspect(setup, found.difference);
  if (found.difference.stage.empty()) found.difference.stage = setup.spec->stages[stage].name;
  if (stage < expected.trace.stage_outputs.size()) {
    found.last_events =
        last_events(stage_input(*setup.spec, stage, expected), found.difference.step);
  }
  return found;
}

bool record_waves(const Setup& setup, const DutFactory& tracing_factory,
                  const LockstepOptions& options, const Triage& found,
                  const std::filesystem::path& file) {
  if (found.difference.sample < 0) return false;
  Worker worker(setup, tracing_factory, options);
  worker.bring_up(false);
  bool started = false;
  const auto start = [&] {
    if (!started) started = worker.dut().start_waves(file);
  };
  if (found.stepwise) {
    worker.stepwise_sample = found.difference.sample;
    worker.before_step = [&](std::int64_t step) {
      if (step >= found.difference.step - 1) start();
    };
  } else {
    worker.before_sample = [&](std::int64_t index, bool end_of_block) {
      if (index == found.difference.sample && end_of_block == found.difference.end_of_block)
        start();
    };
  }
  rerun(worker, replay_of(options, found.difference));
  worker.dut().stop_waves();
  return started;
}

std::string gtkw_text(const Setup& setup, const std::string& wave_file_name) {
  const std::string top = "TOP." + setup.map.top;
  std::string text =
      fmt::format("[*] {}: signals grouped by bus, then by stage\n[dumpfile] \"{}\"\n",
                  setup.map.design, wave_file_name);
  const auto open = [&text](const std::string& title) {
    text += fmt::format("@800200\n-{}\n", title);
  };
  const auto close = [&text](const std::string& title) {
    text += fmt::format("@1000200\n-{}\n", title);
  };
  const auto bits = [&text](const std::string& scope, std::initializer_list<const char*> names) {
    text += "@28\n";
    for (const char* name : names) text += fmt::format("{}.{}\n", scope, name);
  };
  const auto bus = [&text](const std::string& scope, const std::string& name, int width) {
    text += fmt::format("@22\n{}.{}[{}:0]\n", scope, name, width - 1);
  };
  bits(top, {"clk_i", "rst_ni", "irq_o"});
  for (const std::string stream : {"s_axis", "m_axis"}) {
    open(stream);
    text += "@28\n";
    for (const char* signal : {"tvalid", "tready", "tlast"}) {
      text += fmt::format("{}.{}_{}\n", top, stream, signal);
    }
    bus(top, stream + "_tdata", 64);
    close(stream);
  }
  for (const Stage& stage : setup.spec->stages) {
    const std::string scope = fmt::format("{}.u_{}", top, stage.name);
    open(stage.name);
    const auto num_inputs = static_cast<int>(stage.inputs.size());
    if (num_inputs == 1) {
      bits(scope, {"s_valid_i", "s_ready_o"});
      bus(scope, "s_data_i", stream_width(stage.input));
    } else {
      int widest = 0;
      for (const StreamShape& shape : stage.shapes) widest = std::max(widest, stream_width(shape));
      bus(scope, "s_valid_i", num_inputs);
      bus(scope, "s_ready_o", num_inputs);
      bus(scope, "s_data_i", num_inputs * widest);
    }
    bits(scope, {"m_valid_o", "m_ready_i"});
    bus(scope, "m_data_o", stream_width(stage.output));
    bits(scope, {"busy_o"});
    close(stage.name);
  }
  open("s_axil");
  bits(top, {"s_axil_awvalid", "s_axil_awready"});
  bus(top, "s_axil_awaddr", 32);
  bits(top, {"s_axil_wvalid", "s_axil_wready"});
  bus(top, "s_axil_wdata", 32);
  bits(top, {"s_axil_bvalid", "s_axil_bready", "s_axil_arvalid", "s_axil_arready"});
  bus(top, "s_axil_araddr", 32);
  bits(top, {"s_axil_rvalid", "s_axil_rready"});
  bus(top, "s_axil_rdata", 32);
  close("s_axil");
  return text;
}

}  // namespace nacre::harness
