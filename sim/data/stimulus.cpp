#include "data/stimulus.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <utility>

#include "data/random.hpp"
#include "spec/kind_spec.hpp"

namespace nacre::data {
namespace {

constexpr Word kEndOfStep{.kind = WordKind::EndOfStep};
constexpr Word kEndOfSample{.kind = WordKind::EndOfSample};

/// Largest number of events in one step of a random sample: above it a sample only gets longer.
constexpr double kMaxEventsPerStep = 4096;

void report(Diagnostics& diagnostics, const std::filesystem::path& file, std::string message,
            std::string help = {}) {
  diagnostics.error("N0804", Location{.file = file.string()}, std::move(message), std::move(help));
}

// ------------------------------------------------------------------------------ Value streams

/// In this order: a decision, no frame, an open frame whose largest value is not the first one, and
/// a frame with the largest value last follow each other, so that what one sample leaves shows in
/// the next.
enum class ValueCorner {
  AllLargest,
  NoFrame,  // from here to Unfinished: on streams with steps only
  ShortFirst,
  Unclosed,
  Unfinished,
  LastAlone,
  FirstAlone,
  AllZero,
  AllSmallest,
  Ramp,
  TooShort,
  Disorder,
  Empty,
  Count
};
constexpr std::int64_t kCornersOfSteps = 4;

/// Frames in a corner sample of a stream with steps.
constexpr std::int64_t kCornerFrames = 3;
/// Most frames in a random sample of a stream with steps.
constexpr std::uint64_t kMaxRandomFrames = 5;

void push_value(std::int64_t address, std::int64_t value, Sample& sample) {
  sample.words.push_back({.kind = WordKind::Value, .address = address, .payload = value});
}

/// One frame of a corner. With `fault` it breaks the protocol, where the corner is about that.
void push_corner_frame(const StreamShape& input, ValueCorner corner, bool fault, Sample& sample) {
  const std::int64_t last = input.addresses - 1;
  const std::int64_t min = smallest_payload(input);
  const std::int64_t max = largest_payload(input);
  if (fault && corner == ValueCorner::Empty) return;
  const bool lacks_one =
      fault && corner != ValueCorner::Disorder && corner != ValueCorner::Unclosed;
  const std::int64_t num_values = input.addresses - lacks_one;
  for (std::int64_t i = 0; i < num_values; ++i) {
    switch (corner) {
      case ValueCorner::AllZero:
        push_value(i, 0, sample);
        break;
      case ValueCorner::AllSmallest:
        push_value(i, min, sample);
        break;
      case ValueCorner::FirstAlone:
        push_value(i, i == 0 ? max : 0, sample);
        break;
      case ValueCorner::LastAlone:
        push_value(i, i == last ? max : 0, sample);
        break;
      case ValueCorner::Ramp:
      case ValueCorner::Unfinished:
        push_value(i, min + i % (max - min + 1), sample);
        break;
      case ValueCorner::Disorder:
        push_value(fault ? last - i : i, min + i % (max - min + 1), sample);
        break;
      default:
        push_value(i, max, sample);
        break;
    }
  }
  if (fault && corner == ValueCorner::Disorder) push_value(0, max, sample);
}

const char* corner_note(ValueCorner corner) {
  switch (corner) {
    case ValueCorner::AllZero:
      return "corner: all zero";
    case ValueCorner::AllLargest:
      return "corner: all largest";
    case ValueCorner::AllSmallest:
      return "corner: all smallest";
    case ValueCorner::FirstAlone:
      return "corner: first input alone";
    case ValueCorner::LastAlone:
      return "corner: last input alone";
    case ValueCorner::Ramp:
      return "corner: ramp";
    case ValueCorner::TooShort:
      return "corner: end of a frame one value too early";
    case ValueCorner::Disorder:
      return "corner: values in reverse order, and one too many";
    case ValueCorner::Empty:
      return "corner: a frame without values";
    case ValueCorner::NoFrame:
      return "corner: no frame at all";
    case ValueCorner::ShortFirst:
      return "corner: the first frame is one value too short";
    case ValueCorner::Unclosed:
      return "corner: end of sample in the place of a frame's end";
    case ValueCorner::Unfinished:
      return "corner: end of sample in the middle of a frame";
    case ValueCorner::Count:
      break;
  }
  return "";
}

Sample value_corner(const StreamShape& input, ValueCorner corner) {
  Sample sample;
  sample.note = corner_note(corner);
  const bool is_open = corner == ValueCorner::Unfinished || corner == ValueCorner::Unclosed;
  const bool fault_is_last = corner == ValueCorner::Empty || is_open;
  const bool fault_is_first = corner == ValueCorner::ShortFirst;
  sample.protocol_fault = corner == ValueCorner::TooShort || corner == ValueCorner::Disorder ||
                          fault_is_first || fault_is_last;
  const std::int64_t frames = !input.steps ? 1 : corner == ValueCorner::NoFrame ? 0 : kCornerFrames;
  // With steps good frames come before or after a fault, mostly both.
  const std::int64_t faulty = fault_is_last ? frames - 1 : fault_is_first ? 0 : frames / 2;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    push_corner_frame(input, corner, sample.protocol_fault && frame == faulty, sample);
    if (input.steps && !(is_open && frame == faulty)) sample.words.push_back(kEndOfStep);
  }
  sample.words.push_back(kEndOfSample);
  return sample;
}

Sample value_sample(const StreamShape& input, std::uint64_t seed, std::int64_t index) {
  if (index < num_corner_samples(input)) {
    const std::int64_t left_out = input.steps || index == 0 ? 0 : kCornersOfSteps;
    return value_corner(input, static_cast<ValueCorner>(index + left_out));
  }
  const std::int64_t max = largest_payload(input);
  const std::int64_t min = smallest_payload(input);
  Sample sample;
  RandomSequence random(CounterRandom(seed, Purpose::Stimulus, static_cast<std::uint64_t>(index)));
  const std::uint64_t frames = input.steps ? 1 + random.below(kMaxRandomFrames) : 1;
  for (std::uint64_t frame = 0; frame < frames; ++frame) {
    // The frames differ in how many inputs are dark.
    const double dark = random.uniform();
    for (std::int64_t address = 0; address < input.addresses; ++address) {
      const bool lit = !random.chance(dark);
      const auto range = static_cast<std::uint64_t>(max - min + 1);
      push_value(address, lit ? min + static_cast<std::int64_t>(random.below(range)) : 0, sample);
    }
    if (input.steps) sample.words.push_back(kEndOfStep);
  }
  sample.words.push_back(kEndOfSample);
  return sample;
}

// ------------------------------------------------------------------- Value streams of requests

enum class RequestCorner { AllLargest, AllZero, ReadsAlone, OneItem, NoRequest, Count };

/// Most items that a corner sample goes through.
constexpr std::int64_t kCornerItems = 48;
/// Most requests in a random sample.
constexpr std::uint64_t kMaxRequests = 64;

void push_read(const RequestShape& requests, std::int64_t item, Sample& sample) {
  push_value(requests.items * requests.lanes + item, 0, sample);
}

void push_write(const RequestShape& requests, std::int64_t item, std::int64_t payload,
                Sample& sample) {
  for (std::int64_t lane = 0; lane < requests.lanes; ++lane) {
    push_value(item * requests.lanes + lane, payload, sample);
  }
}

Sample request_corner(const StreamShape& input, const RequestShape& requests,
                      RequestCorner corner) {
  const std::int64_t max = largest_payload(input);
  Sample sample;
  const auto write_and_read = [&](std::int64_t payload) {
    // The last items: their addresses are the largest.
    for (std::int64_t i = std::min(requests.items, kCornerItems); i > 0; --i) {
      push_write(requests, requests.items - i, payload, sample);
      push_read(requests, requests.items - i, sample);
    }
  };
  switch (corner) {
    case RequestCorner::AllLargest:
      sample.note = "corner: items written with ones, and read";
      write_and_read(max);
      break;
    case RequestCorner::AllZero:
      sample.note = "corner: items written with zeros, and read";
      write_and_read(0);
      break;
    case RequestCorner::ReadsAlone:
      sample.note = "corner: items read";
      for (std::int64_t i = 0; i < std::min(requests.items, kCornerItems); ++i) {
        push_read(requests, i, sample);
      }
      break;
    case RequestCorner::OneItem:
      sample.note = "corner: one item written again and again, one bit at a time";
      for (int bit = 0; bit < input.payload_bits; ++bit) {
        push_write(requests, 0, max & (std::int64_t{1} << bit), sample);
        push_read(requests, 0, sample);
      }
      break;
    case RequestCorner::NoRequest:
      sample.note = "corner: no request";
      break;
    case RequestCorner::Count:
      break;
  }
  sample.words.push_back(kEndOfSample);
  return sample;
}

Sample request_sample(const StreamShape& input, const RequestShape& requests, std::uint64_t seed,
                      std::int64_t index) {
  if (index < static_cast<std::int64_t>(RequestCorner::Count)) {
    return request_corner(input, requests, static_cast<RequestCorner>(index));
  }
  Sample sample;
  RandomSequence random(CounterRandom(seed, Purpose::Stimulus, static_cast<std::uint64_t>(index)));
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
  };
  const std::int64_t min = smallest_payload(input);
  const std::int64_t max = largest_payload(input);
  const auto push_lane = [&](std::int64_t item, std::int64_t lane) {
    // Equal values meet cells that hold them already.
    const std::int64_t payload = random.chance(0.2)   ? 0
                                 : random.chance(0.1) ? max
                                                      : min + below(max - min + 1);
    push_value(item * requests.lanes + lane, payload, sample);
  };
  constexpr std::size_t kHotItems = 3;
  std::vector<std::int64_t> hot;
  for (std::size_t i = 0; i < kHotItems; ++i) hot.push_back(below(requests.items));
  const double writes = random.uniform();
  const double in_hot_items = random.uniform();
  const std::uint64_t count = 1 + random.below(kMaxRequests);
  for (std::uint64_t request = 0; request < count; ++request) {
    if (input.steps && random.chance(0.05)) sample.words.push_back(kEndOfStep);
    const std::int64_t item = random.chance(in_hot_items)
                                  ? hot[static_cast<std::size_t>(random.below(kHotItems))]
                                  : below(requests.items);
    if (!random.chance(writes)) {
      push_read(requests, item, sample);
      continue;
    }
    for (std::int64_t lane = 0; lane + 1 < requests.lanes; ++lane) {
      // Left out, given twice, given at another item's address: the lanes are of all items.
      if (random.chance(0.1)) continue;
      if (random.chance(0.2)) push_lane(item, lane);
      push_lane(random.chance(0.1) ? below(requests.items) : item, lane);
    }
    if (random.chance(0.05)) continue;  // never completed
    push_lane(item, requests.lanes - 1);
    if (random.chance(0.1)) push_lane(item, requests.lanes - 1);
  }
  sample.words.push_back(kEndOfSample);
  return sample;
}

