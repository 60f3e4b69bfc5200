// SPDX-License-Identifier: Apache-2.0
#include "decode/longtail/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace albumen {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Most descriptors of one request: the file and the pixels.
constexpr std::size_t kMostDescriptors = 2;

// posix_spawn's two objects, freed on every way out.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }

  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // Default signals, and a process group of its own: an interrupt at the terminal is for us.
  int prepare(int socket) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    constexpr int kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags));
    int failed = ::posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
      if (failed == 0) {
        failed = ::posix_spawn_file_actions_addopen(&actions_, output, "/dev/null", O_WRONLY, 0);
      }
    }
    return failed;
  }

  int spawn(const std::string& program, pid_t& id) {
    std::string name = program;
    // libgomp and ImageMagick would start a thread per core.
    std::string locale{"LC_ALL=C"};
    std::string openmp{"OMP_NUM_THREADS=1"};
    std::string magick{"MAGICK_THREAD_LIMIT=1"};
    const std::array<char*, 2> arguments{name.data(), nullptr};
    const std::array<char*, 4> environment{locale.data(), openmp.data(), magick.data(), nullptr};
    return ::posix_spawn(&id, program.c_str(), &actions_, &attributes_, arguments.data(),
                         environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

enum class Waited : std::uint8_t { kForMessage, kTooLong, kUntilStopped };

// A message may be the end of the connection.
Waited wait_for_message(int socket, const LongtailPatience& patience) {
  constexpr milliseconds kLookForStopEvery{100};
  pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
  while (!patience.stop.stop_requested()) {
    const auto left = std::chrono::ceil<milliseconds>(patience.deadline - steady_clock::now());
    const auto step = std::clamp(left, milliseconds{0}, kLookForStopEvery);
    const int ready = ::poll(&waiting, 1, static_cast<int>(step.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) {
      return Waited::kForMessage;
    }
    if (steady_clock::now() >= patience.deadline) {
      return Waited::kTooLong;
    }
  }
  return Waited::kUntilStopped;
}

Error words_for_death(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kLongtailNoMemoryExit) {
    return {.code = ErrorCode::kBudgetExceeded,
            .message = "its decoder needs more memory than planned"};
  }
  if (!WIFSIGNALED(status)) {
    return {.code = ErrorCode::kCorrupt,
            .message = fmt::format("its decoder ended with status {}", WEXITSTATUS(status))};
  }
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU) {
    return {.code = ErrorCode::kDeadlineExceeded, .message = "its decoder took too much time"};
  }
  if (signal == SIGKILL) {
    return {.code = ErrorCode::kBudgetExceeded,
            .message = "its decoder was killed from outside, perhaps for want of memory"};
  }
  return {.code = ErrorCode::kCorrupt,
          .message = fmt::format("its decoder crashed (signal {})", signal)};
}

}  // namespace

LongtailProcess::LongtailProcess(pid_t id, FileDescriptor socket)
    : id_(id), socket_(std::move(socket)) {}

LongtailProcess::LongtailProcess(LongtailProcess&& other) noexcept
    : id_(std::exchange(other.id_, 0)),
      socket_(std::move(other.socket_)),
      hello_(std::move(other.hello_)) {}

LongtailProcess::~LongtailProcess() { kill(); }

void LongtailProcess::kill() {
  if (id_ != 0) {
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
  }
}

std::unexpected<Error> LongtailProcess::bury() {
  // Its sockets close a moment before it can be waited for.
  constexpr milliseconds kPatience{1000};
  const auto end = steady_clock::now() + kPatience;
  while (id_ != 0 && steady_clock::now() < end) {
    int status = 0;
    const pid_t reaped = ::waitpid(id_, &status, WNOHANG);
    if (reaped == id_) {
      id_ = 0;
      return std::unexpected(words_for_death(status));
    }
    if (reaped < 0 && errno == ECHILD) {
      id_ = 0;  // gone, and its number may be another process's by now
      break;
    }
    std::this_thread::sleep_for(milliseconds{1});
  }
  kill();
  return fail(ErrorCode::kCorrupt, "its decoder closed the connection");
}

