// SPDX-License-Identifier: Apache-2.0
#include "files/sha256.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <openssl/evp.h>
#include <openssl/types.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/result.h"
#include "files/file.h"
#include "files/path_text.h"

namespace albumen {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

}  // namespace

struct Sha256::Context {
  struct Deleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  std::unique_ptr<EVP_MD_CTX, Deleter> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  // Both fail only without memory; `bad_alloc` is caught at the top of each task.
  if (!context_->evp || EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) != 1) {
    throw std::bad_alloc{};
  }
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  EVP_DigestFinal_ex(context_->evp.get(), reinterpret_cast<unsigned char*>(digest.bytes.data()),
                     nullptr);
  return digest;
}

std::string to_string(const Sha256Digest& digest) {
  return to_hex({reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
}

Result<Sha256Digest> parse_sha256(std::string_view text) {
  // "%xx" is the one place that reads hexadecimal; the digest goes through it.
  std::string escaped;
  for (std::size_t index = 0; index + 1 < text.size(); index += 2) {
    escaped.append("%").append(text.substr(index, 2));
  }
  const auto bytes = path_from_text(escaped);
  if (text.size() != 64 || !bytes || bytes->size() != 32) {
    return fail(ErrorCode::kInvalidArgument,
                "a SHA-256 is 64 hexadecimal digits, not '" + std::string{text} + "'");
  }
  Sha256Digest digest;
  std::ranges::transform(*bytes, digest.bytes.begin(),
                         [](char byte) { return static_cast<std::byte>(byte); });
  return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Result<Sha256Digest> sha256(std::span<const std::byte> bytes, const StopToken& stop) {
  Sha256 hash;
  while (!bytes.empty()) {
    TRY(check_stop(stop));
    const auto block = bytes.first(std::min(bytes.size(), kBlockBytes));
    hash.update(block);
    bytes = bytes.subspan(block.size());
  }
  return hash.finish();
}

Result<Sha256Digest> sha256_of_file(const std::string& path, const StopToken& stop) {
  const auto file = TRY(open_for_reading(path));
  const auto stamp = TRY(stamp_of(file, path));
  std::vector<std::byte> block(kBlockBytes);
  Sha256 hash;
  for (std::uint64_t offset = 0; offset < stamp.size_bytes; offset += block.size()) {
    TRY(check_stop(stop));
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), stamp.size_bytes - offset));
    const auto part = std::span{block}.first(count);
    TRY(read_exactly(file, offset, part, path));
    hash.update(part);
  }
  return hash.finish();
}

}  // namespace albumen
