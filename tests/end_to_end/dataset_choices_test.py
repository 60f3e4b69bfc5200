#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`albumen dataset` as a user runs it: what its flags change."""

import os
import unittest
import zipfile

from albumen_program import ProgramTest, events_of, png, png_of
from picture_files import shape_of


class DatasetTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.out = self.path("set")

    def dataset(self, *arguments, expect=0, **options):
        return self.run_program("dataset", self.pictures, "--out", self.out, *arguments,
                                expect=expect, **options)

    def rows(self, *arguments, expect=0):
        """The rows by source name, and the summary."""
        done = self.dataset("--json", *arguments, expect=expect)
        lines = events_of(done.stdout)
        return ({os.path.basename(line["source"]): line for line in lines[:-1]},
                lines[-1]["summary"])


class DryRunTest(DatasetTest):
    def test_it_writes_nothing_and_foretells_the_run(self):
        self.write("10_zwx/a.png", png(80, 60, 1))
        self.write("10_zwx/a.txt", b"a dog")
        self.write("b.png", b"")
        rows, summary = self.rows("--dry-run", expect=1)
        self.assertFalse(os.path.exists(self.out))
        self.assertEqual(summary["planned"], 1)
        self.assertEqual(rows["a.png"]["status"], "planned")
        self.assertEqual(rows["a.png"]["caption"], "a dog")
        made, _ = self.rows(expect=1)
        self.assertEqual(made["a.png"]["output"], rows["a.png"]["output"])
        self.assertEqual(made["b.png"], rows["b.png"])

    def test_in_words_it_says_where_pictures_go(self):
        self.write("10_zwx/a.png", png(80, 60, 1))
        words = self.dataset("--dry-run", "-v").stdout.decode()
        self.assertIn("10_zwx/a.png -> 10_zwx/a.png 80x60", words)
        self.assertIn("1 in 10_zwx/", words)
        self.assertIn("1 to be written", words)

    def test_nothing_usable_is_said_in_advance(self):
        self.write("a.txt", b"words alone")
        self.dataset("--dry-run", expect=3)


