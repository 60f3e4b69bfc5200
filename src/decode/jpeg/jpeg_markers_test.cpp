// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/jpeg_markers.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;

EncodedBytes file_of(const std::string& text) { return bytes_of(text); }

std::vector<int> markers_of(const EncodedBytes& bytes, ErrorCode& error) {
  JpegMarkers markers{bytes};
  std::vector<int> found;
  while (true) {
    const auto segment = markers.next();
    if (!segment.has_value()) {
      error = segment.error().code;
      return found;
    }
    found.push_back(segment->marker);
    if (segment->marker == kJpegEoi) {
      error = ErrorCode::kInternal;
      return found;
    }
  }
}

TEST(JpegMarkersTest, EntropyDataIsPassedOverWithItsRestarts) {
  const EncodedBytes bytes =
      file_of({"\xFF\xD8\xFF\xDA\0\3!data\xFF\0more\xFF\xD0zz\xFF\xD7\xFF\xFF\xD9", 27});
  ErrorCode error{};
  EXPECT_EQ(markers_of(bytes, error), (std::vector<int>{kJpegSoi, kJpegSos, kJpegEoi}));
  EXPECT_EQ(error, ErrorCode::kInternal);
}

TEST(JpegMarkersTest, FillBytesAndStrayBytesAreNoSegments) {
  const EncodedBytes bytes = file_of({"\xFF\xD8xy\xFF\xFF\xFF\xFE\0\4ab\xFF\xD9", 14});
  JpegMarkers markers{bytes};
  ASSERT_TRUE(markers.next().has_value());
  const auto comment = markers.next();
  ASSERT_TRUE(comment.has_value());
  EXPECT_EQ(comment->marker, kJpegCom);
  EXPECT_EQ(comment->begin, 6U);
  EXPECT_EQ(comment->end, 12U);
  EXPECT_TRUE(starts_with(comment->payload, "ab"));
}

TEST(JpegMarkersTest, LengthsAreChecked) {
  ErrorCode error{};
  (void)markers_of(file_of({"\xFF\xD8\xFF\xFE\0\1", 6}), error);
  EXPECT_EQ(error, ErrorCode::kCorrupt);
  (void)markers_of(file_of({"\xFF\xD8\xFF\xFE\0\x09zz", 8}), error);
  EXPECT_EQ(error, ErrorCode::kTruncated);
  for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 5U}) {
    (void)markers_of(file_of(std::string{"\xFF\xD8\xFF\xFE\0\4", 6}.substr(0, size)), error);
    EXPECT_EQ(error, ErrorCode::kTruncated) << size;
  }
}

}  // namespace
}  // namespace albumen
