// SPDX-License-Identifier: Apache-2.0
// For sanitizer builds only. OpenVINO's TBB opens a library with RTLD_DEEPBIND, at which the
// sanitizers' run time ends the process: such a library would find malloc before the sanitizer's.
// This dlopen stands before theirs and clears the flag. Linked into every program that links infer,
// when ALBUMEN_SANITIZE is set.
#include <dlfcn.h>

extern "C" __attribute__((visibility("default"))) void* dlopen(const char* file, int mode) {
  using Dlopen = void* (*)(const char*, int);
  static const auto next = reinterpret_cast<Dlopen>(::dlsym(RTLD_NEXT, "dlopen"));
  return next(file, mode & ~RTLD_DEEPBIND);
}

// TBB's arenas and its binding to processors end with the process, not before (216 bytes).
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();

extern "C" const char* __lsan_default_suppressions() {
  return "leak:libtbb.so\nleak:libtbbbind_2_5.so\n";
}
