// SPDX-License-Identifier: Apache-2.0
#include "pipeline/analyzer_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ViewSpec kSmallGray{.longest_side = 16, .layout = ViewLayout::kGray8};
constexpr ViewSpec kLargeRgb{.longest_side = 32, .layout = ViewLayout::kRgb8};
constexpr ViewSpec kPixels{.longest_side = 48, .layout = ViewLayout::kDecoded};

// Remembers what it was shown, and does as the test says.
class ScriptedAnalyzer final : public Analyzer {
 public:
  struct Script {
    std::string name;
    std::vector<ViewSpec> views;
    Bytes working;
    std::function<void(const AnalysisInput&, FindingSink&)> act =
        [](const AnalysisInput&, FindingSink& out) { out.accept(0, Finding{Quality{}}); };
  };

  explicit ScriptedAnalyzer(Script script)
      : script_(std::move(script)),
        id_{.name = script_.name, .version = "1", .model_digest = "", .parameters = ""} {}

  const AnalyzerId& id() const override { return id_; }

  std::span<const ViewSpec> views() const override { return script_.views; }

  Bytes working_bytes(Size decoded, Size /*original*/) const override {
    return script_.working * decoded.width;
  }

  void analyze(std::span<const AnalysisInput> batch, Reservation& /*job*/,
               const StopToken& /*stop*/, FindingSink& out) const override {
    ASSERT_EQ(batch.size(), 1U);
    script_.act(batch[0], out);
  }

 private:
  Script script_;
  AnalyzerId id_;
};

using Script = ScriptedAnalyzer::Script;

AnalyzerSet set_of(std::vector<Script> scripts) {
  std::vector<std::unique_ptr<Analyzer>> analyzers;
  analyzers.reserve(scripts.size());
  for (Script& script : scripts) {
    analyzers.push_back(std::make_unique<ScriptedAnalyzer>(std::move(script)));
  }
  return AnalyzerSet{std::move(analyzers)};
}

AnalyzerSet three() {
  return set_of({{.name = "a", .views = {kSmallGray, kPixels}, .working = Bytes{10}},
                 {.name = "b", .views = {kLargeRgb, kSmallGray}, .working = Bytes{30}},
                 {.name = "c", .views = {kLargeRgb}, .working = Bytes{20}}});
}

TEST(AnalyzerSetTest, BitsIdsAndNamesGoTogether) {
  const AnalyzerSet analyzers = three();
  EXPECT_EQ(analyzers.size(), 3U);
  EXPECT_EQ(analyzers.all(), 0b111);
  EXPECT_EQ(analyzers.ids().at(1).name, "b");
  EXPECT_EQ(analyzers.find("c"), &analyzers.ids().at(2));
  EXPECT_EQ(analyzers.find("d"), nullptr);
  EXPECT_EQ(set_of({}).all(), 0);
}

TEST(AnalyzerSetTest, AViewThatTwoAskForIsMadeOnce) {
  const AnalyzerSet analyzers = three();
  EXPECT_THAT(analyzers.views(0b111), ElementsAre(kSmallGray, kPixels, kLargeRgb));
  EXPECT_THAT(analyzers.views(0b110), ElementsAre(kLargeRgb, kSmallGray));
  EXPECT_THAT(analyzers.views(0), IsEmpty());
}

// They work one after the other, each giving back what it took.
TEST(AnalyzerSetTest, MemoryIsThatOfTheGreediestWanted) {
  const AnalyzerSet analyzers = three();
  const Size decoded{.width = 2, .height = 1};
  EXPECT_EQ(analyzers.working_bytes(0b111, decoded, decoded), Bytes{60});
  EXPECT_EQ(analyzers.working_bytes(0b101, decoded, decoded), Bytes{40});
  EXPECT_EQ(analyzers.working_bytes(0, decoded, decoded), Bytes{});
}

std::vector<View> views_for(const std::vector<ViewSpec>& specs) {
  std::vector<View> views;
  for (const ViewSpec& spec : specs) {
    if (spec.layout != ViewLayout::kDecoded) {
      views.push_back({.spec = spec, .buffer = {}, .pixels = {}, .original = {}});
    }
  }
  return views;
}

std::vector<AnalyzerSet::Outcome> outcomes_of(const AnalyzerSet& analyzers, AnalyzerMask wanted) {
  const DecodedImage decoded;
  const std::vector<View> views = views_for(analyzers.views(wanted));
  Reservation job;
  return analyzers.analyze(wanted, decoded, views, job, {});
}

TEST(AnalyzerSetTest, EachSeesItsOwnViewsInItsOwnOrder) {
  std::vector<std::vector<ViewSpec>> seen(2);
  const auto remember = [&seen](std::size_t who) {
    return [&seen, who](const AnalysisInput& input, FindingSink& out) {
      EXPECT_NE(input.decoded, nullptr);
      for (const View* view : input.views) {
        seen.at(who).push_back(view == nullptr ? kPixels : view->spec);
      }
      out.accept(0, Finding{Quality{}});
    };
  };
  const AnalyzerSet analyzers =
      set_of({{.name = "a", .views = {kSmallGray, kPixels}, .working = {}, .act = remember(0)},
              {.name = "b", .views = {kLargeRgb, kSmallGray}, .working = {}, .act = remember(1)}});
  EXPECT_EQ(outcomes_of(analyzers, 0b11).size(), 2U);
  EXPECT_THAT(seen[0], ElementsAre(kSmallGray, kPixels));
  EXPECT_THAT(seen[1], ElementsAre(kLargeRgb, kSmallGray));
}

TEST(AnalyzerSetTest, OnlyTheWantedWork) {
  const auto outcomes = outcomes_of(three(), 0b101);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[0].first, 0U);
  EXPECT_EQ(outcomes[1].first, 2U);
  EXPECT_TRUE(outcomes[0].second.has_value());
  EXPECT_THAT(outcomes_of(three(), 0), IsEmpty());
}

TEST(AnalyzerSetTest, OneThatFailsThrowsOrForgetsCostsItsOwnFindingAlone) {
  const AnalyzerSet analyzers =
      set_of({{.name = "fails",
               .views = {kSmallGray},
               .working = {},
               .act = [](const AnalysisInput&,
                         FindingSink& out) { out.accept(0, fail(ErrorCode::kModelFailed, "no")); }},
              {.name = "throws",
               .views = {kSmallGray},
               .working = {},
               .act = [](const AnalysisInput&,
                         FindingSink&) { throw std::runtime_error{"thrown by a test"}; }},
              {.name = "forgets",
               .views = {kSmallGray},
               .working = {},
               .act = [](const AnalysisInput&, FindingSink&) {}},
              {.name = "works", .views = {kSmallGray}, .working = {}}});
  const auto outcomes = outcomes_of(analyzers, analyzers.all());
  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_EQ(outcomes[0].second.error().code, ErrorCode::kModelFailed);
  EXPECT_EQ(outcomes[1].second.error().code, ErrorCode::kInternal);
  EXPECT_EQ(outcomes[1].second.error().message, "thrown by a test");
  EXPECT_EQ(outcomes[2].second.error().code, ErrorCode::kInternal);
  EXPECT_TRUE(outcomes[3].second.has_value());
}

}  // namespace
}  // namespace albumen
