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

// OpenVINO and its TBB are not built with the thread sanitizer, which therefore sees neither their
// locks nor what these order; reports from inside them say nothing. Our own code stays checked.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  return "race:libopenvino\n"
         "race:libtbb\n"
         "race:libhwloc\n"
         "mutex:libtbb\n"
         "mutex:libopenvino\n"
         // OpenVINO's waits, by way of libstdc++; ours are std::condition_variable_any.
         "mutex:std::condition_variable::wait\n"
         "called_from_lib:libopenvino.so\n"
         "called_from_lib:libopenvino_intel_cpu_plugin.so\n"
         "called_from_lib:libtbb.so\n";
}