// ------------------------------------------------------------------------------ Event streams

enum class EventCorner {
  Silent,
  AllEachStep,
  OnlyEnd,
  AllNegative,
  FirstAlone,
  LastAlone,
  NoEnd,
  Count
};

void push_all(const StreamShape& input, bool negative, Sample& sample) {
  for (std::int64_t address = 0; address < input.addresses; ++address) {
    sample.words.push_back({.negative = negative, .address = address});
  }
}

void push_corner(const StreamShape& input, EventCorner corner, Sample& sample) {
  constexpr int kSteps = 4;
  for (int step = 0; step < kSteps; ++step) {
    switch (corner) {
      case EventCorner::Silent:
        sample.note = "corner: silent steps";
        break;
      case EventCorner::AllEachStep:
        sample.note = "corner: every input in every step";
        push_all(input, false, sample);
        break;
      case EventCorner::OnlyEnd:
        sample.note = "corner: no step at all";
        return;
      case EventCorner::AllNegative:
        sample.note = input.negative_events ? "corner: every input negative"
                                            : "corner: every input, then silence";
        if (input.negative_events || step < 2) push_all(input, input.negative_events, sample);
        break;
      case EventCorner::FirstAlone:
        sample.note = "corner: first input alone, again and again";
        for (int i = 0; i < 8; ++i) sample.words.push_back({.address = 0});
        break;
      case EventCorner::LastAlone:
        sample.note = "corner: last input alone";
        sample.words.push_back({.address = input.addresses - 1});
        break;
      case EventCorner::NoEnd:
        // Events after the last end_of_step: legal, they belong to a step that never ends.
        sample.note = "corner: events without an end of step";
        push_all(input, false, sample);
        if (step == 1) return;
        break;
      case EventCorner::Count:
        break;
    }
    sample.words.push_back(kEndOfStep);
  }
}

