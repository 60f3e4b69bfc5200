// SPDX-License-Identifier: Apache-2.0
// Real nets of which one inference fails, for failure-injection tests of those who run them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "infer/runtime.h"

namespace albumen::testing {

/// Thread-safe, like any runtime; the networks may outlive it.
class FailingRuntime final : public Runtime {
 public:
  explicit FailingRuntime(std::unique_ptr<Runtime> real) : real_(std::move(real)) {}

  /// Makes the nth inference from now (1-based, counted over all nets and contexts) fail with
  /// ModelFailed; 0 switches it off.
  void fail_nth(std::uint64_t n) { *fail_in_ = n; }

  [[nodiscard]] Result<std::unique_ptr<Network>> load(const std::string& path,
                                                      const NetworkOptions& options) const override;

  [[nodiscard]] Precision precision() const override { return real_->precision(); }

  [[nodiscard]] std::string description() const override { return real_->description(); }

 private:
  std::unique_ptr<Runtime> real_;
  std::shared_ptr<std::atomic<std::uint64_t>> fail_in_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace albumen::testing
