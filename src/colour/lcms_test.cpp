// SPDX-License-Identifier: Apache-2.0
// What a hostile profile may make Little CMS take.
#include "colour/internal/lcms.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <lcms2_plugin.h>

#include "colour/testing/profiles.h"

namespace albumen::internal {
namespace {

using testing::ProfileBytes;

void put(ProfileBytes& bytes, std::size_t at, std::uint32_t number) {
  for (std::size_t index = 0; index < 4; ++index) {
    bytes.at(at + index) = static_cast<std::byte>(number >> (8 * (3 - index)));
  }
}

/// A real profile whose first tag is a pipeline that says it has so many steps.
ProfileBytes profile_with_steps(std::uint32_t count) {
  constexpr std::size_t kFirstTag = 132;
  constexpr std::uint32_t kDeviceToConnection = 0x44324231;  // "D2B1"
  constexpr std::uint32_t kPipeline = 0x6D706574;            // "mpet"
  ProfileBytes bytes = testing::rgb_profile(testing::kDisplayP3, 2.2);
  const std::size_t at = bytes.size();
  bytes.resize(at + 16);
  put(bytes, 0, static_cast<std::uint32_t>(bytes.size()));
  put(bytes, kFirstTag, kDeviceToConnection);
  put(bytes, kFirstTag + 4, static_cast<std::uint32_t>(at));
  put(bytes, kFirstTag + 8, 16);
  put(bytes, at, kPipeline);
  put(bytes, at + 8, (3U << 16U) | 3U);
  put(bytes, at + 12, count);
  return bytes;
}

// A table of two megabytes names one element a quarter of a million times, each of which was made
// anew and put behind all others.
TEST(LcmsTest, PipelinesOfManyStepsAreRefused) {
  const LcmsContext context = make_context();
  EXPECT_NE(open_profile(context, profile_with_steps(kMostPipelineSteps)), nullptr);
  EXPECT_EQ(open_profile(context, profile_with_steps(kMostPipelineSteps + 1)), nullptr);
  EXPECT_EQ(open_profile(context, profile_with_steps(~0U)), nullptr);
}

// Each allocation was held below the limit, their sum was not.
TEST(LcmsTest, OneContextHoldsNoMoreThanTheLimit) {
  const LcmsContext context = make_context();
  ASSERT_NE(context, nullptr);
  constexpr auto kHalf = static_cast<cmsUInt32Number>(kMostLcmsBytes / 2);
  void* const first = _cmsMalloc(context.get(), kHalf);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(_cmsMalloc(context.get(), kHalf), nullptr);  // the context itself takes something
  void* const grown = _cmsRealloc(context.get(), _cmsMalloc(context.get(), 1000), kHalf / 2);
  ASSERT_NE(grown, nullptr);
  EXPECT_EQ(_cmsRealloc(context.get(), nullptr, kHalf / 2), nullptr);
  _cmsFree(context.get(), grown);
  _cmsFree(context.get(), first);
  void* const again = _cmsMalloc(context.get(), kHalf);
  EXPECT_NE(again, nullptr);
  _cmsFree(context.get(), again);
}

}  // namespace
}  // namespace albumen::internal
