#include "nacre/output_tree.hpp"

#include <nlohmann/json.hpp>

#include "design/version.hpp"
#include "spec/design_hash.hpp"

namespace nacre {

std::string manifest_text(const FileTree& tree) {
  nlohmann::ordered_json manifest;
  manifest["tool"] = "nacre";
  manifest["version"] = version().text;
  manifest["design"] = tree.design;
  manifest["hash"] = tree.hash;
  auto& files = manifest["files"] = nlohmann::ordered_json::object();
  for (const auto& [path, bytes] : tree.files) files[path] = sha256_hex(bytes);
  return manifest.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace nacre
