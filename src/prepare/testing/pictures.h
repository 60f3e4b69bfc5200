// SPDX-License-Identifier: Apache-2.0
// For tests: pictures with awkward strides, the naive turn, and the loop over vector targets.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <random>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/image_view.h"
#include "govern/budget.h"
#include "govern/images.h"

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

/// A decode that borrows `planes` (one, or three for kYcc8), which must outlive it.
inline DecodedImage decoded_from(PixelLayout layout, std::span<const Picture> planes,
                                 Orientation orientation) {
  DecodedImage image;
  image.stored_size = planes[0].size();
  image.stored_original = image.stored_size;
  image.orientation = orientation;
  image.layout = layout;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    image.planes[i] = planes[i].view();
  }
  return image;
}

/// Smooth blobs and a few edges: something between noise and a flat picture.
inline void fill_like_a_photograph(Picture& picture, unsigned seed) {
  fill_with(picture, [seed](std::uint32_t x, std::uint32_t y, int c) {
    const double u = x * (0.011 + (seed % 7) * 0.002) + c;
    const double v = y * (0.013 + (seed % 5) * 0.003) - c;
    const double edge = ((x / 37) + (y / 29) + seed) % 3 == 0 ? 40 : 0;
    const double value = 110 + 60 * std::sin(u) * std::cos(v) + 25 * std::sin(3.1 * u + v) + edge;
    return static_cast<int>(std::clamp(value, 0.0, 255.0));
  });
}

}  // namespace albumen::testing
