// SPDX-License-Identifier: Apache-2.0
// Which names come twice in an archive, in 8 bytes a member however its names were chosen. Tested
// by zip_archive_test.cpp and tar_archive_test.cpp.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace albumen {

/// First all names are added, then each is asked for once more, in the same order. One thread.
class RepeatedNames {
 public:
  void reserve(std::uint64_t names) { hashes_.reserve(names); }

  void add(std::string_view name);

  /// After the last `add`: keeps, once each, the names that occur more than once: usually none.
  void settle();

  /// True when a repeated name is asked for again. REQUIRES: settled.
  bool asked_before(std::string_view name);

 private:
  std::vector<std::uint64_t> hashes_;  // of all names; settled: of repeated ones, sorted
  std::vector<bool> asked_;            // beside hashes_
};

}  // namespace albumen
