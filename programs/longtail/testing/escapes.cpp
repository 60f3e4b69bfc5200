// SPDX-License-Identifier: Apache-2.0
#include "escapes.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "decode/longtail/testing/escape.h"

namespace albumen {
namespace {

bool runs_program() {
  const std::array<char*, 1> nothing{nullptr};
  return ::execve("/bin/true", nothing.data(), nothing.data()) == 0;
}

bool makes_process() {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(0);
  }
  return child > 0;
}

bool maps_code() {
  return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

bool raises_limits() {
  const rlimit limit{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  return ::setrlimit(RLIMIT_AS, &limit) == 0;
}

bool uses_thread() {
  bool ran = false;
  std::thread{[&ran] { ran = true; }}.join();
  return ran;
}

// Touches what it takes, a MiB at a time.
[[noreturn]] void takes_memory() {
  std::vector<std::unique_ptr<std::vector<char>>> taken;
  while (true) {
    constexpr std::size_t kMebibyte = std::size_t{1} << 20;
    taken.push_back(std::make_unique<std::vector<char>>(kMebibyte, 'x'));
  }
}

bool attempt(Escape escape) {
  switch (escape) {
    case Escape::kOpenFile:
      return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
    case Escape::kMakeSocket:
      return ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
    case Escape::kRunProgram:
      return runs_program();
    case Escape::kMakeProcess:
      return makes_process();
    case Escape::kSignalParent:
      return ::kill(::getppid(), 0) == 0;
    case Escape::kMapCode:
      return maps_code();
    case Escape::kRaiseLimits:
      return raises_limits();
    case Escape::kListFolder:
      return ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
    case Escape::kTraceParent:
      return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0;
    case Escape::kMakeMemoryFile:
      return ::memfd_create("escape", MFD_CLOEXEC) >= 0;
    case Escape::kUseThread:
      return uses_thread();
    case Escape::kTakeMemory:
      takes_memory();
    case Escape::kSpin:
      while (true) {
        std::atomic_signal_fence(std::memory_order_seq_cst);
      }
  }
  return false;
}

}  // namespace

LongtailAnswer attempt_escape(const LongtailRequest& request) {
  const auto number = static_cast<std::uint16_t>(request.kind) -
                      static_cast<std::uint16_t>(LongtailRequestKind::kFirstEscape);
  LongtailAnswer answer;
  errno = 0;
  if (attempt(static_cast<Escape>(number))) {
    answer.status = LongtailStatus::kDone;
    answer.width = 1;
    answer.height = 1;
    answer.bands = 1;
    answer.bits = 8;
  } else {
    answer.text = std::strerror(errno);
  }
  return answer;
}

}  // namespace albumen
