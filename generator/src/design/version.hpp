#pragma once
// Version of nacre, as the build states it.

namespace nacre {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  const char* text = "";  ///< "0.1.0"
};

Version version();

}  // namespace nacre
