// SPDX-License-Identifier: Apache-2.0
// The name of a face as a key of tables. Every tie in this folder is broken by it, so that no
// result depends on the order of arrival. As text: files/face_id.h. Tested by face_key_test.cpp.
#pragma once

#include <cstddef>

#include "core/identity.h"

namespace albumen {

/// For hash tables: a digest is uniform already.
struct FaceKeyHash {
  std::size_t operator()(const FaceKey& key) const noexcept;
};

}  // namespace albumen
