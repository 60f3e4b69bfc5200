// SPDX-License-Identifier: Apache-2.0
// What the program takes from itself before it sees a stranger's bytes.
#pragma once

#include <cstdint>

namespace albumen {

/// At the start: no core dumps, no new privileges, not to be traced, no descriptors but the
/// standard three, small stacks for threads. False when the system refuses one.
bool restrict_process();

/// Bytes of address space in use, which the limits of the client start from; 0 when unknown.
std::uint64_t address_space_bytes();

/// For good, in every thread: memory, threads, time and the descriptors that are open or come over
/// the socket are all that is left. Opening is refused; running programs, new processes and
/// looking into other processes kill; C++ that finds no memory ends with kLongtailNoMemoryExit.
/// False when the filter could not be set.
bool close_sandbox();

}  // namespace albumen
