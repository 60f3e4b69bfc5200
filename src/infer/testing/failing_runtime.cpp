// SPDX-License-Identifier: Apache-2.0
#include "infer/testing/failing_runtime.h"

#include <utility>

namespace albumen::testing {
namespace {

using Countdown = std::shared_ptr<std::atomic<std::uint64_t>>;

// True for the one inference that is to fail.
bool is_over(std::atomic<std::uint64_t>& countdown) {
  std::uint64_t left = countdown;
  while (left > 0 && !countdown.compare_exchange_weak(left, left - 1)) {
  }
  return left == 1;
}

class FailingContext final : public InferenceContext {
 public:
  FailingContext(std::unique_ptr<InferenceContext> real, Countdown fail_in)
      : real_(std::move(real)), fail_in_(std::move(fail_in)) {}

  Result<void> run(std::span<const std::uint8_t> pixels, std::size_t count) override {
    if (is_over(*fail_in_)) {
      return fail(ErrorCode::kModelFailed, "inference failed as a test asked");
    }
    return real_->run(pixels, count);
  }

  [[nodiscard]] std::span<const float> output(std::size_t index) const override {
    return real_->output(index);
  }

 private:
  std::unique_ptr<InferenceContext> real_;
  Countdown fail_in_;
};

class FailingNetwork final : public Network {
 public:
  FailingNetwork(std::unique_ptr<Network> real, Countdown fail_in)
      : real_(std::move(real)), fail_in_(std::move(fail_in)) {}

  [[nodiscard]] std::span<const OutputInfo> outputs() const override { return real_->outputs(); }

  [[nodiscard]] Precision precision() const override { return real_->precision(); }

  [[nodiscard]] Result<std::unique_ptr<InferenceContext>> make_context() const override {
    return std::make_unique<FailingContext>(TRY(real_->make_context()), fail_in_);
  }

 private:
  std::unique_ptr<Network> real_;
  Countdown fail_in_;
};

}  // namespace

Result<std::unique_ptr<Network>> FailingRuntime::load(const std::string& path,
                                                      const NetworkOptions& options) const {
  return std::make_unique<FailingNetwork>(TRY(real_->load(path, options)), fail_in_);
}

}  // namespace albumen::testing