class ArchiveLimitsTest(DatasetTest):
    def setUp(self):
        super().setUp()
        self.pictures = self.path("set.zip")
        with zipfile.ZipFile(self.pictures, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.png", png(80, 60, 1))
            archive.writestr("flat", bytes(1 << 22))

    def test_each_limit_can_be_set(self):
        rows, _ = self.rows(expect=1)
        self.assertEqual(rows["set.zip!a.png"]["status"], "written")
        self.assertEqual(rows["set.zip!flat"]["code"], "TooLarge")
        rows, _ = self.rows("--max-archive-ratio", "5000")
        self.assertEqual(rows["set.zip!flat"]["reason"], "no picture")
        self.assertEqual(self.rows("--max-archive-members", "1", expect=3)[0]["set.zip"]["code"],
                         "TooLarge")
        rows, _ = self.rows("--max-archive-member-size", "1KiB", expect=3)
        self.assertIn("1.00 KiB", rows["set.zip!a.png"]["reason"])
        self.rows("--max-archive-size", "2K", expect=3)

    def test_the_same_flags_are_there_for_an_index(self):
        done = self.run_program("index", self.pictures, "--max-archive-members", "1",
                                "--analyzers", "hashes", expect=3)
        self.assertIn(b"TooLarge", done.stderr)
        done = self.run_program("index", self.pictures, "--max-archive-size", "much", expect=2)
        self.assertIn(b"--max-archive-size", done.stderr)


class DamageTest(DatasetTest):
    # Half a picture went into the set as a whole one, without a word.
    def test_a_picture_kept_in_part_is_named_and_counted(self):
        self.write("a.png", png(80, 60, 1))
        whole = png(120, 160, 2)
        self.write("cut.png", whole[:len(whole) * 7 // 10])
        done = self.dataset("--keep-truncated", "10")
        self.assertRegex(done.stderr, rb"cut\.png: damaged, kept with the \d+ % that are there\n")
        self.assertIn(b"partial   1 of those", done.stdout)
        self.assertEqual(self.rows("--keep-truncated", "10")[1]["partial"], 1)


class CaptionsTest(DatasetTest):
    # All captions were written anew, and the summary said that nothing was.
    def test_captions_are_counted(self):
        self.write("a.png", png(80, 60, 1))
        self.dataset()
        fill = ("--existing", "fill", "--trigger-word", "zwx")
        self.assertIn(b"captions  1 to be written, 0 to be removed",
                      self.dataset(*fill, "--dry-run").stdout)
        summary = self.rows(*fill)[1]
        self.assertEqual((summary["captions_written"], summary["captions_removed"]), (1, 0))
        self.assertIn(b"captions  0 written, 1 removed", self.dataset().stdout)


class DegradeTest(DatasetTest):
    # More than fits into it whole, but not when it is shrunk while it is read.
    SIDE, BUDGET = 2600, ("--memory-budget", "32MiB")

    def setUp(self):
        super().setUp()
        lines = [bytes((x * 3 + y * band) % 251 for x in range(self.SIDE) for band in range(3))
                 for y in range(4)]
        self.write("giant.png", png_of(self.SIDE, self.SIDE, lines * (self.SIDE // 4)))
        self.write("small.png", png(80, 60, 1))

    def test_unasked_a_picture_beyond_the_budget_fails(self):
        """What a set looks like never depends on memory."""
        rows, _ = self.rows("--size", "original", *self.BUDGET, expect=1)
        self.assertEqual(rows["giant.png"]["code"], "BudgetExceeded", rows["giant.png"])
        self.assertEqual(rows["small.png"]["status"], "written")

    def test_when_needed_it_becomes_smaller_and_the_next_run_makes_it_as_asked(self):
        """Its row says the level, and the summary that there is something left to do."""
        flags = ("--size", "original", "--degrade", "when-needed")
        rows, summary = self.rows(*flags, *self.BUDGET)
        row = rows["giant.png"]
        # `high`, or less where this machine's memory is short just now.
        sides = {"high": 1024, "medium": 800, "low": 512}
        self.assertIn(row["level"], sides)
        size = ("png", sides[row["level"]], sides[row["level"]])
        self.assertEqual((row["status"], row["width"], row["height"]), ("written", *size[1:]))
        self.assertEqual(self.shape_of_output(row), size)
        self.assertIsNone(rows["small.png"]["level"])
        self.assertEqual(summary["degraded"], 1)

        rows, summary = self.rows("--size", "original", "--memory-budget", "1GiB")
        row = rows["giant.png"]
        self.assertEqual((row["status"], row["level"]), ("written", None))
        self.assertEqual(self.shape_of_output(row), ("png", self.SIDE, self.SIDE))
        self.assertEqual((rows["small.png"]["status"], summary["degraded"]), ("unchanged", 0))

    def shape_of_output(self, row):
        with open(os.path.join(self.out, row["output"]), "rb") as file:
            return shape_of(file.read())


class PruneTest(DatasetTest):
    def test_what_is_gone_is_named_then_removed_when_asked(self):
        self.write("a.png", png(80, 60, 1))
        gone = self.write("b.png", png(80, 60, 2))
        self.dataset()
        os.remove(gone)
        self.assertEqual(self.rows()[1]["stale"], ["b.png"])
        self.assertIn(b"1 of earlier runs", self.dataset().stdout)
        self.assertIn(b"1 to be removed", self.dataset("--prune", "--dry-run").stdout)
        self.assertTrue(os.path.exists(os.path.join(self.out, "b.png")))
        # It was told to say --prune, which it had said.
        done = self.run_program("dataset", self.path("mistyped"), "--out", self.out, "--prune",
                                expect=3)
        self.assertIn(b"a run that finds no picture removes nothing", done.stdout)
        self.assertIn(b"no source is there: nothing was written", done.stdout)
        self.assertEqual(self.rows("--prune")[1]["pruned"], ["b.png"])
        self.assertFalse(os.path.exists(os.path.join(self.out, "b.png")))
        self.assertTrue(os.path.exists(os.path.join(self.out, "a.png")))


if __name__ == "__main__":
    unittest.main()
