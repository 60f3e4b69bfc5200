// SPDX-License-Identifier: Apache-2.0
// Writes the seed corpus of zip_listing_fuzzer into the folder named: one small archive for each
// feature of the format that the reader knows. Run by hand when the reader learns a new one.

#include <cstdio>
#include <fstream>
#include <string>

#include "sources/testing/zip_writer.h"

namespace {

using albumen::ZipMemberSpec;
using albumen::ZipWriter;

const std::string text = "the same words, the same words, and the same words again";

std::string archive_of(const ZipMemberSpec& spec) {
  ZipWriter writer;
  writer.add(spec);
  return writer.finish();
}

std::string several_members() {
  ZipWriter writer;
  writer.add({.name = "a/", .unix_mode = 040755});
  writer.add({.name = "a/stored.jpg", .content = "\xFF\xD8\xFF" + text});
  writer.add({.name = "a/deflated.png", .content = text, .deflate = true});
  writer.add({.name = "__MACOSX/._a", .content = "x"});
  writer.add({.name = "../slip.jpg", .content = "x"});
  writer.add({.name = "link.jpg", .content = "/etc/passwd", .unix_mode = 0120777});
  return writer.finish({.comment = "made for fuzzing"});
}

std::string overlapping_members() {
  ZipWriter writer;
  const auto offset = writer.add({.name = "a", .content = text, .deflate = true});
  writer.add_record_only({.name = "b", .content = text, .deflate = true}, offset);
  writer.add_record_only({.name = "a", .content = text, .deflate = true}, offset);
  return writer.finish();
}

std::string zip64_archive() {
  ZipWriter writer;
  writer.add({.name = "wide.jpg", .content = text, .deflate = true, .zip64 = true});
  return writer.finish({.zip64 = true});
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
  write("empty.zip", ZipWriter{}.finish());
  write("stored.zip", archive_of({.name = "a.jpg", .content = text}));
  write("deflated.zip", archive_of({.name = "a.jpg", .content = text, .deflate = true}));
  write("descriptor.zip",
        archive_of({.name = "a.jpg", .content = text, .deflate = true, .data_descriptor = true}));
  write("encrypted.zip", archive_of({.name = "a.jpg", .content = text, .flags = 1}));
  write("method.zip", archive_of({.name = "a.jpg", .content = text, .method = 12}));
  write("nested.zip", archive_of({.name = "b.zip", .content = archive_of({.name = "c"})}));
  write("lying_size.zip",
        archive_of({.name = "a.jpg", .content = text, .deflate = true, .claimed_size = 7}));
  write("several.zip", several_members());
  write("overlap.zip", overlapping_members());
  write("zip64.zip", zip64_archive());
  write("truncated.zip", several_members().substr(0, 200));
  return 0;
}
