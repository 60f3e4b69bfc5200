// SPDX-License-Identifier: Apache-2.0
// Non-owning views of pixels and tensors. A view never outlives the buffer it points into.
// Tested by image_view_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "core/check.h"
#include "core/geometry.h"

namespace albumen {

/// One plane of interleaved 8-bit samples: rows `stride_bytes` apart, `channels` bytes a pixel.
/// channels: 1 grey or a single plane, 3 RGB, 4 RGBA (not premultiplied).
/// Byte is `std::uint8_t` or `const std::uint8_t`.
template <class Byte>
class BasicImageView {
 public:
  static_assert(std::is_same_v<std::remove_const_t<Byte>, std::uint8_t>);

  BasicImageView() = default;

  /// REQUIRES: stride_bytes >= size.width * channels; data valid for height * stride_bytes bytes
  /// (the last row needs only its pixels).
  BasicImageView(Byte* data, Size size, int channels, std::size_t stride_bytes)
      : data_(data), size_(size), channels_(channels), stride_bytes_(stride_bytes) {
    ALBUMEN_DCHECK(stride_bytes >= std::size_t{size.width} * static_cast<std::size_t>(channels));
  }

  /// A read-only view of a writable one.
  operator BasicImageView<const std::uint8_t>() const  // NOLINT(google-explicit-constructor)
    requires(!std::is_const_v<Byte>)
  {
    return {data_, size_, channels_, stride_bytes_};
  }

  [[nodiscard]] Byte* data() const { return data_; }

  [[nodiscard]] Size size() const { return size_; }

  [[nodiscard]] std::uint32_t width() const { return size_.width; }

  [[nodiscard]] std::uint32_t height() const { return size_.height; }

  [[nodiscard]] int channels() const { return channels_; }

  [[nodiscard]] std::size_t stride_bytes() const { return stride_bytes_; }

  [[nodiscard]] bool empty() const { return data_ == nullptr || size_.empty(); }

  /// Pixels of row `y`, width * channels bytes.
  [[nodiscard]] std::span<Byte> row(std::uint32_t y) const {
    ALBUMEN_DCHECK(y < size_.height);
    return {data_ + y * stride_bytes_,
            std::size_t{size_.width} * static_cast<std::size_t>(channels_)};
  }

 private:
  Byte* data_ = nullptr;
  Size size_;
  int channels_ = 0;
  std::size_t stride_bytes_ = 0;
};

using ImageView = BasicImageView<const std::uint8_t>;
using MutableImageView = BasicImageView<std::uint8_t>;

/// Shape of a dense row-major tensor; pictures are NCHW or NHWC as the owner says.
struct TensorShape {
  std::int64_t n = 1;
  std::int64_t c = 1;
  std::int64_t h = 1;
  std::int64_t w = 1;

  friend constexpr bool operator==(const TensorShape&, const TensorShape&) = default;

  [[nodiscard]] constexpr std::int64_t count() const { return n * c * h * w; }
};

}  // namespace albumen