/// Drops the events by which a time step breaks the promise of the input.
void keep_step_events(const StreamShape& input, Sample& sample) {
  if (input.step_events == 0) return;
  std::int64_t events = 0;
  std::erase_if(sample.words, [&](const Word& word) {
    if (word.kind != WordKind::Event) events = 0;
    return word.kind == WordKind::Event && ++events > input.step_events;
  });
}

Sample event_sample(const StreamShape& input, std::uint64_t seed, std::int64_t index) {
  Sample sample;
  if (index < static_cast<std::int64_t>(EventCorner::Count)) {
    push_corner(input, static_cast<EventCorner>(index), sample);
    sample.words.push_back(kEndOfSample);
    return sample;
  }
  RandomSequence random(CounterRandom(seed, Purpose::Stimulus, static_cast<std::uint64_t>(index)));
  const std::uint64_t steps = 1 + random.below(12);
  // Activity spans the orders of magnitude: squaring makes sparse samples the usual ones.
  const double draw = random.uniform();
  const double cap = std::min(1.0, kMaxEventsPerStep / static_cast<double>(input.addresses));
  const double activity = draw * draw * cap;
  const double negative = input.negative_events ? random.uniform() : 0.0;
  const double silent_step = random.uniform() * 0.5;
  const bool in_order = random.chance(0.7);
  for (std::uint64_t step = 0; step < steps; ++step) {
    if (!random.chance(silent_step)) {
      if (in_order) {
        for (std::int64_t address = 0; address < input.addresses; ++address) {
          if (!random.chance(activity)) continue;
          sample.words.push_back({.negative = random.chance(negative), .address = address});
        }
      } else {
        const auto addresses = static_cast<std::uint64_t>(input.addresses);
        const auto most = std::max<std::uint64_t>(
            1, static_cast<std::uint64_t>(activity * static_cast<double>(addresses) * 2));
        const std::uint64_t events = random.below(most + 1);
        for (std::uint64_t e = 0; e < events; ++e) {
          const auto address = static_cast<std::int64_t>(random.below(addresses));
          sample.words.push_back({.negative = random.chance(negative), .address = address});
        }
      }
    }
    sample.words.push_back(kEndOfStep);
  }
  sample.words.push_back(kEndOfSample);
  return sample;
}

