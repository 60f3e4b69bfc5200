// SPDX-License-Identifier: Apache-2.0
#include "sources/source.h"

#include "files/path_text.h"

namespace albumen {

std::string source_name(const std::string& path, const std::string& member) {
  std::string name = path_to_text(path);
  if (!member.empty()) {
    name.append("!").append(path_to_text(member));
  }
  return name;
}

std::string SourceEntry::name() const { return source_name(path, member); }

Bytes SourceEntry::reading_bytes() const {
  const bool inflates = is_member() && location.coding == MemberCoding::kDeflated;
  return inflates ? encoded_size + Bytes{location.stored_bytes} : encoded_size;
}

}  // namespace albumen
