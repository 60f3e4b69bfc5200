// SPDX-License-Identifier: Apache-2.0
// Builds tar archives byte by byte for tests: honest ones, and ones that lie in a chosen field.
// Written from POSIX and GNU tar's manual, not from the reader, so that a misreading shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace albumen {

enum class TarDialect : std::uint8_t { kV7, kUstar, kGnu };

/// A member and the lies about it. What is not set is the truth.
struct TarMemberSpec {
  std::string name;
  std::string content;
  char type = '0';
  TarDialect dialect = TarDialect::kUstar;
  std::string prefix;               ///< of ustar: the folders before the name
  std::string magic_of_somebody;    ///< in the place of the dialect's mark
  bool base_256 = false;            ///< the size, as GNU does above 8 GiB
  bool signed_checksum = false;     ///< as some old programs add
  bool sparse_map_goes_on = false;  ///< of type 'S': a block of the map follows the header
  std::optional<std::uint64_t> claimed_size;
  std::optional<std::string> size_field;  ///< 12 bytes as they stand
  std::optional<std::uint32_t> claimed_checksum;
};

class TarWriter {
 public:
  /// The offset of the member's header.
  std::uint64_t add(const TarMemberSpec& spec) {
    const std::uint64_t offset = bytes_.size();
    bytes_ += header(spec);
    if (spec.sparse_map_goes_on) {
      bytes_ += std::string(kBlock, '\0');
    }
    append_data(spec.content);
    return offset;
  }

  /// A name of any length in a header of its own, as GNU does.
  void add_long_name(const std::string& name, char type = 'L') {
    add({.name = "././@LongLink",
         .content = name + '\0',
         .type = type,
         .dialect = TarDialect::kGnu});
  }

  /// A pax header with these records, as they stand.
  void add_pax(const std::string& records, char type = 'x') {
    add({.name = "PaxHeaders/x", .content = records, .type = type});
  }

  /// "LENGTH key=value\n", its own length included.
  static std::string pax_record(std::string_view key, std::string_view value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest;
    while (rest + std::to_string(length).size() != length) {
      length = rest + std::to_string(length).size();
    }
    std::string record = std::to_string(length);
    record.append(" ").append(key).append("=").append(value).append("\n");
    return record;
  }

  /// Without the zero blocks that end an archive.
  [[nodiscard]] const std::string& unfinished() const { return bytes_; }

  [[nodiscard]] std::string finish(std::size_t zero_blocks = 2) const {
    return bytes_ + std::string(zero_blocks * kBlock, '\0');
  }

 private:
  static constexpr std::size_t kBlock = 512;

  static std::string octal(std::uint64_t value, int digits) {
    std::string text(32, '\0');
    const int size = std::snprintf(text.data(), text.size(), "%0*llo", digits,
                                   static_cast<unsigned long long>(value));
    text.resize(static_cast<std::size_t>(size));
    return text;
  }

  static std::string base_256(std::uint64_t value) {
    std::string text(12, '\0');
    for (std::size_t index = 0; index < 8; ++index) {
      text[11 - index] = static_cast<char>(value >> (8 * index) & 0xFF);
    }
    text[0] = static_cast<char>(0x80);
    return text;
  }

  static void put(std::string& block, std::size_t offset, std::string_view text) {
    block.replace(offset, text.size(), text);
  }

  static std::string mark_of(const TarMemberSpec& spec) {
    if (!spec.magic_of_somebody.empty()) {
      return spec.magic_of_somebody;
    }
    switch (spec.dialect) {
      case TarDialect::kUstar:
        return std::string{"ustar\00000", 8};
      case TarDialect::kGnu:
        return std::string{"ustar  \0", 8};
      case TarDialect::kV7:
        break;
    }
    return {};
  }

  static std::string header(const TarMemberSpec& spec) {
    std::string block(kBlock, '\0');
    const std::uint64_t size = spec.claimed_size.value_or(spec.content.size());
    put(block, 0, std::string_view{spec.name}.substr(0, 100));
    put(block, 100, octal(0644, 7));
    put(block, 108, octal(0, 7));
    put(block, 116, octal(0, 7));
    put(block, 124,
        spec.size_field.has_value() ? *spec.size_field
        : spec.base_256             ? base_256(size)
                                    : octal(size, 11));
    put(block, 136, octal(0, 11));
    put(block, 148, "        ");
    block[156] = spec.dialect == TarDialect::kV7 && spec.type == '0' ? '\0' : spec.type;
    put(block, 257, mark_of(spec));
    put(block, 345, spec.prefix);
    if (spec.sparse_map_goes_on) {
      block[482] = 1;
    }
    std::int64_t sum = 0;
    for (const char letter : block) {
      sum += spec.signed_checksum ? std::int64_t{static_cast<signed char>(letter)}
                                  : std::int64_t{static_cast<unsigned char>(letter)};
    }
    put(block, 148,
        octal(spec.claimed_checksum.value_or(static_cast<std::uint32_t>(sum)), 6) + '\0' + ' ');
    return block;
  }

  void append_data(std::string_view content) {
    bytes_ += content;
    bytes_.resize((bytes_.size() + kBlock - 1) / kBlock * kBlock, '\0');
  }

  std::string bytes_;
};

}  // namespace albumen
