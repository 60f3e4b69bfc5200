// SPDX-License-Identifier: Apache-2.0
// One run of a net for the samples of several workers. Each worker has a few faces at a time; a net
// may cost less a sample when it gets many at once. Contexts put their samples into the run that is
// being gathered and wait; one of them runs it for all. No thread of its own.
// Tested by batcher_test.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "core/result.h"
#include "infer/network.h"

namespace albumen {

struct BatcherOptions {
  /// Samples of one run, at least 1. Every run has this size, with zeros where samples are missing,
  /// so that the same pixels give the same numbers whatever comes with them. 1: nothing is shared.
  std::size_t batch = 1;
  /// How long the first sample of a run waits for others.
  std::chrono::microseconds wait = std::chrono::milliseconds(5);
  /// True while somebody needs what the waiting workers hold, or the program is to stop: then
  /// nothing waits. Empty: never.
  std::function<bool()> admission_blocked;
  /// Workers that may still bring samples, those that wait here among them: when all of them wait,
  /// nobody is left to wait for. Empty: not known.
  std::function<std::size_t()> workers_busy;
  // Both are called with a lock held, every half millisecond while a run is gathered, from any
  // thread: they must be quick, throw nothing and run no context.
};

/// `network` with runs shared by its contexts; `network` itself where `batching.batch` is 1.
/// Results are those of `network` at the one batch size. A run that fails gives its error to every
/// sample of that run and to no other. Nobody waits longer than `wait` and two runs. REQUIRES:
/// `network` was loaded with `loaded`, whose only batch size is `batching.batch` (Internal
/// otherwise).
Result<std::unique_ptr<Network>> make_batching_network(std::unique_ptr<Network> network,
                                                       const NetworkOptions& loaded,
                                                       BatcherOptions batching);

}  // namespace albumen
