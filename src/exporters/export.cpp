// SPDX-License-Identifier: Apache-2.0
#include "exporters/export.h"

#include <array>
#include <utility>

#include "exporters/internal/row_format.h"

namespace albumen {
namespace {

// Large enough that a system call a part costs nothing, small beside any budget.
constexpr std::size_t kPartBytes = std::size_t{64} << 10U;

struct Format {
  ExportFormat format;
  std::string_view name;
  void (*append_header)(std::string& out);  // null without one
  exporting::LineCount (*append_row)(std::string& out, const PictureRow& row);
};

constexpr std::array kFormats{
    Format{ExportFormat::kJsonl, "jsonl", nullptr, &exporting::append_jsonl},
    Format{ExportFormat::kCsv, "csv", &exporting::append_csv_header, &exporting::append_csv},
    Format{ExportFormat::kPeopleCsv, "people-csv", &exporting::append_people_csv_header,
           &exporting::append_people_csv},
};

const Format& row_of(ExportFormat format) { return kFormats.at(static_cast<std::size_t>(format)); }

}  // namespace

Result<ExportFormat> parse_export_format(std::string_view name) {
  for (const Format& format : kFormats) {
    if (format.name == name) {
      return format.format;
    }
  }
  return fail(ErrorCode::kInvalidArgument,
              "the formats are jsonl, csv and people-csv, not '" + std::string{name} + "'");
}

Result<ExportCount> export_pictures(const Library& library, ExportFormat format,
                                    const TextSink& sink, const StopToken& stop) {
  const Format& chosen = row_of(format);
  ExportCount count;
  std::string part;
  if (chosen.append_header != nullptr) {
    chosen.append_header(part);
  }
  TRY(library.for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    TRY(check_stop(stop));
    const auto lines = chosen.append_row(part, row);
    count.rows += lines;
    count.failed += lines > 0 && !row.failures.empty() ? 1 : 0;
    if (part.size() >= kPartBytes) {
      TRY(sink(part));
      part.clear();
    }
    return {};
  }));
  if (!part.empty()) {
    TRY(sink(part));
  }
  return count;
}

}  // namespace albumen
