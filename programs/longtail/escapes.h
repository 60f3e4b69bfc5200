// SPDX-License-Identifier: Apache-2.0
// The program that users run has no_escapes.cpp, which refuses; the one that the sandbox's test
// runs has testing/escapes.cpp in its place, which tries.
#pragma once

#include "decode/longtail/protocol.h"

namespace albumen {

/// For kinds from kFirstEscape on. kDone, with a picture of one pixel, when it succeeded; else
/// kRefused with the system's words.
LongtailAnswer attempt_escape(const LongtailRequest& request);

}  // namespace albumen
