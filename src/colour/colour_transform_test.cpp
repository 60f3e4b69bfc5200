// SPDX-License-Identifier: Apache-2.0
#include "colour/colour_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "colour/colour_source.h"
#include "colour/testing/profiles.h"

namespace albumen {
namespace {

using testing::ProfileBytes;

ColourSource with_profile(ProfileBytes bytes) {
  ColourSource source;
  source.profile = std::move(bytes);
  return source;
}

ColourChoice choose(ProfileBytes bytes, ColourModel model = ColourModel::kRgb) {
  return choose_colour(with_profile(std::move(bytes)), model);
}

std::vector<std::uint8_t> noise(std::size_t count, unsigned seed = 1) {
  std::mt19937 random{seed};
  std::vector<std::uint8_t> samples(count);
  std::ranges::generate(samples, [&] { return static_cast<std::uint8_t>(random()); });
  return samples;
}

/// `light_of` a sample of 0..1, then the doubles.
template <class Curve>
void expect_like_the_slow_way(const ColourTransform& transform, const Primaries& primaries,
                              const Curve& light_of) {
  const std::vector<std::uint8_t> before = noise(3 * 5000);
  std::vector<std::uint8_t> after = before;
  transform.convert(after, 3);
  for (std::size_t i = 0; i < before.size(); i += 3) {
    const testing::Rgb light{light_of(before[i] / 255.0), light_of(before[i + 1] / 255.0),
                             light_of(before[i + 2] / 255.0)};
    const testing::Rgb slow = testing::slow_srgb(primaries, light);
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_NEAR(after[i + c], 255 * slow.at(c), 2.0);
    }
  }
}

TEST(ColourTransformTest, BringsWideGamutsToSrgbLikeTheSlowWay) {
  const ColourChoice adobe = choose(testing::rgb_profile(testing::kAdobeRgb, 563.0 / 256));
  ASSERT_NE(adobe.transform, nullptr);
  EXPECT_EQ(adobe.note, "");
  expect_like_the_slow_way(*adobe.transform, testing::kAdobeRgb,
                           [](double v) { return std::pow(v, 563.0 / 256); });
  const ColourChoice display = choose(testing::rgb_profile(testing::kDisplayP3));
  ASSERT_NE(display.transform, nullptr);
  expect_like_the_slow_way(*display.transform, testing::kDisplayP3, testing::srgb_light);
  const ColourChoice wide = choose(testing::rgb_profile(testing::kProPhoto, 1.8));
  ASSERT_NE(wide.transform, nullptr);
  expect_like_the_slow_way(*wide.transform, testing::kProPhoto,
                           [](double v) { return std::pow(v, 1.8); });
}

TEST(ColourTransformTest, DoesNothingForProfilesThatAreSrgbWhateverTheirName) {
  const ColourChoice choice = choose(testing::rgb_profile(kSrgbPrimaries));
  EXPECT_EQ(choice.transform, nullptr);
  EXPECT_EQ(choice.note, "");
  EXPECT_EQ(choose_colour({}, ColourModel::kRgb).transform, nullptr);
  // 2.2 is not the curve of sRGB where a profile says it: shadows differ by many levels.
  EXPECT_NE(choose(testing::rgb_profile(kSrgbPrimaries, 2.2)).transform, nullptr);
}

TEST(ColourTransformTest, GivesGreyPicturesTheCurveOfScreens) {
  const ColourChoice choice = choose(testing::gray_profile(1.8), ColourModel::kGray);
  ASSERT_NE(choice.transform, nullptr);
  EXPECT_EQ(choice.transform->model(), ColourModel::kGray);
  for (int level = 0; level < 256; ++level) {
    std::array<std::uint8_t, 4> pixel{};
    pixel.fill(static_cast<std::uint8_t>(level));
    choice.transform->convert(pixel, 4);
    const double slow = 255 * testing::srgb_encoded(std::pow(level / 255.0, 1.8));
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(pixel.at(c), slow, 1.5);
    }
    EXPECT_EQ(pixel[3], level);
  }
}

TEST(ColourTransformTest, ReadsGreyPicturesWithTheProfileOfAScreenToo) {
  const ColourChoice choice = choose(testing::rgb_profile(kSrgbPrimaries, 1.8), ColourModel::kGray);
  ASSERT_NE(choice.transform, nullptr);
  std::array<std::uint8_t, 3> pixel{100, 100, 100};
  choice.transform->convert(pixel, 3);
  const double slow = 255 * testing::srgb_encoded(std::pow(100 / 255.0, 1.8));
  for (const std::uint8_t sample : pixel) {
    EXPECT_NEAR(sample, slow, 1.5);
  }
}

