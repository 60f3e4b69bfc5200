// SPDX-License-Identifier: Apache-2.0
// The transforms in use: the pictures of one pile share a handful of profiles. Tested by
// colour_cache_test.cpp.
#pragma once

#include <cstddef>
#include <list>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "core/identity.h"
#include "core/mutex.h"

namespace albumen {

/// Internally locked. A transform that falls out lives on with whoever holds it.
class ColourCache {
 public:
  /// Keeps the `most` choices that were asked for last. One takes some 20 KiB, one of
  /// many dimensions up to about 600 KiB.
  explicit ColourCache(std::size_t most = 16) : most_(most) {}

  /// As choose_colour, by the digest of what the source says. Two threads that ask for the same
  /// news at once may both make it.
  ColourChoice choose(const ColourSource& source, ColourModel model);

 private:
  struct Entry {
    Sha256Digest key;
    ColourChoice choice;
  };

  const std::size_t most_;
  Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);  // last asked for first
};

}  // namespace albumen
