// SPDX-License-Identifier: Apache-2.0
// Paths are bytes. This file turns them into text that can be printed, stored in JSON and turned
// back. Tested by path_text_test.cpp.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace albumen {

/// True for well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view bytes);

/// A path as text for people and JSON: valid UTF-8 stays; bytes that are not, control characters
/// and '%' itself become "%xx". Injective: two different paths never give the same text.
std::string path_to_text(std::string_view path);

/// The inverse of `path_to_text`. Error: InvalidArgument for a broken escape.
Result<std::string> path_from_text(std::string_view text);

/// `path` made absolute and lexically normal, without a slash at its end (but "/"); links are not
/// followed. Errors: InvalidArgument for an empty path or a zero byte; Io when the working
/// directory is gone.
Result<std::string> absolute_path(std::string_view path);

/// What follows the last slash: "c.jpg" of "/a/c.jpg", all of a path without one, "" of "/". Points
/// into `path`.
std::string_view last_component(std::string_view path);

/// The folder that `path` lies in: "/a" of "/a/c.jpg", "/" of "/c.jpg", "." of a path without a
/// slash. Points into `path`, or lives for ever.
std::string_view folder_of(std::string_view path);

/// `path` behind all "./" that it begins with: "a" of "././a", "" of "./". Points into `path`.
std::string_view below_here(std::string_view path);

/// Whether Windows would take the begin of `path` for a drive: "C:" of "C:/a". ASCII letters only.
bool has_drive_letter(std::string_view path);

/// Lower-case hexadecimal of `bytes`.
std::string to_hex(std::string_view bytes);

}  // namespace albumen
