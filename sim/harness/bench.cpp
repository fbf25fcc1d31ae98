#include "harness/bench.hpp"

#include <fmt/format.h>

#include <utility>

namespace nacre::harness {
namespace {

constexpr std::uint8_t kOkay = 0;
/// A bus access that takes longer than this has hung (with stalls the host itself is slow).
constexpr std::int64_t kBusLimitCycles = 20'000;

}  // namespace

Beat beat_of(const Word& word) {
  return {.data = pack_word(word), .last = word.kind == WordKind::EndOfSample};
}

std::vector<Beat> beats_of(const std::vector<Word>& words) {
  std::vector<Beat> beats;
  beats.reserve(words.size());
  for (const Word& word : words) beats.push_back(beat_of(word));
  return beats;
}

Bench::Bench(Dut& dut, const BenchOptions& options)
    : dut_(dut),
      options_(options),
      source_random_(options.seed, data::Purpose::SourceStall, 0),
      sink_random_(options.seed, data::Purpose::SinkStall, 0),
      bus_random_(options.seed, data::Purpose::BusStall, 0) {}

void Bench::begin(std::uint64_t sample) {
  source_random_ = {options_.seed, data::Purpose::SourceStall, sample};
  sink_random_ = {options_.seed, data::Purpose::SinkStall, sample};
  bus_random_ = {options_.seed, data::Purpose::BusStall, sample};
  begin_cycle_ = cycle_;
  to_send_.clear();
  sent_ = 0;
  offered_ = false;
  received_.clear();
  first_accept_ = end_ = -1;
  last_transfer_ = cycle_;
}

void Bench::fail(Fault::Kind kind, std::string text) {
  if (!fault_) fault_ = Fault{.kind = kind, .text = std::move(text)};
}

bool Bench::stalled(const data::CounterRandom& random) const {
  return options_.stalls > 0 &&
         random.chance(static_cast<std::uint64_t>(cycle_ - begin_cycle_), options_.stalls);
}

void Bench::drive_source() {
  if (!offered_ && !source_done() && !stalled(source_random_)) offered_ = true;
  pins_.s_axis_tvalid = offered_ ? 1 : 0;
  if (!offered_ && options_.holds_data) return;
  // Noise while nothing is offered: a design must not look at data that is not valid.
  const std::uint64_t noise = data::mix64(static_cast<std::uint64_t>(cycle_));
  pins_.s_axis_tdata = offered_ ? to_send_[sent_].data : noise;
  pins_.s_axis_tlast = static_cast<std::uint8_t>(offered_ ? to_send_[sent_].last : noise & 1u);
}

void Bench::check_sink_protocol(const Pins& pins) {
  const Beat beat{.data = pins.m_axis_tdata, .last = pins.m_axis_tlast != 0};
  if (output_waits_) {
    if (pins.m_axis_tvalid == 0) {
      fail(Fault::Kind::Protocol,
           fmt::format("m_axis_tvalid fell in cycle {} before the word was taken", cycle_));
    } else if (beat != output_beat_) {
      fail(Fault::Kind::Protocol,
           fmt::format("m_axis_tdata or tlast changed in cycle {} while the word waited", cycle_));
    }
  }
  output_waits_ = pins.m_axis_tvalid != 0 && pins.m_axis_tready == 0;
  output_beat_ = beat;
}

void Bench::tick() {
  drive_source();
  pins_.m_axis_tready = sink_open_ && !stalled(sink_random_) ? 1 : 0;
  dut_.cycle(pins_);
  if (pins_.rst_ni != 0) {
    check_sink_protocol(pins_);
    if (pins_.s_axis_tvalid != 0 && pins_.s_axis_tready != 0) {
      if (first_accept_ < 0) first_accept_ = cycle_;
      ++sent_;
      offered_ = false;
      last_transfer_ = cycle_;
    }
    if (pins_.m_axis_tvalid != 0 && pins_.m_axis_tready != 0) {
      received_.push_back({.data = pins_.m_axis_tdata, .last = pins_.m_axis_tlast != 0});
      if (unpack_word(pins_.m_axis_tdata).kind == WordKind::EndOfSample) end_ = cycle_;
      last_transfer_ = cycle_;
    }
  } else {
    output_waits_ = false;
  }
  ++cycle_;
}

void Bench::ticks(std::int64_t cycles) {
  for (std::int64_t i = 0; i < cycles; ++i) tick();
}

void Bench::reset_now(int low_cycles) {
  to_send_.clear();
  sent_ = 0;
  offered_ = false;
  received_.clear();
  first_accept_ = end_ = -1;
  pins_.s_axil_awvalid = pins_.s_axil_wvalid = pins_.s_axil_arvalid = 0;
  pins_.s_axil_bready = pins_.s_axil_rready = 0;
  pins_.rst_ni = 0;
  ticks(low_cycles);
  pins_.rst_ni = 1;
  output_waits_ = false;
  tick();
  last_transfer_ = cycle_;
}

void Bench::reset(int low_cycles) {
  // A real edge: with the reset low from the start, an asynchronous reset would never be triggered.
  // What comes out before it is noise of uninitialised registers.
  pins_.rst_ni = 1;
  ticks(2);
  fault_.reset();
  reset_now(low_cycles);
}

void Bench::send(const std::vector<Beat>& beats) {
  to_send_.insert(to_send_.end(), beats.begin(), beats.end());
}

bool Bench::check_progress(const char* waiting_for) {
  if (fault_) return false;
  if (static_cast<std::int64_t>(received_.size()) > hang_limit_) {
    fail(Fault::Kind::Hang, fmt::format("{} words came, more than a sample has cycles (cycle {}), "
                                        "waiting for {}",
                                        received_.size(), cycle_, waiting_for));
    return false;
  }
  if (idle_cycles() <= hang_limit_) return true;
  fail(Fault::Kind::Hang, fmt::format("nothing has moved for {} cycles (cycle {}), waiting for {}",
                                      idle_cycles(), cycle_, waiting_for));
  return false;
}

std::uint32_t Bench::read(std::uint32_t address, bool* refused) {
  if (fault_) return 0;
  const std::int64_t start = cycle_;
  bool asked = false, asking = false;
  while (cycle_ - start < kBusLimitCycles) {
    if (!asked && !asking && !stalled(bus_random_)) asking = true;
    pins_.s_axil_arvalid = asking ? 1 : 0;
    pins_.s_axil_araddr = address;
    pins_.s_axil_rready = stalled(bus_random_) ? 0 : 1;
    tick();
    if (asking && pins_.s_axil_arready != 0) {
      asking = false;
      asked = true;
      last_transfer_ = cycle_;
    }
    if (pins_.s_axil_rvalid != 0 && pins_.s_axil_rready != 0) {
      pins_.s_axil_arvalid = 0;
      pins_.s_axil_rready = 0;
      last_transfer_ = cycle_;
      const bool error = pins_.s_axil_rresp != kOkay;
      if (!asked) {
        fail(Fault::Kind::Protocol,
             fmt::format("s_axil_rvalid in cycle {} before the address was taken", cycle_));
      }
      if (refused != nullptr) {
        *refused = error;
      } else if (error) {
        fail(Fault::Kind::BusRefused, fmt::format("the read of 0x{:08x} was refused", address));
      }
      return pins_.s_axil_rdata;
    }
  }
  pins_.s_axil_arvalid = pins_.s_axil_rready = 0;
  fail(Fault::Kind::Hang,
       fmt::format("the read of 0x{:08x} got no answer in {} cycles", address, kBusLimitCycles));
  return 0;
}

std::vector<bool> Bench::write_back_to_back(const std::vector<BusWrite>& writes) {
  std::vector<bool> refused;
  std::size_t addresses_taken = 0, data_taken = 0;
  bool address_offered = false, data_offered = false;
  std::int64_t start = cycle_;
  while (!fault_ && cycle_ - start < kBusLimitCycles) {
    if (refused.size() == writes.size()) return refused;
    // Address and data come in any order when the host stalls.
    const auto even = static_cast<std::uint64_t>(cycle_ - begin_cycle_) * 2;
    const auto held = [&](std::uint64_t index) {
      return options_.stalls > 0 &&
             bus_random_.chance(index + (std::uint64_t{1} << 40), options_.stalls);
    };
    address_offered |= addresses_taken < writes.size() && !held(even);
    data_offered |= data_taken < writes.size() && !held(even + 1);
    pins_.s_axil_awvalid = address_offered ? 1 : 0;
    if (address_offered) pins_.s_axil_awaddr = writes[addresses_taken].address;
    pins_.s_axil_wvalid = data_offered ? 1 : 0;
    if (data_offered) {
      pins_.s_axil_wdata = writes[data_taken].data;
      pins_.s_axil_wstrb = writes[data_taken].strobes;
    }
    pins_.s_axil_bready = stalled(bus_random_) ? 0 : 1;
    tick();
    const bool address_moves = address_offered && pins_.s_axil_awready != 0;
    const bool data_moves = data_offered && pins_.s_axil_wready != 0;
    const bool answer = pins_.s_axil_bvalid != 0 && pins_.s_axil_bready != 0;
    if (answer) {
      if (refused.size() >= std::min(addresses_taken, data_taken)) {
        fail(Fault::Kind::Protocol,
             fmt::format("s_axil_bvalid in cycle {} before address and data were taken", cycle_));
      }
      refused.push_back(pins_.s_axil_bresp != kOkay);
    }
    if (address_moves) ++addresses_taken;
    if (data_moves) ++data_taken;
    address_offered &= !address_moves;
    data_offered &= !data_moves;
    if (address_moves || data_moves || answer) start = last_transfer_ = cycle_;
    pins_.s_axil_awvalid = pins_.s_axil_wvalid = pins_.s_axil_bready = 0;
  }
  if (!fault_) {
    fail(Fault::Kind::Hang, fmt::format("no answer to the write to 0x{:08x} within {} cycles",
                                        writes[refused.size()].address, kBusLimitCycles));
  }
  refused.resize(writes.size());
  return refused;
}

void Bench::write(std::uint32_t address, std::uint32_t data, bool* refused, std::uint8_t strobes) {
  const bool error = write_back_to_back({{address, data, strobes}}).front();
  if (refused != nullptr) {
    *refused = error;
  } else if (error) {
    fail(Fault::Kind::BusRefused, fmt::format("the write to 0x{:08x} was refused", address));
  }
}

}  // namespace nacre::harness
