// SPDX-License-Identifier: Apache-2.0
// For tests: pictures with awkward strides, the naive turn, and the loop over vector targets.
#pragma once

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <random>
#include <vector>

#include "core/geometry.h"
#include "core/image_view.h"
#include "govern/budget.h"

namespace albumen::testing {

/// Owned pixels with a stride that is larger than a line and a start that is not aligned.
class Picture {
 public:
  Picture(Size size, int channels, std::size_t padding = 0, std::size_t offset = 0)
      : size_(size),
        channels_(channels),
        stride_((std::size_t{size.width} * static_cast<std::size_t>(channels)) + padding),
        offset_(offset),
        bytes_((stride_ * size.height) + offset, 0xA5) {
    // Nothing behind the last pixel: a read beyond it is seen by the address sanitizer.
    bytes_.resize(bytes_.size() - padding);
    bytes_.shrink_to_fit();
  }

  [[nodiscard]] MutableImageView view() {
    return {bytes_.data() + offset_, size_, channels_, stride_};
  }

  [[nodiscard]] ImageView view() const {
    return {bytes_.data() + offset_, size_, channels_, stride_};
  }

  [[nodiscard]] Size size() const { return size_; }

  [[nodiscard]] int channels() const { return channels_; }

  std::uint8_t& at(std::uint32_t x, std::uint32_t y, int c = 0) {
    return view().row(
        y)[(std::size_t{x} * static_cast<std::size_t>(channels_)) + static_cast<std::size_t>(c)];
  }

  [[nodiscard]] std::uint8_t at(std::uint32_t x, std::uint32_t y, int c = 0) const {
    return view().row(
        y)[(std::size_t{x} * static_cast<std::size_t>(channels_)) + static_cast<std::size_t>(c)];
  }

  friend bool operator==(const Picture& a, const Picture& b) {
    if (a.size_ != b.size_ || a.channels_ != b.channels_) {
      return false;
    }
    for (std::uint32_t y = 0; y < a.size_.height; ++y) {
      if (!std::ranges::equal(a.view().row(y), b.view().row(y))) {
        return false;
      }
    }
    return true;
  }

 private:
  Size size_;
  int channels_;
  std::size_t stride_;
  std::size_t offset_;
  std::vector<std::uint8_t> bytes_;
};

inline void fill_with(Picture& picture,
                      const std::function<int(std::uint32_t, std::uint32_t, int)>& value) {
  for (std::uint32_t y = 0; y < picture.size().height; ++y) {
    for (std::uint32_t x = 0; x < picture.size().width; ++x) {
      for (int c = 0; c < picture.channels(); ++c) {
        picture.at(x, y, c) = static_cast<std::uint8_t>(value(x, y, c));
      }
    }
  }
}

inline void fill_with_noise(Picture& picture, std::mt19937& random) {
  fill_with(picture, [&](auto, auto, auto) { return static_cast<int>(random() & 255U); });
}

inline Picture copy_of(ImageView view) {
  Picture copy{view.size(), view.channels()};
  for (std::uint32_t y = 0; y < view.height(); ++y) {
    std::ranges::copy(view.row(y), copy.view().row(y).begin());
  }
  return copy;
}

/// The upright picture, pixel by pixel, by the words of EXIF 2.32, 4.6.4 A: where the 0th row and
/// the 0th column of the stored pixels are seen.
inline Picture turned(const Picture& stored, Orientation orientation) {
  const Size size = oriented(stored.size(), orientation);
  Picture upright{size, stored.channels()};
  const std::uint32_t right = size.width - 1;
  const std::uint32_t bottom = size.height - 1;
  fill_with(upright, [&](std::uint32_t x, std::uint32_t y, int c) -> int {
    switch (orientation) {
      case Orientation::kUpright:
        return stored.at(x, y, c);
      case Orientation::kMirrorHorizontal:  // 0th row top, 0th column right
        return stored.at(right - x, y, c);
      case Orientation::kRotate180:  // bottom, right
        return stored.at(right - x, bottom - y, c);
      case Orientation::kMirrorVertical:  // bottom, left
        return stored.at(x, bottom - y, c);
      case Orientation::kTranspose:  // 0th row left, 0th column top
        return stored.at(y, x, c);
      case Orientation::kRotate90:  // right, top
        return stored.at(y, right - x, c);
      case Orientation::kTransverse:  // right, bottom
        return stored.at(bottom - y, right - x, c);
      case Orientation::kRotate270:  // left, bottom
        return stored.at(bottom - y, x, c);
    }
    return 0;
  });
  return upright;
}

inline constexpr std::array kAllOrientations{
    Orientation::kUpright,        Orientation::kMirrorHorizontal, Orientation::kRotate180,
    Orientation::kMirrorVertical, Orientation::kTranspose,        Orientation::kRotate90,
    Orientation::kTransverse,     Orientation::kRotate270};

/// Runs `test` once for every vector target that this processor has and the build contains.
inline void on_every_target(const std::function<void()>& test) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    test();
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// Differences between a picture and its twin in floats.
struct Differences {
  double worst = 0;
  double mean = 0;
  double share_above_1 = 0;  ///< of samples whose difference to the rounded twin is above 1 level
};

}  // namespace albumen::testing
