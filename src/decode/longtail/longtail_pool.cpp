// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unistd.h>
#include <utility>

#include "decode/longtail.h"
#include "decode/longtail/longtail_formats.h"
#include "decode/longtail/longtail_loan.h"

namespace albumen {

std::string longtail_beside_this_program() {
  std::string program(4096, '\0');  // PATH_MAX of Linux
  const ssize_t length = ::readlink("/proc/self/exe", program.data(), program.size());
  program.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::size_t folder = program.rfind('/');
  program.resize(folder == std::string::npos ? 0 : folder + 1);
  return program + "albumen-longtail";
}

std::unique_ptr<LongtailDecoder> installed_longtail(unsigned workers, const StopToken& stop) {
  std::string program = longtail_beside_this_program();
  if (::access(program.c_str(), X_OK) != 0) {
    return nullptr;
  }
  constexpr unsigned kMostProcesses = 4;
  const LongtailOptions options{.program = std::move(program),
                                .processes = std::clamp(workers / 2, 1U, kMostProcesses),
                                .stop = stop};
  return std::make_unique<LongtailDecoder>(options);
}

LongtailDecoder::LongtailDecoder(LongtailOptions options) : options_(std::move(options)) {
  const MutexLock lock{mutex_};
  for (unsigned index = 0; index < std::max(options_.processes, 1U); ++index) {
    free_.push_back(std::make_unique<LongtailClient>(options_));
  }
}

LongtailDecoder::~LongtailDecoder() = default;

Result<std::vector<ContentType>> LongtailDecoder::formats() {
  const LongtailLoan loan{*this};
  const std::uint32_t bits = TRY(loan->formats());
  std::vector<ContentType> types;
  for (const auto& [type, format] : kLongtailTypes) {
    if ((bits & bit_of(format)) != 0) {
      types.push_back(type);
    }
  }
  return types;
}

// The last one given back comes first: with little to do, only one child is ever started.
std::unique_ptr<LongtailClient> LongtailDecoder::take() {
  const MutexLock lock{mutex_};
  while (free_.empty()) {
    changed_.wait(mutex_);
  }
  auto client = std::move(free_.back());
  free_.pop_back();
  return client;
}

void LongtailDecoder::give_back(std::unique_ptr<LongtailClient> client) {
  const MutexLock lock{mutex_};
  free_.push_back(std::move(client));
  changed_.notify_one();
}

}  // namespace albumen