/// Whether the masks fit the samples and the design's output; reports when not.
bool check_masks(const Spec& spec, const IdxTensor& samples, const IdxTensor& masks,
                 Diagnostics& diagnostics) {
  const Dataset& dataset = *spec.dataset;
  const StreamShape& output = spec.stages.back().output;
  const std::string name = dataset.masks.string();
  if (output.values || !has_map(output) || output.channels != 1) {
    report(diagnostics, dataset.masks,
           fmt::format("'{}' holds masks, but the output of '{}' is no map of one channel", name,
                       spec.name),
           "let the last stage have 1 channel, or leave 'masks' away");
    return false;
  }
  if (masks.num_samples() != samples.num_samples()) {
    report(diagnostics, dataset.masks,
           fmt::format("'{}' has {} masks, '{}' has {} samples", name, masks.num_samples(),
                       dataset.samples.string(), samples.num_samples()));
    return false;
  }
  const std::vector<std::int64_t> sides(masks.dimensions.begin() + 1, masks.dimensions.end());
  if (sides != std::vector<std::int64_t>{output.height, output.width}) {
    report(diagnostics, dataset.masks,
           fmt::format("the masks of '{}' are {}, the output of '{}' is {} x {} (rows, columns)",
                       name, fmt::join(sides, " x "), spec.name, output.height, output.width));
    return false;
  }
  return true;
}

/// Whether the labels fit the samples; reports when not.
bool check_labels(const Dataset& dataset, const IdxTensor& samples, const IdxTensor& labels,
                  Diagnostics& diagnostics) {
  if (labels.dimensions.size() != 1) {
    report(diagnostics, dataset.labels,
           fmt::format("'{}' has {} dimensions, labels have 1", dataset.labels.string(),
                       labels.dimensions.size()));
    return false;
  }
  if (labels.num_samples() != samples.num_samples()) {
    report(diagnostics, dataset.labels,
           fmt::format("'{}' has {} labels, '{}' has {} samples", dataset.labels.string(),
                       labels.num_samples(), dataset.samples.string(), samples.num_samples()));
    return false;
  }
  return true;
}