TEST(ColourTransformTest, ReadsInksAsTheirProfileDoes) {
  const ColourChoice choice = choose(testing::cmyk_profile(), ColourModel::kCmyk);
  ASSERT_NE(choice.transform, nullptr) << choice.note;
  const std::vector<std::uint8_t> inks = noise(4 * 3000);
  std::vector<std::uint8_t> rgb(3 * 3000);
  choice.transform->convert_inks(rgb, inks);
  double sum = 0;
  for (std::size_t i = 0; i < 3000; ++i) {
    const double black = inks[(4 * i) + 3] / 255.0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double paper = (1 - (inks[(4 * i) + c] / 255.0)) * (1 - black);
      const double difference =
          std::abs(rgb[(3 * i) + c] - (255 * std::pow(paper, testing::kInkDarkness)));
      ASSERT_LE(difference, 24);  // the tables are coarse where it is dark
      sum += difference;
    }
  }
  EXPECT_LE(sum / (3 * 3000), 2.5);
}

TEST(ColourTransformTest, LeavesAlphaAsItIs) {
  const ColourChoice choice = choose(testing::rgb_profile(testing::kAdobeRgb, 2.2));
  ASSERT_NE(choice.transform, nullptr);
  for (const std::size_t count : {1U, 64U, 65U, 200U}) {
    std::vector<std::uint8_t> rgba = noise(4 * count);
    const std::vector<std::uint8_t> before = rgba;
    std::vector<std::uint8_t> rgb;
    for (std::size_t i = 0; i < rgba.size(); i += 4) {
      rgb.insert(rgb.end(), {rgba[i], rgba[i + 1], rgba[i + 2]});
    }
    choice.transform->convert(rgba, 4);
    choice.transform->convert(rgb, 3);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(rgba[(4 * i) + 3], before[(4 * i) + 3]);
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(rgba[(4 * i) + c], rgb[(3 * i) + c]);
      }
    }
  }
}

TEST(ColourTransformTest, TakesPicturesWithUnusableProfilesAsSrgbAndSaysSo) {
  const auto expect_note = [](const ColourChoice& choice) {
    EXPECT_EQ(choice.transform, nullptr);
    EXPECT_TRUE(choice.note.starts_with("the colour profile is not used: ")) << choice.note;
  };
  expect_note(choose(ProfileBytes(500)));
  expect_note(choose(testing::cmyk_profile(), ColourModel::kRgb));
  expect_note(choose(testing::gray_profile(1.8), ColourModel::kRgb));
  expect_note(choose(testing::rgb_profile(testing::kAdobeRgb, 2.2), ColourModel::kCmyk));
  expect_note(choose(testing::link_profile()));
  expect_note(choose(ProfileBytes(kMaxProfileBytes + 1)));
  const ColourSource noted{.profile = {}, .encoding_gamma = {}, .primaries = {}, .note = "cut off"};
  EXPECT_EQ(choose_colour(noted, ColourModel::kRgb).note, "cut off");
}

TEST(ColourTransformTest, UnderstandsTheNumbersOfAPng) {
  ColourSource source;
  source.encoding_gamma = 0.45455;
  EXPECT_EQ(choose_colour(source, ColourModel::kRgb).transform, nullptr);
  source.primaries = testing::kDisplayP3;
  const ColourChoice display = choose_colour(source, ColourModel::kRgb);
  ASSERT_NE(display.transform, nullptr);
  expect_like_the_slow_way(*display.transform, testing::kDisplayP3, testing::srgb_light);
  source = {};
  source.encoding_gamma = 1.0;
  const ColourChoice linear = choose_colour(source, ColourModel::kRgb);
  ASSERT_NE(linear.transform, nullptr);
  expect_like_the_slow_way(*linear.transform, kSrgbPrimaries, [](double v) { return v; });
  const ColourChoice gray = choose_colour(source, ColourModel::kGray);
  ASSERT_NE(gray.transform, nullptr);
  std::array<std::uint8_t, 3> pixel{55, 55, 55};
  gray.transform->convert(pixel, 3);
  EXPECT_NEAR(pixel[1], 255 * testing::srgb_encoded(55 / 255.0), 1.5);
}

