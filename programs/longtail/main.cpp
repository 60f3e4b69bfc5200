// SPDX-License-Identifier: Apache-2.0
// albumen-longtail: decodes for albumen what albumen does not decode itself. Not for people: it
// speaks decode/longtail/protocol.h over the socket that is its standard input.
#include <cstdio>
#include <cstdlib>
#include <glib.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/longtail/protocol.h"
#include "loaders.h"
#include "sandbox.h"
#include "server.h"

namespace {

// GLib ends the process where an allocation fails; say so instead of dying of a trap.
void end_on_fatal_log(const char* /*domain*/, GLogLevelFlags level, const char* message,
                      void* /*user*/) {
  if ((static_cast<unsigned>(level) & static_cast<unsigned>(G_LOG_FLAG_FATAL)) != 0) {
    const std::string_view words = message != nullptr ? message : "";
    const bool memory = words.find("alloc") != std::string_view::npos ||
                        words.find("thread") != std::string_view::npos;
    _exit(memory ? albumen::kLongtailNoMemoryExit : EXIT_FAILURE);
  }
}

bool is_socket(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

int main(int /*count*/, char** arguments) {
  if (!is_socket(STDIN_FILENO)) {
    std::fputs("albumen-longtail is started by albumen and of no use alone\n", stderr);
    return 2;
  }
  if (!albumen::restrict_process() || !albumen::start_loaders(arguments[0])) {
    return 1;
  }
  g_log_set_default_handler(end_on_fatal_log, nullptr);
  const std::uint32_t formats = albumen::warm_up_loaders();
  const std::uint64_t address_space = albumen::address_space_bytes();
  if (address_space == 0 || !albumen::close_sandbox()) {
    return 1;
  }
  // No destructors: libraries might do at exit what is forbidden now.
  _exit(albumen::serve(STDIN_FILENO, formats, address_space));
}
