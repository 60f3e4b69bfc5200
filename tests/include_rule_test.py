#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom, by reading the #include lines under src/.

The rule: core <- files <- govern <- {colour, entropy} <- {sources, decode, prepare, encode, infer,
library} <- {analyze, people, compare, dataset, archive, exporters} <- pipeline <- cli. A folder
includes itself and anything to its left, nothing beside it. Headers under internal/ belong to their own folder alone,
those under testing/ to tests; a header that others may include names no third party, but for Highway
in those that are compiled for each vector target (*-inl.h). Every fuzz target has seeds.

Standard library only; run by ctest, or by hand: python3 tests/include_rule_test.py
"""

import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = [
    ["core"],
    ["files"],
    ["govern"],
    ["colour", "entropy"],
    ["sources", "decode", "prepare", "encode", "infer", "library"],
    ["analyze", "people", "compare", "dataset", "archive", "exporters"],
    ["pipeline"],
    ["cli"],
]
LAYER_OF = {folder: layer for layer, folders in enumerate(LAYERS) for folder in folders}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# What a public header may take in angle brackets: the standard library has no dot in its names;
# anything else there is the operating system's or a third party's.
STANDARD_HEADER = re.compile(r"^[a-z_0-9]+$")
TEST_FILE = re.compile(r"_(test|bench|fuzzer)\.cpp$")


def is_private(folders):
    """Whether src/<folders>/ is for its own module only: internal/ and testing/, and the folders of
    one format (decode/jpeg/); analyze/ has one public folder for each analyzer."""
    depth = 2 if folders[0] == "analyze" else 1
    return len(folders) > depth or "internal" in folders or "testing" in folders


def is_public_header(parts):
    return parts[-1].endswith(".h") and not is_private(parts[:-1])


def is_compiled_per_target(parts):
    return parts[-1].endswith("-inl.h")


def breaches_of_line(parts, bracket, target):
    """Yields what is wrong with one #include in the file src/<parts>."""
    if bracket == "<":
        may_have = is_compiled_per_target(parts) and target == "hwy/highway.h"
        if is_public_header(parts) and not may_have and not STANDARD_HEADER.match(target):
            yield f"a public header includes <{target}>; move it to a .cpp or to internal/"
        return
    folder, own = target.split("/")[0], parts[0]
    if "/" not in target or folder not in LAYER_OF:
        yield f'"{target}" does not start with a folder of src/'
        return
    if folder != own and LAYER_OF[folder] >= LAYER_OF[own]:
        yield f'{own} must not include {folder}, but takes "{target}"'
    target_folders = target.split("/")[:-1]
    is_test = TEST_FILE.search(parts[-1]) or "testing" in parts
    for_tests = "testing" in target_folders and is_test
    if is_private(target_folders) and folder != own and not for_tests:
        yield f'"{target}" is private to {folder}'
    if "internal" in target_folders and is_public_header(parts):
        yield f'a public header includes the private "{target}"'
    if "testing" in target_folders and not is_test:
        yield f'"{target}" is for tests'


def include_breaches(root):
    """Every breach under root/src, as "path:line: what is wrong"."""
    found = []
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        parts = path.relative_to(root / "src").parts
        where = path.relative_to(root).as_posix()
        if parts[0] not in LAYER_OF:
            found.append(f"{where}: the folder {parts[0]} has no place in the include rule")
            continue
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if match := INCLUDE.match(line):
                found += [f"{where}:{number}: {breach}"
                          for breach in breaches_of_line(parts, match[1], match[2])]
    return found


def corpus_breaches(root):
    """Fuzz targets without seeds, and corpus folders without a target."""
    names = {path.name.removesuffix("_fuzzer.cpp") for path in root.glob("fuzz/*_fuzzer.cpp")}
    seeded = {path.parent.name for path in root.glob("fuzz/corpus/*/*") if path.is_file()}
    return ([f"fuzz/{name}_fuzzer.cpp: fuzz/corpus/{name} is empty" for name in names - seeded]
            + [f"fuzz/corpus/{name}: no fuzz target uses it" for name in seeded - names])


class IncludeRuleTest(unittest.TestCase):
    maxDiff = None

    def test_this_source_tree_keeps_the_rule(self):
        self.assertEqual(include_breaches(ROOT), [])

    def test_every_fuzz_target_has_seeds(self):
        self.assertEqual(sorted(corpus_breaches(ROOT)), [])

    def test_every_folder_under_src_has_a_place(self):
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(folders - set(LAYER_OF), set())


class PlantedBreachTest(unittest.TestCase):
    """The test of the test: each breach, planted in an empty tree, is found."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "src").mkdir()

    def plant(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def assert_one_breach(self, words):
        found = include_breaches(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_clean_tree_has_none(self):
        self.plant("src/decode/decode.h", '#pragma once\n#include <span>\n#include "core/error.h"\n')
        self.plant("src/decode/jpeg/jpeg.cpp",
                   '#include <jpeglib.h>\n#include "decode/internal/scan.h"\n')
        self.plant("src/decode/internal/scan.h", '#include <jpeglib.h>\n')
        self.plant("src/decode/decode_test.cpp", '#include "decode/testing/pictures.h"\n')
        self.plant("src/cli/main.cpp", '#include <CLI/CLI.hpp>\n#include "pipeline/pipeline.h"\n')
        self.assertEqual(include_breaches(self.root), [])

    def test_a_folder_must_not_look_right(self):
        self.plant("src/core/a.cpp", '#include "pipeline/pipeline.h"\n')
        self.assert_one_breach("core must not include pipeline")

    def test_a_folder_must_not_look_beside(self):
        self.plant("src/decode/a.cpp", '#include "prepare/resize.h"\n')
        self.assert_one_breach("decode must not include prepare")

    def test_tests_keep_the_rule_too(self):
        self.plant("src/people/a_test.cpp", '  #  include "analyze/faces.h"\n')
        self.assert_one_breach("people must not include analyze")

    def test_internal_headers_stay_inside(self):
        self.plant("src/pipeline/a.cpp", '#include "decode/jpeg/internal/scan.h"\n')
        self.assert_one_breach("private to decode")

    def test_public_headers_do_not_pass_internal_ones_on(self):
        self.plant("src/decode/a.h", '#include "decode/internal/scan.h"\n')
        self.assert_one_breach("a public header includes the private")

    def test_public_headers_name_no_third_party(self):
        self.plant("src/library/a.h", "#include <SQLiteCpp/Database.h>\n")
        self.assert_one_breach("a public header includes <SQLiteCpp/Database.h>")

    def test_testing_headers_are_for_tests(self):
        self.plant("src/decode/a.cpp", '#include "decode/testing/pictures.h"\n')
        self.assert_one_breach("is for tests")

    def test_includes_are_written_from_src(self):
        self.plant("src/decode/a.cpp", '#include "scan.h"\n')
        self.assert_one_breach("does not start with a folder of src/")

    def test_an_unknown_folder_needs_a_place_first(self):
        self.plant("src/utils/a.h", "#pragma once\n")
        self.assert_one_breach("has no place")

    def test_a_fuzz_target_needs_seeds(self):
        self.plant("fuzz/jpeg_fuzzer.cpp", "")
        self.plant("fuzz/corpus/png/seed.png", "x")
        self.assertEqual(len(corpus_breaches(self.root)), 2)


if __name__ == "__main__":
    unittest.main()
