// SPDX-License-Identifier: Apache-2.0
// A library's pictures as JSON lines or as CSV. Fixed fields, fixed order, fixed formatting: the
// same findings give the same bytes, whatever the order of work that found them. The formats are
// described in docs/formats/export.md. Tested by export_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/stop.h"
#include "library/library.h"

namespace albumen {

/// Takes the next part of the output: a file, standard output, a socket. Its error ends the export.
using TextSink = std::function<Result<void>(std::string_view)>;

enum class ExportFormat : std::uint8_t {
  kJsonl,      ///< one object a picture
  kCsv,        ///< one row a picture
  kPeopleCsv,  ///< one row a face that is in a group
};

/// "jsonl", "csv", "people-csv"; InvalidArgument, naming these, for anything else.
Result<ExportFormat> parse_export_format(std::string_view name);

/// What was written.
struct ExportCount {
  std::int64_t rows = 0;    ///< without the header of CSV
  std::int64_t failed = 0;  ///< pictures among them with a failure
};

/// Writes all present pictures in the order of (path, member) as bytes. The sink gets parts of
/// about 64 KiB. Errors: those of the library and of the sink; Cancelled.
Result<ExportCount> export_pictures(const Library& library, ExportFormat format,
                                    const TextSink& sink, const StopToken& stop);

/// The same into a file, which appears whole or not at all. Takes the place of an earlier export of
/// any format, or of an empty file, and of nothing else: a photograph would be lost, or the
/// library. Follows links; into a FIFO or a device it is written as it comes. Errors: also
/// InvalidArgument for what may not be replaced; Io.
Result<ExportCount> export_pictures_to_file(const Library& library, ExportFormat format,
                                            const std::string& path, const StopToken& stop);

}  // namespace albumen
