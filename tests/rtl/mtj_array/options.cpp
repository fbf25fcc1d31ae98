// mtj_array_options NAME: options of Verilator that set the parameters of this array of shapes.cpp.

#include <fmt/core.h>

#include "shapes.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: mtj_array_options NAME\n");
    return 2;
  }
  fmt::print("{}", nacre::golden::test::verilator_options(nacre::golden::test::mtj_case(argv[1])));
  return 0;
}
