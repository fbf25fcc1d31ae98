#pragma once
// What a host does to a stage over the bus while the design is in use (docs/verification.md,
// "Accesses at run time").

#include <cstdint>
#include <functional>
#include <string>

namespace nacre::golden {

/// When a host accesses a stage.
enum class Moment {
  Idle,   ///< between two samples: nothing is under way
  Begun,  ///< the words of the last sample are being sent; how far they have come is not known
  Busy,   ///< every stage has taken a word of the last sample, and the design stays busy
};

/// One access, by the names of registers.json.
struct HostAccess {
  std::string target;      ///< register or memory of the stage
  std::int64_t row = 0;    ///< of a memory
  std::int64_t word = 0;   ///< 32-bit word of the row
  bool is_write = true;    ///< else a read
  std::uint32_t data = 0;  ///< that is written, or that a read must show
  bool refused = false;    ///< the design must refuse it, and nothing changes
};

/// Draws a random number in 0 ... bound - 1.
using Draw = std::function<std::uint64_t(std::uint64_t bound)>;

inline bool draw_chance(const Draw& draw, std::uint64_t one_in) { return draw(one_in) == 0; }

}  // namespace nacre::golden
