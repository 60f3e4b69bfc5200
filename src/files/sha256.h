// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) by OpenSSL's libcrypto. Tested by sha256_test.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"

namespace albumen {

/// 64 lower-case hexadecimal digits.
std::string to_string(const Sha256Digest& digest);

/// 64 hexadecimal digits of either case; anything else is InvalidArgument.
Result<Sha256Digest> parse_sha256(std::string_view text);

/// Incremental hash. One thread. REQUIRES: `finish` is called at most once, last.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  Sha256Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256Digest sha256(std::span<const std::byte> bytes);

/// The same of many bytes. Error: Cancelled, within a MiB of `stop`.
Result<Sha256Digest> sha256(std::span<const std::byte> bytes, const StopToken& stop);

/// Of a whole file, read in blocks of 1 MiB. Errors: those of `open_for_reading` and
/// `read_exactly`; Cancelled, within a block of `stop`.
Result<Sha256Digest> sha256_of_file(const std::string& path, const StopToken& stop = {});

}  // namespace albumen
