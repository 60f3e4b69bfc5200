// SPDX-License-Identifier: Apache-2.0
// libvips in C++: its objects owned, its failures thrown.
#pragma once

#include <memory>
#include <vips/vips.h>

#include "load_failure.h"

namespace albumen {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};

using Image = std::unique_ptr<VipsImage, Unref>;
using Source = std::unique_ptr<VipsSource, Unref>;
using Region = std::unique_ptr<VipsRegion, Unref>;

/// The loaders' own words, of which the first line says most.
[[noreturn]] void throw_vips_failure();

/// libvips gives its results through a pointer and its failures as a number.
template <class Operation>
Image made_by(const Operation& operation) {
  VipsImage* made = nullptr;
  if (operation(&made) != 0 || made == nullptr) {
    throw_vips_failure();
  }
  return Image{made};
}

}  // namespace albumen
