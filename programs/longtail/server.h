// SPDX-License-Identifier: Apache-2.0
// Requests in, answers out, until the other end closes.
#pragma once

#include <cstdint>

namespace albumen {

/// Says hello, then serves. Returns the program's exit status.
int serve(int socket, std::uint32_t formats, std::uint64_t address_space_bytes);

}  // namespace albumen
