// SPDX-License-Identifier: Apache-2.0
#include "infer/inference_threads.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <pthread.h>
#include <string>
#include <system_error>

namespace albumen {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "inference";

bool is_of_the_library(const fs::path& thread) {
  std::ifstream file{thread / "comm"};
  std::string name;
  return std::getline(file, name) && name == kName;
}

// "on-processor ns, waiting ns, turns". A thread that ended meanwhile has no file.
std::chrono::nanoseconds cpu_time_of(const fs::path& thread) {
  std::ifstream file{thread / "schedstat"};
  std::int64_t nanoseconds = 0;
  return std::chrono::nanoseconds{file >> nanoseconds ? nanoseconds : 0};
}

}  // namespace

InferenceThreadScope::InferenceThreadScope() {
  if (::pthread_getname_np(::pthread_self(), own_name_.data(), own_name_.size()) != 0) {
    own_name_ = {};
  }
  ::pthread_setname_np(::pthread_self(), kName);
}

InferenceThreadScope::~InferenceThreadScope() {
  ::pthread_setname_np(::pthread_self(), own_name_.data());
}

std::chrono::nanoseconds inference_cpu_time() {
  std::chrono::nanoseconds sum{};
  std::error_code error;
  for (fs::directory_iterator thread{"/proc/self/task", error}, end; !error && thread != end;
       thread.increment(error)) {
    if (is_of_the_library(thread->path())) {
      sum += cpu_time_of(thread->path());
    }
  }
  return sum;
}

}  // namespace albumen