/// Whether the samples are frames of values that fit the design's input; reports the first value
/// that does not.
bool check_values(const Spec& spec, const IdxTensor& samples, Diagnostics& diagnostics) {
  const Dataset& dataset = *spec.dataset;
  const std::string name = dataset.samples.string();
  if (spec.input.steps && samples.sample_size() % spec.input.addresses != 0) {
    report(diagnostics, dataset.samples,
           fmt::format("a sample of '{}' has {} values, which are no whole frames: the input of "
                       "'{}' has {} addresses",
                       name, samples.sample_size(), spec.name, spec.input.addresses));
    return false;
  }
  if (!spec.input.steps && samples.sample_size() != spec.input.addresses) {
    report(diagnostics, dataset.samples,
           fmt::format("a sample of '{}' has {} values, the input of '{}' has {} addresses", name,
                       samples.sample_size(), spec.name, spec.input.addresses));
    return false;
  }
  const std::int64_t max = largest_payload(spec.input);
  const auto size = static_cast<std::size_t>(samples.sample_size());
  for (std::size_t i = 0; i < samples.bytes.size(); ++i) {
    const std::int64_t value = samples.bytes[i] >> dataset.shift_right;
    if (value <= max) continue;
    report(
        diagnostics, dataset.samples,
        fmt::format("value {} of sample {} in '{}' is {} (after shift_right {}), must be 0 ... {}",
                    i % size, i / size, name, value, dataset.shift_right, max),
        "raise 'shift_right', or the input's 'bits'");
    return false;
  }
  return true;
}

/// Events that a byte of an event frame stands for; below 0: so many negative ones.
std::int64_t num_events(const StreamShape& input, std::uint8_t byte) {
  return input.negative_events ? static_cast<std::int8_t>(byte) : std::int64_t{byte};
}

/// Reports the first time step that has more events than the input promises.
bool check_step_events(const Spec& spec, const IdxTensor& samples, Diagnostics& diagnostics) {
  const Dataset& dataset = *spec.dataset;
  const auto addresses = static_cast<std::size_t>(spec.input.addresses);
  const std::int64_t steps = samples.dimensions[1];
  for (std::size_t at = 0; at < samples.bytes.size(); at += addresses) {
    std::int64_t events = 0;
    for (std::size_t i = at; i < at + addresses; ++i) {
      events += std::abs(num_events(spec.input, samples.bytes[i]));
    }
    if (events <= spec.input.step_events) continue;
    const auto frame = static_cast<std::int64_t>(at / addresses);
    report(diagnostics, dataset.samples,
           fmt::format("step {} of sample {} in '{}' has {} events, the input of '{}' promises at "
                       "most {}",
                       frame % steps, frame / steps, dataset.samples.string(), events, spec.name,
                       spec.input.step_events),
           "raise the input's 'step_events'");
    return false;
  }
  return true;
}

/// Whether the samples are event frames of the design's input.
bool check_event_frames(const Spec& spec, const IdxTensor& samples, Diagnostics& diagnostics) {
  const Dataset& dataset = *spec.dataset;
  const StreamShape& input = spec.input;
  const std::string name = dataset.samples.string();
  const std::vector<std::int64_t>& dimensions = samples.dimensions;
  if (dimensions.size() < 3) {
    report(diagnostics, dataset.samples,
           fmt::format("'{}' has {} dimensions, event frames have 3 or more: sample, time step, "
                       "then the addresses",
                       name, dimensions.size()),
           "for pixels put an encoder in front of an input that takes values");
    return false;
  }
  if (dataset.shift_right != 0) {
    report(diagnostics, dataset.samples,
           fmt::format("'shift_right' is {}, but a byte of '{}' is a number of events",
                       dataset.shift_right, name),
           "leave 'shift_right' away");
    return false;
  }
  const std::vector<std::int64_t> frame(dimensions.begin() + 2, dimensions.end());
  const std::int64_t size =
      std::accumulate(frame.begin(), frame.end(), std::int64_t{1}, std::multiplies<>());
  if (size != input.addresses) {
    report(diagnostics, dataset.samples,
           fmt::format("a time step of '{}' has {} bytes, the input of '{}' has {} addresses", name,
                       size, spec.name, input.addresses));
    return false;
  }
  const std::vector<std::int64_t> map{input.height, input.width, input.channels};
  if (input.channels != 0 && frame.size() == map.size() && frame != map) {
    report(diagnostics, dataset.samples,
           fmt::format("the frames of '{}' are {}, the input of '{}' is {} (rows, columns, "
                       "channels)",
                       name, fmt::join(frame, " x "), spec.name, fmt::join(map, " x ")),
           "put the channel last");
    return false;
  }
  return input.step_events == 0 || check_step_events(spec, samples, diagnostics);
}

