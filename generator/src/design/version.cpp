#include "design/version.hpp"

namespace nacre {

Version version() {
  return Version{.major = NACRE_VERSION_MAJOR,
                 .minor = NACRE_VERSION_MINOR,
                 .patch = NACRE_VERSION_PATCH,
                 .text = NACRE_VERSION};
}

}  // namespace nacre
