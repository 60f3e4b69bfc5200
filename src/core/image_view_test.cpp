// SPDX-License-Identifier: Apache-2.0
#include "core/image_view.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <type_traits>
#include <vector>

namespace albumen {
namespace {

TEST(ImageViewTest, RowsLieAStrideApartAndLeaveThePaddingOut) {
  // Two rows of two RGB pixels, two bytes of padding between them and none behind the last.
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6, 99, 99, 7, 8, 9, 10, 11, 12};
  const ImageView view{bytes.data(), {.width = 2, .height = 2}, 3, 8};
  EXPECT_TRUE(std::ranges::equal(view.row(0), std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(std::ranges::equal(view.row(1), std::vector<std::uint8_t>{7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(view.row(1).data() + view.row(1).size(), bytes.data() + bytes.size());
}

TEST(ImageViewTest, PartOfAPictureIsAViewWithTheSameStride) {
  std::vector<std::uint8_t> pixels(std::size_t{6} * 4);
  for (std::size_t index = 0; index < pixels.size(); ++index) {
    pixels[index] = static_cast<std::uint8_t>(index);
  }
  const ImageView inner{pixels.data() + 6 + 2, {.width = 3, .height = 2}, 1, 6};
  EXPECT_TRUE(std::ranges::equal(inner.row(0), std::vector<std::uint8_t>{8, 9, 10}));
  EXPECT_TRUE(std::ranges::equal(inner.row(1), std::vector<std::uint8_t>{14, 15, 16}));
}

TEST(ImageViewTest, WritesGoToTheBufferAndAreSeenByAReadOnlyView) {
  std::vector<std::uint8_t> bytes(12);
  const MutableImageView view{bytes.data(), {.width = 3, .height = 4}, 1, 3};
  const ImageView seen = view;
  std::ranges::fill(view.row(2), std::uint8_t{7});
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 7, 7, 7, 0, 0, 0}));
  EXPECT_EQ(seen.row(2)[1], 7);
  EXPECT_EQ(seen.size(), view.size());
  EXPECT_EQ(seen.channels(), 1);
  EXPECT_EQ(seen.stride_bytes(), 3U);
  static_assert(!std::is_convertible_v<ImageView, MutableImageView>,
                "what is read-only must not become writable");
}

TEST(ImageViewTest, IsEmptyWithoutBufferOrWithoutPixels) {
  EXPECT_TRUE(ImageView{}.empty());
  const std::uint8_t byte = 0;
  EXPECT_TRUE((ImageView{&byte, {.width = 0, .height = 5}, 1, 0}).empty());
  EXPECT_TRUE((ImageView{&byte, {.width = 1, .height = 0}, 1, 1}).empty());
  EXPECT_FALSE((ImageView{&byte, {.width = 1, .height = 1}, 1, 1}).empty());
}

TEST(TensorShapeTest, CountsEveryValue) {
  EXPECT_EQ((TensorShape{.n = 4, .c = 3, .h = 48, .w = 24}).count(), 4 * 3 * 48 * 24);
  EXPECT_EQ(TensorShape{}.count(), 1);
}

}  // namespace
}  // namespace albumen
