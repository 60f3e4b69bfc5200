// SPDX-License-Identifier: Apache-2.0
#include "infer/batcher.h"

#include <algorithm>
#include <exception>
#include <fmt/core.h>
#include <utility>

#include "core/check.h"
#include "core/mutex.h"

namespace albumen {
namespace {

using Clock = std::chrono::steady_clock;
using Pixels = std::span<const std::uint8_t>;

// How often the first sample of a run looks whether there is a reason to wait no longer.
constexpr std::chrono::microseconds kLook{500};

// Samples that go through the net together. While it is gathered, the batcher's lock guards it;
// then it belongs to the thread that runs it, until `done` is set under the lock.
struct SharedRun {
  std::vector<Pixels> parts;  // of contexts that wait for it
  std::size_t samples = 0;
  bool done = false;
  ConditionVariable ended;
  // What the others see should the run end without a word.
  Result<void> outcome = fail(ErrorCode::kInternal, "the inference was given up");
  std::vector<std::vector<float>> outputs;
};

// What one context has in a run.
struct Share {
  std::shared_ptr<SharedRun> run;
  std::size_t first = 0;
  std::size_t count = 0;
  bool runs = false;
};

// The run that is being gathered, and who waits. Thread-safe.
class Batcher {
 public:
  explicit Batcher(BatcherOptions options) : options_(std::move(options)) {}

  [[nodiscard]] std::size_t batch() const { return options_.batch; }

  void leave() {
    const MutexLock lock(mutex_);
    --inside_;
  }

  // Puts as many of the samples as there is room for into the run that is being gathered, and
  // waits. With `runs` set the caller must run it and call `end`; without, another thread has. The
  // samples must stay where they are until then. `enters`: the context counts as one that waits or
  // runs from now on, until `leave`; not sooner, for others would run without its samples then.
  Share share(Pixels pixels, std::size_t sample_bytes, bool enters) {
    const MutexLock lock(mutex_);
    inside_ += enters ? 1 : 0;
    Share share = add(pixels, sample_bytes);
    const auto deadline = Clock::now() + options_.wait;
    while (gathering_ == share.run) {
      const bool late = share.first == 0 && Clock::now() >= deadline;
      if (late || share.run->samples == options_.batch || nothing_to_wait_for()) {
        gathering_ = nullptr;
        share.runs = true;
        return share;
      }
      wait(share, deadline);
    }
    while (!share.run->done) {
      share.run->ended.wait(mutex_);
    }
    return share;
  }

  void end(SharedRun& run) {
    const MutexLock lock(mutex_);
    run.done = true;
    run.ended.notify_all();
  }

 private:
  Share add(Pixels pixels, std::size_t sample_bytes) REQUIRES_LOCK(mutex_) {
    if (gathering_ == nullptr) {
      gathering_ = std::make_shared<SharedRun>();
    }
    Share share{.run = gathering_, .first = gathering_->samples};
    share.count = std::min(pixels.size() / sample_bytes, options_.batch - share.first);
    gathering_->parts.push_back(pixels.first(share.count * sample_bytes));
    gathering_->samples += share.count;
    return share;
  }

  // The first one watches the time and the reasons for all.
  void wait(const Share& share, Clock::time_point deadline) REQUIRES_LOCK(mutex_) {
    if (share.first == 0) {
      share.run->ended.wait_until(mutex_, std::min(deadline, Clock::now() + kLook));
    } else {
      share.run->ended.wait(mutex_);
    }
  }

  [[nodiscard]] bool nothing_to_wait_for() const REQUIRES_LOCK(mutex_) {
    return (options_.admission_blocked && options_.admission_blocked()) ||
           (options_.workers_busy && inside_ >= options_.workers_busy());
  }

  const BatcherOptions options_;
  Mutex mutex_;
  std::shared_ptr<SharedRun> gathering_ GUARDED_BY(mutex_);  // null: the next sample begins one
  std::size_t inside_ GUARDED_BY(mutex_) = 0;                // contexts that wait or run
};

class BatchingContext final : public InferenceContext {
 public:
  BatchingContext(Batcher& batcher, std::unique_ptr<InferenceContext> inner,
                  std::span<const OutputInfo> outputs, std::size_t sample_bytes)
      : batcher_(batcher),
        inner_(std::move(inner)),
        outputs_(outputs),
        sample_bytes_(sample_bytes),
        results_(outputs.size()) {}