/// Whether the samples fit the design's input; reports what does not.
bool check_samples(const Spec& spec, const IdxTensor& samples, Diagnostics& diagnostics) {
  return spec.input.values ? check_values(spec, samples, diagnostics)
                           : check_event_frames(spec, samples, diagnostics);
}

}  // namespace

std::int64_t num_corner_samples(const StreamShape& input,
                                const std::optional<RequestShape>& requests) {
  if (requests) return static_cast<std::int64_t>(RequestCorner::Count);
  if (!input.values) return static_cast<std::int64_t>(EventCorner::Count);
  return static_cast<std::int64_t>(ValueCorner::Count) - (input.steps ? 0 : kCornersOfSteps);
}

Sample random_sample(const StreamShape& input, std::uint64_t seed, std::int64_t index,
                     const std::optional<RequestShape>& requests) {
  if (requests) return request_sample(input, *requests, seed, index);
  if (input.values) return value_sample(input, seed, index);
  Sample sample = event_sample(input, seed, index);
  keep_step_events(input, sample);
  return sample;
}

std::optional<Stimulus> Stimulus::open(const Spec& spec, std::uint64_t seed,
                                       Diagnostics& diagnostics) {
  Stimulus stimulus;
  stimulus.input_ = spec.input;
  stimulus.seed_ = seed;
  if (!spec.stages.empty()) {
    const KindSpec* kind = find_kind_spec(spec.stages.front().kind);
    if (kind != nullptr && kind->requests != nullptr) {
      stimulus.requests_ = kind->requests(spec.stages.front());
    }
  }
  if (!spec.dataset) return stimulus;
  const Dataset& dataset = *spec.dataset;
  stimulus.shift_right_ = dataset.shift_right;
  stimulus.samples_ = read_idx(dataset.samples, diagnostics);
  if (!stimulus.samples_ || !check_samples(spec, *stimulus.samples_, diagnostics)) {
    return std::nullopt;
  }
  if (!dataset.labels.empty()) {
    stimulus.labels_ = read_idx(dataset.labels, diagnostics);
    if (!stimulus.labels_ ||
        !check_labels(dataset, *stimulus.samples_, *stimulus.labels_, diagnostics)) {
      return std::nullopt;
    }
  }
  if (!dataset.masks.empty()) {
    stimulus.masks_ = read_idx(dataset.masks, diagnostics);
    if (!stimulus.masks_ || !check_masks(spec, *stimulus.samples_, *stimulus.masks_, diagnostics)) {
      return std::nullopt;
    }
  }
  return stimulus;
}

std::optional<std::int64_t> Stimulus::available() const {
  if (!samples_) return std::nullopt;
  return samples_->num_samples();
}

std::int64_t Stimulus::num_corners() const {
  return samples_ ? 0 : num_corner_samples(input_, requests_);
}

std::optional<std::pair<std::int64_t, std::int64_t>> Stimulus::image_shape() const {
  if (!samples_ || samples_->dimensions.size() != 3 || has_steps(input_)) return std::nullopt;
  return std::pair(samples_->dimensions[1], samples_->dimensions[2]);
}

Sample Stimulus::dataset_sample(std::int64_t index) const {
  Sample sample;
  const std::int64_t size = samples_->sample_size();
  const std::int64_t addresses = input_.addresses;
  if (input_.values) {
    sample.words.reserve(static_cast<std::size_t>(size + size / addresses + 1));
  }
  for (std::int64_t i = 0; i < size; ++i) {
    const std::uint8_t byte = samples_->bytes[static_cast<std::size_t>(index * size + i)];
    if (input_.values) {
      push_value(i % addresses, byte >> shift_right_, sample);
    } else {
      const std::int64_t events = num_events(input_, byte);
      const Word event{.negative = events < 0, .address = i % addresses};
      sample.words.insert(sample.words.end(), static_cast<std::size_t>(std::abs(events)), event);
    }
    if (has_steps(input_) && i % addresses == addresses - 1) sample.words.push_back(kEndOfStep);
  }
  sample.words.push_back(kEndOfSample);
  if (labels_) sample.label = labels_->bytes[static_cast<std::size_t>(index)];
  if (masks_) {
    const auto first = masks_->bytes.begin() + index * masks_->sample_size();
    sample.mask.assign(first, first + masks_->sample_size());
  }
  return sample;
}

Sample Stimulus::sample(std::int64_t index) const {
  return samples_ ? dataset_sample(index) : random_sample(input_, seed_, index, requests_);
}

}  // namespace nacre::data
