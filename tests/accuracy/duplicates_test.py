#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests how duplicates.py counts groups."""

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

    def test_names_of_photographs_may_have_dots(self):
        self.assertEqual(duplicates.photograph_and_kind("/x/a.b.turned-90.jpg"),
                         ("a.b", "turned-90"))


if __name__ == "__main__":
    unittest.main()
