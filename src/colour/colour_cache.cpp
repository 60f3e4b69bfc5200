// SPDX-License-Identifier: Apache-2.0
#include "colour/colour_cache.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "core/identity.h"
#include "core/mutex.h"
#include "files/sha256.h"

namespace albumen {
namespace {

Sha256Digest digest_of(const ColourSource& source, ColourModel model) {
  Sha256 hash;
  const std::array<double, 9> none{};
  std::array<double, 9> numbers = none;
  numbers[0] = source.encoding_gamma.value_or(0);
  if (source.primaries) {
    const Primaries& p = *source.primaries;
    numbers = {numbers[0], p.white.x, p.white.y, p.red.x, p.red.y,
               p.green.x,  p.green.y, p.blue.x,  p.blue.y};
  }
  const std::array head{static_cast<std::byte>(model),
                        static_cast<std::byte>(source.encoding_gamma.has_value()),
                        static_cast<std::byte>(source.primaries.has_value())};
  hash.update(head);
  hash.update(std::as_bytes(std::span{numbers}));
  hash.update(source.profile);
  return hash.finish();
}

}  // namespace

ColourChoice ColourCache::choose(const ColourSource& source, ColourModel model) {
  if (source.is_srgb()) {
    return choose_colour(source, model);
  }
  const Sha256Digest key = digest_of(source, model);
  {
    const MutexLock lock{mutex_};
    const auto found = std::ranges::find(entries_, key, &Entry::key);
    if (found != entries_.end()) {
      entries_.splice(entries_.begin(), entries_, found);
      return found->choice;
    }
  }
  ColourChoice choice = choose_colour(source, model);
  const MutexLock lock{mutex_};
  entries_.push_front({.key = key, .choice = choice});
  if (entries_.size() > most_) {
    entries_.pop_back();
  }
  return choice;
}

}  // namespace albumen
