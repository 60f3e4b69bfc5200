// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <linux/close_range.h>
#include <malloc.h>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "decode/longtail/protocol.h"

namespace albumen {
namespace {

// After the warm-up: three standard ones, two of a request, and some to spare.
constexpr rlim_t kMostDescriptors = 16;

bool set_limit(__rlimit_resource what, rlim_t value) {
  const rlimit limit{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(what, &limit) == 0;
}

// A heap that gives back what it got, so that one picture's memory is not the next one's.
void tame_heap() {
  constexpr int kMapFromBytes = 256 * 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kMapFromBytes);
  ::mallopt(M_TRIM_THRESHOLD, kMapFromBytes);
}

void use_small_stacks() {
  constexpr std::size_t kStackBytes = std::size_t{2} << 20;
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStackBytes);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

// Calls that need no look at their arguments.
constexpr std::array kAllowed{
    // The socket and what comes over it; no call that makes another name for a file.
    SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(read), SCMP_SYS(write),
    SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(lseek),
    // Memory; its protection is looked at below.
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    // Threads of this process and their locks. How many processors there are is not to be had: a
    // codec would start as many threads.
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    // Signals to itself, time, chance.
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(sysinfo),
    SCMP_SYS(uname), SCMP_SYS(getrandom)};

// Nothing honest comes near these.
constexpr std::array kDeadly{SCMP_SYS(execve),
                             SCMP_SYS(execveat),
                             SCMP_SYS(fork),
                             SCMP_SYS(vfork),
                             SCMP_SYS(ptrace),
                             SCMP_SYS(process_vm_readv),
                             SCMP_SYS(process_vm_writev)};

// The library's own macros for this are compound literals, which C++ does not have.
scmp_arg_cmp argument(unsigned index, scmp_compare compare, scmp_datum_t first,
                      scmp_datum_t second = 0) {
  return {.arg = index, .op = compare, .datum_a = first, .datum_b = second};
}

// A rule that failed to go in would leave a gap: all count.
bool add_rules(scmp_filter_ctx filter) {
  int failed = 0;
  for (const int call : kAllowed) {
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  }
  for (const int call : kDeadly) {
    failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, call, 0);
  }
  // Memory, but never code.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                               argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  }
  // Threads, but no process. glibc asks by clone3 first, whose flags a filter cannot see.
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                             argument(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                             argument(0, SCMP_CMP_EQ, PR_SET_NAME));
  // abort() ends in this.
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                             argument(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
  return failed == 0;
}

// All but the standard three. Kernels before 5.9 and some containers have no close_range.
bool close_inherited() {
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) == 0) {
    return true;
  }
  std::vector<int> open;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd", error}) {
    open.push_back(std::atoi(entry.path().filename().c_str()));
  }
  for (const int descriptor : open) {
    if (descriptor > STDERR_FILENO) {
      ::close(descriptor);  // the listing's own is closed already
    }
  }
  return !error;
}

}  // namespace

bool restrict_process() {
  tame_heap();
  use_small_stacks();
  return close_inherited() && set_limit(RLIMIT_CORE, 0) &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;  // 0 where it cannot be read
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool close_sandbox() {
  // Not earlier: a library that ImageMagick may load (DjVuLibre) sets its own.
  std::set_new_handler([] { ::_exit(kLongtailNoMemoryExit); });
  if (!set_limit(RLIMIT_NOFILE, kMostDescriptors)) {
    return false;
  }
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) {
    return false;
  }
  // The warm-up has left threads behind: the filter is theirs too.
  const bool closed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
                      add_rules(filter) && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return closed;
}

}  // namespace albumen