TEST(ColourTransformTest, RefusesNumbersThatMakeNoColours) {
  const auto note_for = [](std::optional<double> gamma, std::optional<Primaries> primaries) {
    ColourSource source;
    source.encoding_gamma = gamma;
    source.primaries = primaries;
    const ColourChoice choice = choose_colour(source, ColourModel::kRgb);
    return choice.transform == nullptr && !choice.note.empty();
  };
  EXPECT_TRUE(note_for(0.0, {}));
  EXPECT_TRUE(note_for(-1.0, {}));
  EXPECT_TRUE(note_for(42949.0, {}));
  Primaries flat = kSrgbPrimaries;
  flat.red = flat.green = flat.blue = {.x = 0.3, .y = 0.3};
  EXPECT_TRUE(note_for({}, flat));
  Primaries zero = kSrgbPrimaries;
  zero.white.y = 0;
  EXPECT_TRUE(note_for({}, zero));
  Primaries outside = kSrgbPrimaries;
  outside.red = {.x = 21474, .y = 21474};
  EXPECT_TRUE(note_for({}, outside));
}

// What a row becomes does not matter, only that it comes to an end inside its bounds.
void use(ProfileBytes bytes) {
  const ColourChoice rgb = choose(bytes, ColourModel::kRgb);
  if (rgb.transform != nullptr) {
    std::vector<std::uint8_t> row = noise(3 * 50);
    rgb.transform->convert(row, 3);
  }
  const ColourChoice inks = choose(std::move(bytes), ColourModel::kCmyk);
  if (inks.transform != nullptr) {
    std::vector<std::uint8_t> row(3 * 50);
    inks.transform->convert_inks(row, noise(4 * 50));
  }
}

TEST(ColourTransformTest, SurvivesProfilesThatAreCutOrChangedAnywhere) {
  std::mt19937 random{2};
  const ProfileBytes whole = testing::rgb_profile(testing::kAdobeRgb, 2.2);
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    use({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  ProfileBytes inks = testing::cmyk_profile();
  for (const std::size_t size : {127U, 140U, 300U, 5000U}) {
    use({inks.begin(), inks.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  for (int round = 0; round < 300; ++round) {
    ProfileBytes changed = round % 15 == 0 ? inks : whole;
    for (unsigned i = 0; i <= random() % 8; ++i) {
      // Where the structure is: header, tags, heads of tables.
      changed.at(random() % std::min<std::size_t>(changed.size(), 700)) =
          static_cast<std::byte>(random());
    }
    use(std::move(changed));
  }
}

// Fuzzing found one whose space of colours began with 0x9A, which is no value of the enumeration
// that Little CMS hands on as it stands in the file.
TEST(ColourTransformTest, RefusesSignaturesThatAreNoCharacters) {
  constexpr std::array<std::size_t, 3> kSignatures{12, 16, 20};
  for (const std::size_t place : kSignatures) {
    ProfileBytes changed = testing::rgb_profile(testing::kAdobeRgb, 2.2);
    changed.at(place) = std::byte{0x9A};
    EXPECT_FALSE(choose(std::move(changed)).note.empty()) << place;
  }
}

// Every tag says that its data is the table of tags, and that it is as large as can be.
TEST(ColourTransformTest, SurvivesTagsThatPointAtTagsAndClaimEverything) {
  constexpr std::size_t kTagTable = 128;
  for (const unsigned size : {0U, 4U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    ProfileBytes bytes = testing::rgb_profile(testing::kAdobeRgb, 2.2);
    const auto put = [&bytes](std::size_t at, unsigned value) {
      for (std::size_t i = 0; i < 4; ++i) {
        bytes.at(at + i) = static_cast<std::byte>(value >> (24 - (8 * i)));
      }
    };
    const auto tags = std::to_integer<std::size_t>(bytes.at(kTagTable + 3));
    for (std::size_t tag = 0; tag < tags; ++tag) {
      put(kTagTable + 4 + (12 * tag) + 4, kTagTable);
      put(kTagTable + 4 + (12 * tag) + 8, size);
    }
    use(bytes);
    put(kTagTable, 0xFFFF'FFFF);
    use(bytes);
  }
}

TEST(ColourTransformTest, ServesManyThreadsAtOnce) {
  const ColourChoice choice = choose(testing::rgb_profile(testing::kAdobeRgb, 2.2));
  ASSERT_NE(choice.transform, nullptr);
  std::vector<std::uint8_t> expected = noise(3 * 3000);
  choice.transform->convert(expected, 3);
  std::array<std::vector<std::uint8_t>, 4> rows;
  {
    std::vector<std::jthread> threads;
    for (std::vector<std::uint8_t>& row : rows) {
      threads.emplace_back([&row, &choice] {
        row = noise(3 * 3000);
        choice.transform->convert(row, 3);
      });
    }
  }
  for (const std::vector<std::uint8_t>& row : rows) {
    EXPECT_EQ(row, expected);
  }
}

}  // namespace
}  // namespace albumen
