// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/on_demand_analyzer.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace albumen {
namespace {

const AnalyzerId& some_id() {
  static const AnalyzerId id{
      .name = "counting", .version = "1", .model_digest = "", .parameters = ""};
  return id;
}

class CountingAnalyzer final : public Analyzer {
 public:
  [[nodiscard]] const AnalyzerId& id() const override { return some_id(); }

  [[nodiscard]] std::span<const ViewSpec> views() const override { return {}; }

  [[nodiscard]] Bytes working_bytes(Size /*decoded*/, Size /*original*/) const override {
    return kKiB * 7;
  }

  void analyze(std::span<const AnalysisInput> batch, Reservation& /*job*/,
               const StopToken& /*stop*/, FindingSink& out) const override {
    for (std::size_t index = 0; index < batch.size(); ++index) {
      out.accept(index, Finding{Faces{}});
    }
  }
};

TEST(OnDemandAnalyzerTest, IsKnownBeforeItIsMade) {
  const OnDemandAnalyzer analyzer{
      some_id(), {ViewSpec{.longest_side = 640}}, []() -> Result<std::unique_ptr<Analyzer>> {
        ADD_FAILURE() << "nobody asked for it";
        return fail(ErrorCode::kInternal, "made");
      }};
  EXPECT_EQ(analyzer.id(), some_id());
  ASSERT_EQ(analyzer.views().size(), 1U);
  EXPECT_EQ(analyzer.views()[0].longest_side, 640U);
}

TEST(OnDemandAnalyzerTest, IsMadeOnceHoweverManyAsk) {
  std::atomic<int> made = 0;
  const OnDemandAnalyzer analyzer{some_id(), {}, [&]() -> Result<std::unique_ptr<Analyzer>> {
                                    ++made;
                                    return std::make_unique<CountingAnalyzer>();
                                  }};
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] { EXPECT_TRUE(analyzer.load().has_value()); });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(analyzer.working_bytes({}, {}), kKiB * 7);
}

TEST(OnDemandAnalyzerTest, GivesItsErrorToAllWhoAsk) {
  int tries = 0;
  const OnDemandAnalyzer analyzer{some_id(), {}, [&]() -> Result<std::unique_ptr<Analyzer>> {
                                    ++tries;
                                    return fail(ErrorCode::kModelFailed, "no such net");
                                  }};
  for (int call = 0; call < 3; ++call) {
    const auto loaded = analyzer.load();
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().code, ErrorCode::kModelFailed);
  }
  EXPECT_EQ(tries, 1);
}

}  // namespace
}  // namespace albumen
