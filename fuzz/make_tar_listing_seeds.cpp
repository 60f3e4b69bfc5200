// SPDX-License-Identifier: Apache-2.0
// Writes the seed corpus of tar_listing_fuzzer into the folder named: one small archive for each
// feature of the format that the reader knows. Run by hand when the reader learns a new one.

#include <cstdio>
#include <fstream>
#include <string>

#include "sources/testing/tar_writer.h"

namespace {

using albumen::TarDialect;
using albumen::TarMemberSpec;
using albumen::TarWriter;

const std::string text = "the same words, the same words, and the same words again";

std::string archive_of(const TarMemberSpec& spec) {
  TarWriter writer;
  writer.add(spec);
  return writer.finish();
}

std::string several_members() {
  TarWriter writer;
  writer.add({.name = "./a/", .type = '5'});
  writer.add({.name = "./a/b.jpg", .content = "\xFF\xD8\xFF" + text});
  writer.add({.name = "b.jpg", .content = text, .prefix = "a/long/folder"});
  writer.add({.name = "._a", .content = "x"});
  writer.add({.name = "../slip.jpg", .content = "x"});
  writer.add({.name = "hard.jpg", .type = '1'});
  writer.add({.name = "soft.jpg", .type = '2'});
  writer.add({.name = "null", .type = '3'});
  writer.add({.name = "./a/b.jpg", .content = "again"});
  return writer.finish();
}

std::string gnu_names() {
  TarWriter writer;
  writer.add_long_name(std::string(120, 't'), 'K');
  writer.add_long_name("folder/" + std::string(120, 'n') + ".jpg");
  writer.add({.name = "folder/nnn", .content = text, .dialect = TarDialect::kGnu});
  return writer.finish();
}

std::string pax_headers() {
  TarWriter writer;
  writer.add_pax(TarWriter::pax_record("comment", "all of them"), 'g');
  writer.add_pax(TarWriter::pax_record("path", "\xC3\xA9t\xC3\xA9.jpg") +
                 TarWriter::pax_record("size", "3"));
  writer.add({.name = "shortened", .content = "pax", .claimed_size = 0});
  writer.add_pax("9999 path=a\n");
  writer.add({.name = "a.jpg", .content = "x"});
  return writer.finish();
}

std::string sparse_files() {
  TarWriter writer;
  writer.add({.name = "old.jpg",
              .content = text,
              .type = 'S',
              .dialect = TarDialect::kGnu,
              .sparse_map_goes_on = true});
  writer.add_pax(TarWriter::pax_record("GNU.sparse.major", "1"));
  writer.add({.name = "new.jpg", .content = text});
  return writer.finish();
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
    return 2;
  }
  const std::string folder = std::string{arguments[1]} + "/";
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream{folder + name, std::ios::binary} << bytes;
  };
  write("v7.tar", archive_of({.name = "a.jpg", .content = text, .dialect = TarDialect::kV7}));
  write("ustar.tar", archive_of({.name = "a.jpg", .content = text}));
  write("gnu.tar", archive_of({.name = "a.jpg", .content = text, .dialect = TarDialect::kGnu}));
  write("base_256.tar", archive_of({.name = "a.jpg", .content = text, .base_256 = true}));
  write("signed.tar", archive_of({.name = "\xE9.jpg", .content = text, .signed_checksum = true}));
  write("checksum.tar", archive_of({.name = "a.jpg", .content = text, .claimed_checksum = 7}));
  write("beyond.tar", archive_of({.name = "a.jpg", .base_256 = true, .claimed_size = 1ULL << 62U}));
  write("nested.tar", archive_of({.name = "b.tar", .content = archive_of({.name = "c.jpg"})}));
  write("several.tar", several_members());
  write("gnu_names.tar", gnu_names());
  write("pax.tar", pax_headers());
  write("sparse.tar", sparse_files());
  write("appended.tar", gnu_names() + archive_of({.name = "a.jpg", .content = text}));
  write("truncated.tar", several_members().substr(0, 1500));
  return 0;
}
