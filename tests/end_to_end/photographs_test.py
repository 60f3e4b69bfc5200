#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real photographs, of the packages that the set-up fetches, in a training set of each format.
Skipped where they were not fetched (./run setup), or where ALBUMEN_SAMPLES says another folder."""

import json
import os
import subprocess
import unittest

from albumen_program import ProgramTest, events_of
from picture_files import png_pixels, shape_of

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "albumen")
SAMPLES = os.environ.get("ALBUMEN_SAMPLES", os.path.join(CACHE, "samples"))
# Of the same set-up, with Pillow in it.
OTHER_PYTHON = os.path.join(CACHE, "venv", "compose", "bin", "python")
OTHER_READER = """
import json, sys
from PIL import Image
pictures = [Image.open(path) for path in sys.argv[1:]]
print(json.dumps([[one.format, *one.size, one.mode, len(one.convert("RGB").tobytes()),
                   one.getexif() != {} or "icc_profile" in one.info] for one in pictures]))
"""
# File, its sides, and those with a longest side of 128 pixels.
PHOTOGRAPHS = {"astronaut.png": ((512, 512), (128, 128)), "rocket.jpg": ((640, 427), (128, 85))}
EXTENSIONS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


def mean_difference(one, other):
    levels = [abs(a - b) for row, twin in zip(one, other) for a, b in zip(row, twin)]
    return sum(levels) / len(levels)


def averages(rows, side):
    """Of boxes of so many pixels a side: what any good resize comes near to."""
    return [bytes(sum(rows[y * side + dy][3 * (x * side + dx) + channel]
                      for dy in range(side) for dx in range(side)) // (side * side)
                  for x in range(len(rows[0]) // 3 // side) for channel in range(3))
            for y in range(len(rows) // side)]


class Photographs(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in PHOTOGRAPHS:
            path = os.path.join(SAMPLES, "skimage", name)
            if not os.path.exists(path):
                self.skipTest(f"{path} was not fetched")
            with open(path, "rb") as file:
                self.write(name, file.read())

    def made(self, source, out, *flags):
        """Paths by the name of the source, after a look at the rows."""
        done = self.run_program("--json", "dataset", source, "--out", self.path(out), *flags)
        rows = events_of(done.stdout)[:-1]
        self.assertEqual({row["status"] for row in rows}, {"written"})
        return {os.path.basename(row["source"]): self.path(out, row["output"]) for row in rows}

    def of_each_format(self, size):
        return {kind: self.made(self.pictures, kind, "--size", size, "--format", kind)
                for kind in EXTENSIONS}

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_each_format_has_the_size_that_was_asked_for(self):
        """By its own header, whatever the manifest says."""
        for kind, made in self.of_each_format("128").items():
            for name, (_, size) in PHOTOGRAPHS.items():
                self.assertEqual(os.path.basename(made[name]),
                                 os.path.splitext(name)[0] + EXTENSIONS[kind])
                self.assertEqual(shape_of(self.read(made[name])), (kind, *size))

    def test_each_format_looks_like_the_photograph(self):
        """Of a photograph that can be read without the program: a PNG."""
        expected = averages(png_pixels(self.read(os.path.join(self.pictures, "astronaut.png")))[1],
                            512 // 128)
        for kind, made in self.of_each_format("128").items():
            back = self.made(made["astronaut.png"], f"{kind}-back", "--size", "original")
            channels, rows = png_pixels(self.read(*back.values()))
            self.assertEqual((channels, len(rows), len(rows[0])), (3, 128, 3 * 128))
            self.assertLess(mean_difference(rows, expected), 6, kind)

    def test_another_reader_opens_them(self):
        """What only albumen can read is of no use to a trainer."""
        if not os.access(OTHER_PYTHON, os.X_OK):
            self.skipTest(f"{OTHER_PYTHON} was not set up")
        for size, at in (("original", 0), ("128", 1)):
            for kind, made in self.of_each_format(size).items():
                paths = [made[name] for name in PHOTOGRAPHS]
                done = subprocess.run([OTHER_PYTHON, "-c", OTHER_READER, *paths],
                                      capture_output=True, timeout=250)
                self.assertEqual(done.returncode, 0, done.stderr)
                sizes = [sizes[at] for sizes in PHOTOGRAPHS.values()]
                self.assertEqual(json.loads(done.stdout),
                                 [[kind.upper(), width, height, "RGB", 3 * width * height, False]
                                  for width, height in sizes])


if __name__ == "__main__":
    unittest.main()