Result<LongtailProcess> LongtailProcess::start(const std::string& program,
                                               const LongtailPatience& patience) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return system_failure(errno, "connect to", program);
  }
  FileDescriptor ours{ends[0]};
  FileDescriptor theirs{ends[1]};
  SpawnSettings settings;
  pid_t id = 0;
  int failed = settings.prepare(theirs.value());
  if (failed == 0) {
    failed = settings.spawn(program, id);
  }
  if (failed != 0) {
    // Without processes or memory for one, another run can do what this one cannot.
    const bool is_for_good =
        failed == ENOENT || failed == EACCES || failed == ENOEXEC || failed == ENOTDIR;
    return fail(is_for_good ? ErrorCode::kUnsupported : ErrorCode::kUnavailable,
                fmt::format("{}: cannot be run: {}", program, std::strerror(failed)));
  }
  LongtailProcess process{id, std::move(ours)};
  theirs = FileDescriptor{};  // or its death would not end the connection
  auto hello = process.receive(patience);
  if (!hello && hello.error().code == ErrorCode::kCancelled) {
    return std::unexpected(std::move(hello).error());
  }
  if (!hello || hello->status != LongtailStatus::kHello) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: did not start: {}", program,
                            hello ? "it did not say hello" : hello.error().message));
  }
  process.hello_ = *std::move(hello);
  return process;
}

Result<void> LongtailProcess::limit(Bytes more_memory, std::chrono::seconds processor_time) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) {
    return fail(ErrorCode::kUnavailable, "albumen-longtail is gone");
  }
  const auto set = [this](__rlimit_resource what, rlim_t soft) {
    rlimit now{};
    if (::prlimit(id_, what, nullptr, &now) != 0) {
      return false;
    }
    // The hard limit stays: only root may raise it again for the next picture.
    now.rlim_cur = std::min(soft, now.rlim_max);
    return ::prlimit(id_, what, &now, nullptr) == 0;
  };
  const auto seconds =
      static_cast<rlim_t>(used.tv_sec) + 1 + static_cast<rlim_t>(processor_time.count());
  if (!set(RLIMIT_AS, hello_.address_space_bytes + more_memory.count()) ||
      !set(RLIMIT_CPU, seconds)) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("albumen-longtail cannot be limited: {}", std::strerror(errno)));
  }
  return {};
}

Result<void> LongtailProcess::send(const LongtailRequest& request,
                                   std::span<const int> descriptors) {
  LongtailRequestMessage message = to_message(request);
  iovec bytes{.iov_base = message.data(), .iov_len = message.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> beside{};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  header.msg_control = beside.data();
  header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(control), descriptors.data(), descriptors.size_bytes());
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.value(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent != static_cast<ssize_t>(message.size())) {
    return fail(ErrorCode::kUnavailable, "albumen-longtail takes no more requests");
  }
  return {};
}

Result<LongtailAnswer> LongtailProcess::receive(const LongtailPatience& patience) {
  const Waited waited = wait_for_message(socket_.value(), patience);
  if (waited != Waited::kForMessage) {
    kill();
    TRY(check_stop(patience.stop));
    return fail(ErrorCode::kDeadlineExceeded, "its decoder took too long");
  }
  // Without room for control messages: descriptors that it might send are closed by the kernel.
  LongtailAnswerMessage message{};
  const ssize_t got =
      ::recv(socket_.value(), message.data(), message.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (got <= 0) {
    return bury();
  }
  const bool whole = static_cast<std::size_t>(got) == message.size();
  auto answer = whole ? parse_longtail_answer(message) : std::nullopt;
  if (!answer) {
    kill();
    return fail(ErrorCode::kCorrupt, "its decoder answered nonsense");
  }
  return *std::move(answer);
}

}  // namespace albumen
