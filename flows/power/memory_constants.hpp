#pragma once
// The text of flows/power/memory_constants.json, inside the library.

namespace nacre::flows {

extern const char* const kMemoryConstants;

}  // namespace nacre::flows
