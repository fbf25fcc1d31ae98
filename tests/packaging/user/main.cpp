// Reads a specification, generates its files, writes them: the whole library by its public headers.
#include <cstdio>
#include <nacre/generate.hpp>
#include <nacre/output_tree.hpp>
#include <nacre/spec.hpp>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  nacre::Diagnostics diagnostics;
  const auto spec = nacre::read_spec(argv[1], diagnostics);
  if (spec) nacre::write_tree(argv[2], nacre::generate_files(*spec), diagnostics);
  for (const nacre::Diagnostic& each : diagnostics.all()) {
    std::fprintf(stderr, "%s: %s\n", each.code.c_str(), each.message.c_str());
  }
  return static_cast<int>(diagnostics.exit_status());
}
