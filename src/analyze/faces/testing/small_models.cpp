// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/testing/small_models.h"

#include <filesystem>
#include <fmt/core.h>

#include "files/sha256.h"

namespace albumen::testing {
namespace {

Result<std::string> file_table(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  const Sha256Digest digest = TRY(sha256_of_file(path));
  return fmt::format("[[files]]\nname = \"{}\"\nsha256 = \"{}\"\nbytes = {}\n", name,
                     to_string(digest), std::filesystem::file_size(path));
}

Result<InstalledModel> install(const std::string& folder, const std::string& head,
                               const std::string& tail) {
  std::string files = TRY(file_table(folder, "net.xml"));
  files += TRY(file_table(folder, "net.bin"));
  const std::string card = head + "format = \"openvino-ir\"\npackage = \"made by a test\"\n" +
                           tail + "[licence]\nname = \"none\"\nfrom = \"a test\"\n" + files;
  return TRY(ModelStore(folder + "/store").install(card, "test", folder)).model;
}

}  // namespace

Result<InstalledModel> install_detector(const std::string& folder, const std::string& layout,
                                        const std::vector<FixedOutput>& outputs) {
  write_fixed_net(folder + "/net.xml", 64, 32, outputs);
  return install(folder, "name = \"small\"\nrole = \"face-detector\"\n",
                 fmt::format("layout = \"{}\"\nmin_score = 0.6\n[input]\nwidth = 64\nheight = 32\n"
                             "channels = \"bgr\"\nmean = [0, 0, 0]\nscale = [1, 1, 1]\n",
                             layout));
}

Result<InstalledModel> install_mean_embedder(const std::string& folder) {
  write_mean_net(folder + "/net.xml", 112);
  return install(
      folder, "name = \"mean\"\nrole = \"face-embedder\"\n",
      "layout = \"embedding\"\n[input]\nwidth = 112\nheight = 112\nchannels = \"bgr\"\n"
      "mean = [0, 0, 0]\nscale = [255, 255, 255]\n[alignment]\nchip_side = 112\n"
      "points = [38.8, 52.2, 74.0, 52.0, 56.5, 72.2, 42.0, 92.9, 71.2, 92.7]\n[comparison]\n"
      "dimensions = 3\nmetric = \"cosine\"\nsame_person = 0.5\neps = [0.8, 1.1]\n");
}

}  // namespace albumen::testing
