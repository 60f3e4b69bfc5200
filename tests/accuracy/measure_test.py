#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests measure.py on a few faces whose numbers are counted by hand."""

import unittest

import measure
import real_photographs


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
        numbers = measure.measure(pictures, {"x": [("/set/x", [found_face(1, 1), found_face(2, 50)])]})
        self.assertEqual((numbers["faces"], numbers["found"], numbers["false"]), (2, 0.5, 1))

    def test_pairs_are_judged_over_all_pictures(self):
        pictures = [{"file": "x", "faces": [truth_face("p", 0), truth_face("q", 100)]},
                    {"file": "y", "faces": [truth_face("p", 0, "b.jpg"), truth_face("p", 100)]}]
        found = {"x": [("/set/x", [found_face(1, 0), found_face(1, 100)])],
                 "y": [("/set/y", [found_face(1, 0), found_face(-1, 100)])]}
        numbers = measure.measure(pictures, found)
        # Together: three pairs, one of them right. Same: three pairs, two across photographs.
        self.assertAlmostEqual(numbers["precision"], 1 / 3)
        self.assertAlmostEqual(numbers["recall"], 1 / 3)
        self.assertAlmostEqual(numbers["across"], 1 / 2)

    def test_what_was_never_found_has_no_pairs(self):
        pictures = [{"file": "x", "faces": [truth_face("p", 0)]}]
        numbers = measure.measure(pictures, {})
        self.assertEqual((numbers["found"], numbers["precision"]), (0.0, None))

    def test_what_is_found_in_an_unclear_place_is_neither_right_nor_false(self):
        pictures = [{"file": "x", "faces": [], "unclear": [[100, 0, 10, 10]]}]
        numbers = measure.measure(pictures, {"x": [("/set/x", [found_face(1, 102),
                                                               found_face(2, 50)])]})
        self.assertEqual((numbers["faces"], numbers["false"]), (0, 1))

    def test_pictures_of_one_name_are_told_apart_by_their_folders(self):
        found = {"x": [("/set/one/x", [found_face(1, 0)]), ("/set/two/x", [])]}
        self.assertEqual(measure.found_in(found, {"file": "two/x"}), [])
        self.assertEqual(len(measure.found_in(found, {"file": "one/x"})), 1)

    def test_each_level_has_a_row(self):
        truth = {"set": "s", "pictures": [
            {"file": "x", "axis": "blur", "level": 1, "faces": [truth_face("p", 0)]},
            {"file": "y", "axis": "blur", "level": 2, "faces": []}]}
        names = [name for name, _ in measure.rows(truth, {})]
        self.assertEqual(names, ["s", "blur 1", "blur 2"])


class RealPhotographsTest(unittest.TestCase):
    def test_a_piece_of_a_photograph_comes_from_it(self):
        truth = real_photographs.truth_of(
            ["f/a.jpg", "f/b.jpg", "f/none.jpg"],
            ["# words", "f/a.jpg\t1\t2\t3\t4\tp\t-", "f/b.jpg\t1\t2\t3\t4\tp\ta.jpg",
             "f/b.jpg\t9\t9\t9\t9\tunclear\t-"])
        a, b, none = truth["pictures"]
        self.assertEqual((a["faces"], none["faces"]), (
            [{"person": "p", "source": "a.jpg", "box": [1, 2, 3, 4]}], []))
        self.assertEqual((b["faces"][0]["source"], b["unclear"]), ("a.jpg", [[9, 9, 9, 9]]))

    def test_a_row_of_a_picture_that_is_gone_is_said(self):
        self.assertRaises(ValueError, real_photographs.truth_of, [], ["a\t1\t2\t3\t4\tp\t-"])


if __name__ == "__main__":
    unittest.main()
