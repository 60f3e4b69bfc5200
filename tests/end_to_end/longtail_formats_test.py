#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HEIC, AVIF, JPEG XL, JPEG 2000 and PSD become pictures of a training set, as they look or not at
all. libvips writes them (programs/longtail/testing/maker.cpp); a format that this machine's libvips
cannot read or write is skipped by name."""

import hashlib
import os
import subprocess
import unittest
import zipfile

from albumen_program import PROGRAM, ProgramTest, events_of, png
from picture_files import largest_difference, png_pixels

MAKER = os.path.join(os.path.dirname(PROGRAM), "longtail_maker")
STEADY_BLUE = 64


def cuts_of(length):
    """All along the file, and bit by bit at its end, where formats are forgiving."""
    along = {length * part // 16 for part in range(1, 16)}
    return sorted(along | {length - short for short in (1, 2, 3, 4, 8, 20, 50)})


class Format:
    """What holds for each; a mixin, so that it is no test by itself."""

    SIZE = (120, 90)

    def setUp(self):
        super().setUp()
        self.need_longtail(self.NAME)
        if not os.access(MAKER, os.X_OK):
            self.skipTest("this build has no longtail_maker to make pictures with")
        self.suffix = self.WRITTEN_AS.split("[")[0]

    def made(self, kind="rgb"):
        """Red grows to the right, green downwards, blue is steady."""
        done = subprocess.run([MAKER, self.WRITTEN_AS, kind, *map(str, self.SIZE)],
                              capture_output=True, timeout=250)
        if done.returncode != 0:
            self.skipTest(f"libvips writes no {self.NAME} here: {done.stderr.decode().strip()}")
        return done.stdout

    def dataset(self, source, expect=0):
        """The rows by the names of their files or members."""
        done = self.run_program("--json", "dataset", source, "--out", self.path("set"), "--size",
                                "original", expect=expect)
        return {os.path.basename(row["source"]).split("!")[-1]: row
                for row in events_of(done.stdout)[:-1]}

    def output(self, row):
        with open(self.path("set", row["output"]), "rb") as file:
            return file.read()

    def expect_gradients(self, data, tolerance):
        width, height = self.SIZE
        channels, rows = png_pixels(data)
        self.assertEqual((channels, len(rows), len(rows[0])), (3, height, 3 * width))
        for y in range(2, height - 2, 3):
            for x in range(2, width - 2, 3):
                expected = (255 * x // width, 255 * y // height, STEADY_BLUE)
                for found, value in zip(rows[y][3 * x:3 * x + 3], expected):
                    self.assertAlmostEqual(found, value, delta=tolerance, msg=(x, y))

    def test_its_pixels_come_out_and_its_row_says_so(self):
        """Its caption and repeats too; and the next run finds nothing to do."""
        self.write(f"10_zwx/a{self.suffix}", self.made())
        self.write("10_zwx/a.txt", b"a dog")
        row = self.dataset(self.pictures)[f"a{self.suffix}"]
        data = self.output(row)
        self.expect_gradients(data, self.TOLERANCE)
        del row["source"], row["caption_source"]
        self.assertEqual(row, {
            "status": "written", "code": None, "reason": None, "output": "10_zwx/a.png",
            "format": "png", "width": self.SIZE[0], "height": self.SIZE[1], "caption": "a dog",
            "repeats": 10, "concept": "zwx", "level": None,
            "sha256": hashlib.sha256(data).hexdigest(), "note": None})
        self.assertEqual(self.dataset(self.pictures)[f"a{self.suffix}"]["status"], "unchanged")

    def test_cut_anywhere_it_fails_or_is_whole(self):
        """Half a picture is never taken for a picture."""
        whole = self.made()
        with zipfile.ZipFile(self.path("cut.zip"), "w") as archive:
            archive.writestr("whole", whole)
            archive.writestr("other.png", png(*self.SIZE, 1))
            for length in cuts_of(len(whole)):
                archive.writestr(f"{length}", whole[:length])
        rows = self.dataset(self.path("cut.zip"), expect=1)
        self.assertEqual(len(rows), 2 + len(cuts_of(len(whole))))
        self.assertEqual(rows.pop("other.png")["status"], "written")
        pixels = png_pixels(self.output(rows.pop("whole")))[1]
        for length, row in rows.items():
            if row["status"] == "failed":
                self.assertIn(row["code"], ("Truncated", "Corrupt", "Unsupported"), row)
                self.assertIsNone(row["output"], row)
            else:  # what stands at the end is not always needed
                self.assertEqual(row["status"], "written", row)
                self.assertEqual(largest_difference(png_pixels(self.output(row))[1], pixels), 0,
                                 f"{length} of {len(whole)} bytes")


class FormatWithProfiles(Format):
    def test_its_profile_is_applied(self):
        """Display P3 out of a telephone would come out pale."""
        self.write(f"a{self.suffix}", self.made("p3"))
        row = self.dataset(self.pictures)[f"a{self.suffix}"]
        self.expect_gradients(self.output(row), 20)  # left alone, they would be off by 50


class Heic(FormatWithProfiles, ProgramTest):
    NAME, WRITTEN_AS, TOLERANCE = "HEIF", ".heic[Q=90]", 7


class Avif(FormatWithProfiles, ProgramTest):
    NAME, WRITTEN_AS, TOLERANCE = "AVIF", ".avif[Q=90,effort=0]", 7


class JpegXl(FormatWithProfiles, ProgramTest):
    NAME, WRITTEN_AS, TOLERANCE = "JPEG XL", ".jxl[Q=95]", 10


class Jpeg2000(Format, ProgramTest):
    """libvips writes no profiles into it."""

    NAME, WRITTEN_AS, TOLERANCE = "JPEG 2000", ".jp2[lossless]", 1


class Psd(FormatWithProfiles, ProgramTest):
    NAME, WRITTEN_AS, TOLERANCE = "PSD", ".psd", 1


if __name__ == "__main__":
    unittest.main()
