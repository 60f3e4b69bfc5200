// SPDX-License-Identifier: Apache-2.0
// Links to originals, put where a file of an earlier export may be. Tested by
// people_folders_test.cpp and export_again_test.cpp.
#pragma once

#include <string>

#include "core/result.h"

namespace albumen {

/// Puts a symbolic link to the file `original` at `target`, whole or not at all, over what is
/// there. Errors: NotFound where `original` is no file; InvalidArgument where it leads to `target`,
/// which is then all there is of the picture; Io.
Result<void> symlink_picture(const std::string& original, const std::string& target);

/// The same with a hard link, to the file that `original` leads to. Also Io where the file system
/// has none, or they would lie on two.
Result<void> hard_link_picture(const std::string& original, const std::string& target);

}  // namespace albumen
