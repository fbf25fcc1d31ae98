#pragma once
// Samples for verification: those of the specification's data set, or random ones with the corners.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/idx.hpp"
#include "nacre/spec.hpp"
#include "nacre/stream.hpp"

namespace nacre::data {

/// One sample as the design's input stream carries it, `end_of_sample` included.
struct Sample {
  std::vector<Word> words;
  std::optional<int> label;
  std::vector<std::uint8_t> mask;  ///< of the output's map, row by row; empty: none
  /// The words are no whole frames, on purpose (a frame is closed before all values came, or its
  /// values come out of order): a stage that wants whole frames must flag it, and go on.
  bool protocol_fault = false;
  std::string note;  ///< "corner: all zero", or empty
};

/// Where samples come from. Sample `index` is always the same, whoever asks for it and when.
class Stimulus {
 public:
  /// Reads the data set of `spec` when there is one, else prepares random samples from `seed`.
  /// Returns nothing after reporting N0804.
  static std::optional<Stimulus> open(const Spec& spec, std::uint64_t seed,
                                      Diagnostics& diagnostics);

  /// Samples in the data set; nothing when samples are random (there is no end to them).
  std::optional<std::int64_t> available() const;
  /// The first sample that is no corner any more.
  std::int64_t num_corners() const;
  bool has_labels() const { return labels_.has_value(); }
  Sample sample(std::int64_t index) const;
  /// Rows and columns when each sample of the data set is one image.
  std::optional<std::pair<std::int64_t, std::int64_t>> image_shape() const;

 private:
  Stimulus() = default;
  Sample dataset_sample(std::int64_t index) const;
  StreamShape input_;
  std::uint64_t seed_ = 0;
  std::optional<RequestShape> requests_;  ///< of the first stage
  int shift_right_ = 0;
  std::optional<IdxTensor> samples_;
  std::optional<IdxTensor> labels_;
  std::optional<IdxTensor> masks_;
};

/// Random samples of a stream of this shape; the first few are its corners (all zero, all largest,
/// one input alone, silent steps, every input in every step, all negative, no step at all; of value
/// streams also frames that are not whole). A sample of a value stream with steps has several
/// frames. With `requests` a sample is accesses to items instead, at random and to a few items
/// again and again, reads and writes mixed, lanes left out or given twice.
Sample random_sample(const StreamShape& input, std::uint64_t seed, std::int64_t index,
                     const std::optional<RequestShape>& requests = {});

/// The first `index` that is no corner any more.
std::int64_t num_corner_samples(const StreamShape& input,
                                const std::optional<RequestShape>& requests = {});

}  // namespace nacre::data
