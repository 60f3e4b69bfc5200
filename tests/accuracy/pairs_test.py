#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests pairs.py on a library of three faces whose distances are counted by hand."""

import pathlib
import sqlite3
import struct
import tempfile
import unittest

import pairs

TRUTH = {"set": "s", "pictures": [
    {"file": "a.jpg", "faces": [{"person": "p", "source": "1", "box": [0, 0, 10, 10]},
                                {"person": "q", "source": "2", "box": [50, 0, 10, 10]}]},
    {"file": "b.jpg", "faces": [{"person": "p", "source": "3", "box": [0, 0, 10, 10]}]}]}


def halves(*numbers):
    return struct.pack(f"<{len(numbers)}e", *numbers)


class PairsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "library.db"

    def library(self, faces):
        """Writes pictures a.jpg and b.jpg with (picture, x, vector) each."""
        opened = sqlite3.connect(self.path)
        opened.executescript(
            "CREATE TABLE files (path TEXT, picture_key INTEGER, missing INTEGER);"
            "CREATE TABLE analyzers (analyzer_key INTEGER PRIMARY KEY, current INTEGER);"
            "CREATE TABLE faces (picture_key INTEGER, analyzer_key INTEGER, x REAL, y REAL,"
            " width REAL, height REAL, vector BLOB);"
            "INSERT INTO files VALUES ('/set/a.jpg', 1, 0), ('/set/b.jpg', 2, 0);"
            "INSERT INTO analyzers VALUES (1, 1), (2, 0);")
        opened.executemany("INSERT INTO faces VALUES (?, ?, ?, 0, 10, 10, ?)", faces)
        opened.commit()
        opened.close()
        return pairs.read_library(self.path)

    def test_pairs_are_of_one_person_or_of_two(self):
        found = self.library([(1, 1, 0, halves(1, 0)), (1, 1, 50, halves(0, 1)),
                              (2, 1, 0, halves(0.5, 0.5))])
        of_kind = pairs.distances(pairs.known_faces(TRUTH, found))
        self.assertEqual(of_kind, {"same, across": [0.5], "same, all": [0.5],
                                   "different": [0.5, 1.0]})

    def test_faces_without_a_vector_or_of_another_analyzer_have_no_pairs(self):
        found = self.library([(1, 1, 0, halves(1, 0)), (1, 1, 50, None),
                              (2, 2, 0, halves(1, 0))])
        known = list(pairs.known_faces(TRUTH, found))
        self.assertEqual([face["person"] for face, _vector in known], ["p"])

    def test_the_table_counts_what_the_threshold_accepts(self):
        of_kind = {"same, across": [], "same, all": [0.01, 0.2], "different": [0.06, 0.07, 0.3, 1]}
        lines = list(pairs.tables("s", 4, of_kind, 0.065))
        self.assertIn("| same, across | 0 | 0 | - |", lines)
        self.assertIn("| same, all | 2 | 1 | 0.5000 |", lines)
        self.assertIn("| different | 4 | 1 | 0.2500 |", lines)


if __name__ == "__main__":
    unittest.main()
