// SPDX-License-Identifier: Apache-2.0
// jpeglib.h and jerror.h, which cannot be included by themselves: they need FILE and size_t first,
// in this order.
#pragma once

// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on
