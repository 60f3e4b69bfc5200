#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the benchmark says follows from what it measured. ctest runs what needs the standard library
alone; scripts/bench.sh runs all of it with NumPy, before anything is measured."""

import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import made_pictures
import protocol
import report
try:
    import numpy
except ImportError:  # what is standard is enough for the rest
    numpy = None
if numpy:  # nothing else that these lack is forgiven
    import quality
    import run
from results import Row, at_least, at_most, number


def leg(rate, disturbed=False):
    return protocol.Leg(rate=rate, seconds=1 / rate, cpu_seconds=1, peak_mb=10, disturbed=disturbed,
                        output="")


class LimitsTest(unittest.TestCase):
    def test_a_row_says_which_limit_it_met(self):
        limits = {"must": at_least(1.4), "aim": at_least(1.6)}
        self.assertEqual(Row("r", 1.7, "x", **limits).met(), "aim")
        self.assertEqual(Row("r", 1.4, "x", **limits).met(), "must")
        self.assertEqual(Row("r", 1.39, "x", **limits).met(), "no")
        self.assertEqual(Row("r", 2, "s", must=at_most(3), aim=at_most(1)).met(), "must")
        self.assertEqual(Row("r", 2, "s").met(), "-")

    def test_numbers_keep_three_digits(self):
        self.assertEqual([number(v) for v in (100_000, 1234.5, 46.13, 1.5, 0.0421)],
                         ["100,000", "1,234", "46.1", "1.50", "0.0421"])
        # A precision of 0.9996 was shown as 1.
        self.assertEqual([number(v) for v in (0.99957, 0.995, 0.982)],
                         ["0.9996", "0.9950", "0.982"])


class ComparisonTest(unittest.TestCase):
    def test_the_ratio_is_the_median_over_quiet_pairs_only(self):
        pairs = [(leg(10), leg(5)), (leg(30), leg(10)), (leg(8), leg(8))]
        disturbed = [(leg(1), leg(10, disturbed=True))]
        summary = protocol.Comparison("a", "b", pairs, disturbed).summary()
        self.assertEqual((summary["ratio"], summary["quiet"]), (2, True))
        summary = protocol.Comparison("a", "b", [], disturbed).summary()
        self.assertEqual((summary["ratio"], summary["quiet"]), (0.1, False))

    def test_too_few_quiet_pairs_are_no_median(self):
        # One pair of twenty was quiet, and the row said what that one did.
        quiet = [(leg(30), leg(10))]
        disturbed = [(leg(10, disturbed=True), leg(10)), (leg(10), leg(5, disturbed=True))]
        summary = protocol.Comparison("a", "b", quiet, disturbed).summary()
        self.assertEqual((summary["ratio"], summary["quiet"]), (2, False))
        summary = protocol.Comparison("a", "b", quiet, [], asked=1).summary()
        self.assertEqual((summary["ratio"], summary["quiet"]), (3, True))

    def test_disturbed_runs_count_only_where_none_was_quiet(self):
        quiet, disturbed = leg(10), leg(2, disturbed=True)
        self.assertEqual(protocol.Alone([disturbed, quiet]).median("rate"), 10)
        self.assertEqual(protocol.Alone([disturbed]).median("rate"), 2)


class ReportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def results(self, machine, value):
        results = report.Results([machine])
        results.load(self.folder / "bench.json")
        results.put("start", "abc", False, [Row("start", value, "ms", at_most(20))])
        return results

    def test_groups_of_another_run_stay_unless_the_machine_changed(self):
        results = self.results("processor: one", 5)
        results.put("writes", "abc", False, [Row("writes", 9000, "rows/s")])
        results.save(self.folder / "bench.json")
        self.assertEqual(set(self.results("processor: one", 6).groups), {"start", "writes"})
        self.assertEqual(set(self.results("processor: two", 6).groups), {"start"})

    def test_the_table_goes_between_the_marks_of_a_document(self):
        document = self.folder / "doc.md"
        document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        report.write_into(document, self.results("processor: one", 5).markdown(["start"]))
        text = document.read_text()
        self.assertIn("| start | **5** ms | <= 20 ms |  | must | `./run bench start` |", text)
        self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n"))
        self.assertNotIn("old", text)

    def test_a_document_without_marks_is_left_alone(self):
        document = self.folder / "doc.md"
        document.write_text("nothing here\n")
        self.assertRaises(ValueError, report.write_into, document, "table")
        self.assertEqual(document.read_text(), "nothing here\n")


@unittest.skipIf(numpy is None, "NumPy is not installed")
class QualityTest(unittest.TestCase):
    def grey(self, value):
        return numpy.full((20, 24, 3), value, numpy.uint8)

    def test_flat_pictures_are_as_alike_as_their_means(self):
        constant = (0.01 * 255)**2
        wanted = (2 * 100 * 120 + constant) / (100**2 + 120**2 + constant)
        self.assertAlmostEqual(quality.ssim(self.grey(100), self.grey(120)), wanted)
        self.assertAlmostEqual(quality.psnr(self.grey(100), self.grey(120)), 22.110, places=3)

    def test_what_scikit_image_says_of_noise(self):
        # structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
        random = numpy.random.RandomState(7)
        picture = random.randint(0, 256, (40, 48))
        noisy = numpy.clip(picture + random.randint(-40, 41, picture.shape), 0, 255)
        views = [numpy.stack([values] * 3, axis=-1).astype(numpy.uint8)
                 for values in (picture, noisy)]
        self.assertAlmostEqual(quality.ssim(*views), 0.9510440881575748, places=6)

    def test_structure_counts_more_than_brightness(self):
        ramp = numpy.tile(numpy.arange(0, 240, 10, numpy.uint8)[None, :, None], (20, 1, 3))
        brighter = (ramp + 10).astype(numpy.uint8)
        self.assertAlmostEqual(quality.ssim(ramp, ramp), 1)
        self.assertGreater(quality.ssim(ramp, brighter), quality.ssim(ramp, self.grey(115)))


@unittest.skipIf(numpy is None, "NumPy is not installed")
class MinutesTest(unittest.TestCase):
    def test_the_readme_says_how_long_groups_take(self):
        # It said 25 minutes for all, and its own rows came to more.
        text = (pathlib.Path(__file__).resolve().parent / "README.md").read_text(encoding="utf-8")
        groups = run.GROUPS.values()
        said = {name: float(minutes) for name, minutes in
                re.findall(r"^\| `([a-z-]+)` \|.*\| ([\d.]+) \|$", text, re.MULTILINE)}
        self.assertEqual(said, {group.name: group.minutes for group in groups})
        whole = sum(group.minutes for group in groups if group.default)
        self.assertIn(f"about {whole:.0f} minutes", " ".join(text.split()))


class CopiesTest(unittest.TestCase):
    def test_copies_differ_in_one_byte_of_the_last_quantization_table(self):
        table = lambda last: b"\xff\xdb\x00\x43\x00" + bytes([1] * 63 + [last])
        jpeg = b"\xff\xd8" + table(7) + table(255) + b"\xff\xda\x00\x02rest"
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "a.jpg").write_bytes(jpeg)
            copies = made_pictures.distinct_copies([folder / "a.jpg"], folder / "out", 3)
            written = sorted(path.read_bytes() for path in copies.iterdir())
        wanted = sorted(jpeg.replace(table(255), table(last)) for last in (255, 1, 2))
        self.assertEqual(written, wanted)


if __name__ == "__main__":
    unittest.main()
