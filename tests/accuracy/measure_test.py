#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests measure.py on a few faces whose numbers are counted by hand."""

import unittest

import measure


def truth_face(person, x, source="a.jpg"):
    return {"person": person, "source": source, "box": [x, 0, 10, 10]}


def found_face(person, x):
    return {"person": person, "box": [x, 0, 10, 10]}


class MeasureTest(unittest.TestCase):
    def test_overlap_is_of_half_open_boxes(self):
        self.assertEqual(measure.overlap([0, 0, 10, 10], [10, 0, 10, 10]), 0.0)
        self.assertAlmostEqual(measure.overlap([0, 0, 10, 10], [5, 0, 10, 10]), 1 / 3)

    def test_a_face_is_matched_once_and_by_its_best_box(self):
        pairs = measure.match([truth_face("p", 0)], [found_face(1, 2), found_face(2, 0)])
        self.assertEqual([found["person"] for _, found in pairs], [2])

    def test_found_and_false_are_counted(self):
        pictures = [{"file": "x", "faces": [truth_face("p", 0), truth_face("q", 100)]}]
        numbers = measure.measure(pictures, {"x": [found_face(1, 1), found_face(2, 50)]})
        self.assertEqual((numbers["faces"], numbers["found"], numbers["false"]), (2, 0.5, 1))

    def test_pairs_are_judged_over_all_pictures(self):
        pictures = [{"file": "x", "faces": [truth_face("p", 0), truth_face("q", 100)]},
                    {"file": "y", "faces": [truth_face("p", 0, "b.jpg"), truth_face("p", 100)]}]
        found = {"x": [found_face(1, 0), found_face(1, 100)],
                 "y": [found_face(1, 0), found_face(-1, 100)]}
        numbers = measure.measure(pictures, found)
        # Together: three pairs, one of them right. Same: three pairs, two across photographs.
        self.assertAlmostEqual(numbers["precision"], 1 / 3)
        self.assertAlmostEqual(numbers["recall"], 1 / 3)
        self.assertAlmostEqual(numbers["across"], 1 / 2)

    def test_what_was_never_found_has_no_pairs(self):
        pictures = [{"file": "x", "faces": [truth_face("p", 0)]}]
        numbers = measure.measure(pictures, {})
        self.assertEqual((numbers["found"], numbers["precision"]), (0.0, None))

    def test_each_level_has_a_row(self):
        truth = {"set": "s", "pictures": [
            {"file": "x", "axis": "blur", "level": 1, "faces": [truth_face("p", 0)]},
            {"file": "y", "axis": "blur", "level": 2, "faces": []}]}
        names = [name for name, _ in measure.rows(truth, {})]
        self.assertEqual(names, ["s", "blur 1", "blur 2"])


if __name__ == "__main__":
    unittest.main()
