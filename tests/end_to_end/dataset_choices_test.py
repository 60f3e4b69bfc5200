#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`albumen dataset` as a user runs it: what its flags change."""

import json
import os
import unittest

from albumen_program import ProgramTest, png


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
        lines = [json.loads(line) for line in done.stdout.splitlines()]
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


if __name__ == "__main__":
    unittest.main()
