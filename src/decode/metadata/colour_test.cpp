// SPDX-License-Identifier: Apache-2.0
// Where files keep their colours; what a profile says is tested in colour/.
#include "decode/colour.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "colour/testing/profiles.h"
#include "decode/decoder.h"
#include "decode/testing/decode_all.h"
#include "decode/testing/test_pictures.h"

namespace albumen {
namespace {

using testing::bytes_of;
using testing::EncodedBytes;
using testing::JpegSpace;
using testing::with_jpeg_segment;
using testing::with_png_chunk;
using testing::with_webp_chunk;

constexpr Size kSize{.width = 40, .height = 20};
constexpr std::uint8_t kApp2 = 0xE2;

EncodedBytes jpeg() { return encode_jpeg(testing::photo_like(kSize, 3, 1)); }

EncodedBytes png() { return encode_png(testing::photo_like(kSize, 3, 1)); }

EncodedBytes webp() { return encode_webp(testing::photo_like(kSize, 3, 1)); }

ColourSource colour_of(const EncodedBytes& file) {
  Budget budget{kMiB * 64};
  return read_colour(testing::as_image(budget, file));
}

struct Part {
  unsigned number = 1;
  unsigned count = 1;
  std::string_view text;
};

/// The parts as segments, in that order.
EncodedBytes jpeg_with(const std::vector<Part>& parts) {
  EncodedBytes file = jpeg();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    std::string segment{"ICC_PROFILE\0", 12};
    segment += static_cast<char>(part->number);
    segment += static_cast<char>(part->count);
    segment += part->text;
    file = with_jpeg_segment(file, kApp2, bytes_of(segment));
  }
  return file;
}

std::string text_of(const ColourSource& source) {
  return {reinterpret_cast<const char*>(source.profile.data()), source.profile.size()};
}

EncodedBytes compressed(std::string_view name, const EncodedBytes& profile) {
  EncodedBytes chunk = bytes_of(std::string{name} + std::string(2, '\0'));
  uLongf size = compressBound(profile.size());
  const std::size_t head = chunk.size();
  chunk.resize(head + size);
  compress2(reinterpret_cast<Bytef*>(chunk.data() + head), &size,
            reinterpret_cast<const Bytef*>(profile.data()), profile.size(), 9);
  chunk.resize(head + size);
  return chunk;
}

EncodedBytes numbers(std::initializer_list<std::uint32_t> values) {
  EncodedBytes bytes;
  for (const std::uint32_t value : values) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
      bytes.push_back(static_cast<std::byte>(value >> shift));
    }
  }
  return bytes;
}

TEST(ColourTest, ThreeFormatsKeepTheSameProfile) {
  const EncodedBytes profile = testing::rgb_profile(testing::kAdobeRgb, 2.2);
  const std::string_view text{reinterpret_cast<const char*>(profile.data()), profile.size()};
  EXPECT_EQ(colour_of(jpeg_with({{.text = text}})).profile, profile);
  EXPECT_EQ(colour_of(with_png_chunk(png(), "iCCP", compressed("Adobe", profile))).profile,
            profile);
  EXPECT_EQ(colour_of(with_webp_chunk(webp(), "ICCP", profile, kSize)).profile, profile);
}

TEST(ColourTest, FilesThatSayNothingAreSrgb) {
  for (const EncodedBytes& file : {jpeg(), png(), webp(), bytes_of("no picture"), EncodedBytes{}}) {
    EXPECT_TRUE(colour_of(file).is_srgb());
    EXPECT_EQ(colour_of(file).note, "");
  }
  EXPECT_TRUE(colour_of(with_jpeg_segment(jpeg(), kApp2, bytes_of("MPF"))).is_srgb());
}

TEST(ColourTest, PutsThePartsOfAJpegInOrder) {
  const Part a{.number = 1, .count = 3, .text = "one "};
  const Part b{.number = 2, .count = 3, .text = "two "};
  const Part c{.number = 3, .count = 3, .text = "three"};
  EXPECT_EQ(text_of(colour_of(jpeg_with({a, b, c}))), "one two three");
  EXPECT_EQ(text_of(colour_of(jpeg_with({c, a, b}))), "one two three");
  EXPECT_EQ(text_of(colour_of(jpeg_with({c, a, a, b}))), "one two three") << "a copy";
}