  Result<void> run(Pixels pixels, std::size_t count) override {
    if (pixels.size() != count * sample_bytes_) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{} bytes for {} pictures of {}",
                                                           pixels.size(), count, sample_bytes_));
    }
    for (std::size_t index = 0; index < results_.size(); ++index) {
      results_[index].resize(count * outputs_[index].values);
    }
    Presence presence(batcher_);
    for (std::size_t done = 0; done < count;) {
      const Share share = presence.share(pixels.subspan(done * sample_bytes_), sample_bytes_);
      if (share.runs) {
        run_for_all(*share.run);
      }
      TRY(share.run->outcome);
      take(share, done);
      done += share.count;
    }
    return {};
  }

  [[nodiscard]] std::span<const float> output(std::size_t index) const override {
    return results_[index];
  }

 private:
  class Presence {
   public:
    explicit Presence(Batcher& batcher) : batcher_(batcher) {}

    ~Presence() {
      if (is_inside_) {
        batcher_.leave();
      }
    }

    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

    Share share(Pixels pixels, std::size_t sample_bytes) {
      return batcher_.share(pixels, sample_bytes, !std::exchange(is_inside_, true));
    }

   private:
    Batcher& batcher_;
    bool is_inside_ = false;
  };

  // Whatever happens, those who wait hear of it.
  class Ending {
   public:
    Ending(Batcher& batcher, SharedRun& run) : batcher_(batcher), run_(run) {}

    ~Ending() { batcher_.end(run_); }

    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

   private:
    Batcher& batcher_;
    SharedRun& run_;
  };

  void run_for_all(SharedRun& run) {
    const Ending ending(batcher_, run);
    try {
      run.outcome = compute(run);
    } catch (const std::exception& error) {
      run.outcome =
          fail(ErrorCode::kModelFailed, fmt::format("inference failed: {}", error.what()));
    }
  }

  Result<void> compute(SharedRun& run) {
    Pixels pixels = run.parts.front();
    if (run.parts.size() > 1) {
      together_.clear();
      for (const Pixels part : run.parts) {
        together_.insert(together_.end(), part.begin(), part.end());
      }
      pixels = together_;
    }
    TRY(inner_->run(pixels, run.samples));
    for (std::size_t index = 0; index < outputs_.size(); ++index) {
      const auto values = inner_->output(index);
      run.outputs.emplace_back(values.begin(), values.end());
    }
    return {};
  }

  // Copies what belongs to the samples of `share`, which are the context's from `done` on.
  void take(const Share& share, std::size_t done) {
    for (std::size_t index = 0; index < results_.size(); ++index) {
      const std::size_t values = outputs_[index].values;
      const auto from =
          std::span(share.run->outputs[index]).subspan(share.first * values, share.count * values);
      std::ranges::copy(from, std::span(results_[index]).subspan(done * values).begin());
    }
  }

  Batcher& batcher_;  // the network's, which outlives its contexts
  std::unique_ptr<InferenceContext> inner_;
  const std::span<const OutputInfo> outputs_;  // the network's
  const std::size_t sample_bytes_;
  std::vector<std::vector<float>> results_;
  std::vector<std::uint8_t> together_;  // the samples of several contexts, one after the other
};

class BatchingNetwork final : public Network {
 public:
  BatchingNetwork(std::unique_ptr<Network> inner, BatcherOptions options, std::size_t sample_bytes)
      : inner_(std::move(inner)), batcher_(std::move(options)), sample_bytes_(sample_bytes) {}

  [[nodiscard]] std::span<const OutputInfo> outputs() const override { return inner_->outputs(); }

  [[nodiscard]] Precision precision() const override { return inner_->precision(); }

  [[nodiscard]] Result<std::unique_ptr<InferenceContext>> make_context() const override {
    auto context = TRY(inner_->make_context());
    return std::make_unique<BatchingContext>(batcher_, std::move(context), outputs(),
                                             sample_bytes_);
  }

 private:
  const std::unique_ptr<Network> inner_;
  mutable Batcher batcher_;  // locks itself
  const std::size_t sample_bytes_;
};

}  // namespace

Result<std::unique_ptr<Network>> make_batching_network(std::unique_ptr<Network> network,
                                                       const NetworkOptions& loaded,
                                                       BatcherOptions batching) {
  ALBUMEN_ENSURE(loaded.batches == std::vector{batching.batch});
  if (batching.batch == 1) {
    return network;
  }
  const auto sample_bytes = static_cast<std::size_t>(loaded.input.size.pixels().bytes(3).count());
  return std::make_unique<BatchingNetwork>(std::move(network), std::move(batching), sample_bytes);
}

}  // namespace albumen
