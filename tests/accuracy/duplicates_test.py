#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests how duplicates.py counts groups."""

import pathlib
import tempfile
import unittest

import duplicates


class DuplicatesTest(unittest.TestCase):
    def test_a_copy_counts_only_beside_its_original(self):
        found, wrong = duplicates.count([
            ["/x/a.original.jpg", "/x/a.grey.jpg", "/x/a.mirrored.jpg"],
            ["/x/b.grey.jpg", "/x/b.mirrored.jpg"]])
        self.assertEqual((dict(found), wrong), ({"grey": 1, "mirrored": 1}, 0))

    def test_a_picture_among_copies_of_another_is_wrong(self):
        found, wrong = duplicates.count([
            ["/x/a.original.jpg", "/x/a.grey.jpg", "/x/b.original.jpg"]])
        self.assertEqual((dict(found), wrong), ({"grey": 1}, 1))

    def test_photographs_end_as_cameras_and_people_end_them(self):
        # IMG_0001.JPG and party.jpeg were passed over.
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for photograph in ("IMG_0001.JPG", "a.jpg", "a.png", "party.jpeg", "words.txt"):
                (folder / photograph).touch()
            found = duplicates.photographs_in(folder)
        self.assertEqual([path.name for path in found],
                         ["IMG_0001.JPG", "a.jpg", "a.png", "party.jpeg"])
        copies = [duplicates.name_of_copy(path, "grey") for path in found]
        self.assertEqual([duplicates.photograph_and_kind(copy) for copy in copies],
                         [(path.name, "grey") for path in found])

    def test_names_of_photographs_may_have_dots(self):
        self.assertEqual(duplicates.photograph_and_kind("/x/a.b.turned-90.jpg"),
                         ("a.b", "turned-90"))


if __name__ == "__main__":
    unittest.main()