TEST(ColourTest, LeavesOutProfilesWhosePartsDoNotFit) {
  const Part a{.number = 1, .count = 2, .text = "one"};
  const Part b{.number = 2, .count = 2, .text = "two"};
  const std::vector<std::vector<Part>> bad{{a},
                                           {b},
                                           {a, b, {.number = 1, .count = 2, .text = "other"}},
                                           {a, b, {.number = 3, .count = 3, .text = "three"}},
                                           {a, b, {.number = 3, .count = 2, .text = "three"}},
                                           {{.number = 0, .count = 1, .text = "zero"}},
                                           {{.number = 0, .count = 0, .text = "zero"}}};
  for (const std::vector<Part>& parts : bad) {
    const ColourSource source = colour_of(jpeg_with(parts));
    EXPECT_TRUE(source.is_srgb());
    EXPECT_NE(source.note, "");
  }
}

TEST(ColourTest, LeavesOutProfilesBeyondTheLimit) {
  const std::string part(65'000, 'x');
  std::vector<Part> parts;
  for (unsigned number = 1; number <= 65; ++number) {
    parts.push_back({.number = number, .count = 65, .text = part});
  }
  const EncodedBytes most(kMaxProfileBytes);
  const EncodedBytes more(kMaxProfileBytes + 1);
  EXPECT_EQ(colour_of(with_png_chunk(png(), "iCCP", compressed("most", most))).profile, most);
  EXPECT_EQ(colour_of(with_webp_chunk(webp(), "ICCP", most, kSize)).profile, most);
  for (const EncodedBytes& file :
       {jpeg_with(parts), with_png_chunk(png(), "iCCP", compressed("more", more)),
        with_webp_chunk(webp(), "ICCP", more, kSize)}) {
    const ColourSource source = colour_of(file);
    EXPECT_TRUE(source.is_srgb());
    EXPECT_NE(source.note, "");
  }
}

TEST(ColourTest, TakesTheStrongestWordOfAPng) {
  const EncodedBytes profile = testing::rgb_profile(testing::kAdobeRgb, 2.2);
  EncodedBytes file = with_png_chunk(png(), "gAMA", numbers({100'000}));
  file = with_png_chunk(file, "cHRM",
                        numbers({31'270, 32'900, 68'000, 32'000, 26'500, 69'000, 15'000, 6'000}));
  const ColourSource by_numbers = colour_of(file);
  EXPECT_EQ(by_numbers.encoding_gamma, 1.0);
  EXPECT_EQ(by_numbers.primaries, testing::kDisplayP3);
  file = with_png_chunk(file, "iCCP", compressed("Adobe", profile));
  const ColourSource by_profile = colour_of(file);
  EXPECT_EQ(by_profile.profile, profile);
  EXPECT_FALSE(by_profile.encoding_gamma.has_value() || by_profile.primaries.has_value());
  file = with_png_chunk(file, "sRGB", bytes_of(std::string(1, '\0')));
  EXPECT_TRUE(colour_of(file).is_srgb());
}

TEST(ColourTest, FallsBackToTheNumbersOfAPngWhoseProfileIsDamaged) {
  const EncodedBytes profile = testing::rgb_profile(testing::kAdobeRgb, 2.2);
  EncodedBytes cut = compressed("name", profile);
  cut.resize(cut.size() / 2);
  EncodedBytes method = compressed("name", profile);
  method.at(5) = std::byte{1};
  for (const EncodedBytes& chunk :
       {cut, method, compressed("", profile), compressed(std::string(80, 'n'), profile),
        bytes_of("name"), EncodedBytes{}}) {
    const ColourSource source =
        colour_of(with_png_chunk(with_png_chunk(png(), "gAMA", numbers({50'000})), "iCCP", chunk));
    EXPECT_EQ(source.encoding_gamma, 0.5);
    EXPECT_NE(source.note, "");
  }
  EXPECT_TRUE(colour_of(with_png_chunk(png(), "cHRM", numbers({31'270, 32'900}))).is_srgb());
}

TEST(ColourTest, AFileCutAnywhereGivesTheWholeProfileOrNone) {
  const EncodedBytes profile = testing::rgb_profile(testing::kAdobeRgb, 2.2);
  const std::string_view text{reinterpret_cast<const char*>(profile.data()), profile.size()};
  for (const EncodedBytes& file :
       {jpeg_with({{.number = 1, .count = 2, .text = text.substr(0, 200)},
                   {.number = 2, .count = 2, .text = text.substr(200)}}),
        with_png_chunk(png(), "iCCP", compressed("Adobe", profile)),
        with_webp_chunk(webp(), "ICCP", profile, kSize)}) {
    for (std::size_t size = 0; size < file.size(); size += 3) {
      const ColourSource cut =
          colour_of({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
      EXPECT_TRUE(cut.profile.empty() || cut.profile == profile) << size;
    }
  }
}

TEST(ColourTest, KnowsWhatTheSamplesOfAFileStandFor) {
  const auto model_of = [](const EncodedBytes& file) {
    testing::TestDecode decode{file};
    return colour_model_of(decode.info().value());
  };
  const auto photo = [](int channels) { return testing::photo_like(kSize, channels, 1); };
  EXPECT_EQ(model_of(encode_jpeg(photo(1))), ColourModel::kGray);
  EXPECT_EQ(model_of(encode_jpeg(photo(3))), ColourModel::kRgb);
  EXPECT_EQ(model_of(encode_jpeg(photo(4), {.space = JpegSpace::kCmyk})), ColourModel::kCmyk);
  EXPECT_EQ(model_of(encode_jpeg(photo(4), {.space = JpegSpace::kYcck})), ColourModel::kCmyk);
  EXPECT_EQ(model_of(encode_png(photo(1))), ColourModel::kGray);
  EXPECT_EQ(model_of(encode_png(photo(2))), ColourModel::kGray);
  EXPECT_EQ(model_of(encode_png(photo(3), {.palette = true})), ColourModel::kRgb);
  EXPECT_EQ(model_of(encode_png(photo(4))), ColourModel::kRgb);
  EXPECT_EQ(model_of(encode_webp(photo(4))), ColourModel::kRgb);
}

TEST(ColourTest, ConvertsInksByTheirProfileWhereThereIsOne) {
  const ColourSource source{
      .profile = testing::cmyk_profile(), .encoding_gamma = {}, .primaries = {}, .note = {}};
  const ColourChoice inks = choose_colour(source, ColourModel::kCmyk);
  ASSERT_NE(inks.transform, nullptr);
  for (const JpegSpace space : {JpegSpace::kCmyk, JpegSpace::kYcck}) {
    const EncodedBytes file = encode_jpeg(testing::photo_like(kSize, 4, 1), {.space = space});
    testing::TestDecode decode{file};
    const auto by_formula = testing::visible_samples(decode.decode_to(40).value());
    const auto by_profile =
        testing::visible_samples(decode.decode_to(40, {.colour = inks.transform.get()}).value());
    // The formula gives what the profile raises to a power.
    std::vector<std::uint8_t> expected;
    for (const std::uint8_t sample : by_formula) {
      expected.push_back(static_cast<std::uint8_t>(
          std::lround(255 * std::pow(sample / 255.0, testing::kInkDarkness))));
    }
    EXPECT_LE(testing::mean_difference(by_profile, expected), 2.5);
    EXPECT_GE(testing::mean_difference(by_profile, by_formula), 10);
  }
}

TEST(ColourTest, LeavesOtherPicturesToWhoeverResizesThem) {
  const ColourSource source{.profile = testing::rgb_profile(testing::kAdobeRgb, 2.2),
                            .encoding_gamma = {},
                            .primaries = {},
                            .note = {}};
  const ColourChoice screen = choose_colour(source, ColourModel::kRgb);
  ASSERT_NE(screen.transform, nullptr);
  for (const EncodedBytes& file :
       {jpeg(), png(),
        encode_jpeg(testing::photo_like(kSize, 4, 1), {.space = JpegSpace::kCmyk})}) {
    testing::TestDecode decode{file};
    EXPECT_EQ(
        testing::visible_samples(decode.decode_to(40).value()),
        testing::visible_samples(decode.decode_to(40, {.colour = screen.transform.get()}).value()));
  }
}

}  // namespace
}  // namespace albumen
