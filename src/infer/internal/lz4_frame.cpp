// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/lz4_frame.h"

#include <algorithm>
#include <fmt/core.h>
#include <lz4frame.h>
#include <memory>

namespace albumen {
namespace {

struct FreeContext {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

using ContextPointer = std::unique_ptr<LZ4F_dctx, FreeContext>;

Result<ContextPointer> make_context() {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)) != 0) {
    return fail(ErrorCode::kBudgetExceeded, "no memory for the LZ4 reader");
  }
  return ContextPointer(raw);
}

// The output grows by this much at a time: a frame that claims nothing costs nothing.
constexpr std::size_t kStep = std::size_t{256} * 1024;

}  // namespace

Result<std::vector<std::byte>> unpack_lz4_frame(std::span<const std::byte> file, Bytes limit) {
  const ContextPointer context = TRY(make_context());
  std::vector<std::byte> content;
  std::size_t written = 0;
  std::size_t read = 0;
  while (true) {
    if (written == content.size()) {
      if (written > limit.count()) {
        return fail(ErrorCode::kTooLarge,
                    fmt::format("LZ4 content is larger than {}", to_string(limit)));
      }
      content.resize(content.size() + kStep);
    }
    std::size_t room = content.size() - written;
    std::size_t taken = file.size() - read;
    const std::size_t hint = LZ4F_decompress(context.get(), content.data() + written, &room,
                                             file.data() + read, &taken, nullptr);
    if (LZ4F_isError(hint) != 0) {
      return fail(ErrorCode::kCorrupt, fmt::format("LZ4 frame: {}", LZ4F_getErrorName(hint)));
    }
    written += room;
    read += taken;
    if (hint == 0) {
      break;
    }
    if (room == 0 && taken == 0) {
      return fail(ErrorCode::kTruncated, "the LZ4 frame does not end");
    }
  }
  if (read != file.size()) {
    return fail(ErrorCode::kCorrupt, "bytes follow the LZ4 frame");
  }
  if (written > limit.count()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("LZ4 content is larger than {}", to_string(limit)));
  }
  content.resize(written);
  return content;
}

}  // namespace albumen
