# SPDX-License-Identifier: Apache-2.0
"""What a user sees of formats that albumen decodes through albumen-longtail, and without it."""

import json
import os
import shutil
import struct
import subprocess
import unittest

from albumen_program import PROGRAM, ProgramTest, configured_flags, png

HAS_LONGTAIL = os.access(os.path.join(os.path.dirname(PROGRAM), "albumen-longtail"), os.X_OK)


def gradient(width, height):
    return [bytes([x * 255 // width, y * 255 // height, 90]) for y in range(height)
            for x in range(width)]


def ppm(width, height):
    return f"P6\n{width} {height}\n255\n".encode() + b"".join(gradient(width, height))


def tiff(width, height, orientation=1):
    """One strip of RGB; the directory lies behind the pixels, as most programs write it."""
    pixels = b"".join(gradient(width, height))
    at = 8 + len(pixels)
    entries = [(256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, 1),
               (262, 3, 1, 2), (273, 4, 1, 8), (274, 3, 1, orientation), (277, 3, 1, 3),
               (278, 3, 1, height), (279, 4, 1, len(pixels))]
    entries[2] = (258, 3, 3, at + 2 + 12 * len(entries) + 4)
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (b"II*\0" + struct.pack("<I", at) + pixels + directory + struct.pack("<I", 0) +
            struct.pack("<HHH", 8, 8, 8))


def bmp(width, height):
    rows = [b"".join(pixel[::-1] for pixel in gradient(width, height)[y * width:(y + 1) * width])
            for y in range(height - 1, -1, -1)]
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    return (b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + len(data), 0, 54, 40, width, height, 1, 24,
                                0, len(data), 0, 0, 0, 0) + data)


class WithLongtail(ProgramTest):
    def setUp(self):
        super().setUp()
        if not HAS_LONGTAIL:
            self.skipTest("this build has no albumen-longtail")
        if "--memory-budget" in configured_flags():
            self.skipTest("a process of albumen-longtail takes 64 MiB of the budget alone")

    def test_its_pictures_become_rows_and_a_damaged_one_costs_itself(self):
        self.write("a.ppm", ppm(150, 100))
        self.write("b.tif", tiff(150, 100, orientation=6))
        # Its directory lies beyond the bytes that are read first.
        self.write("large.tif", tiff(400, 300))
        self.write("c.bmp", bmp(150, 100))
        self.write("cut.tif", tiff(150, 100)[:20_000])
        self.write("d.png", png(150, 100, 1))
        events, summary = self.index(expect=1)
        self.assertEqual((summary["done"], summary["failed"]), (5, {"Corrupt": 1}))
        self.assertEqual(events["cut.tif"]["outcome"], "failed")
        rows = [json.loads(line) for line in self.export().splitlines()]
        sizes = {os.path.basename(row["path"]): (row["width"], row["height"]) for row in rows
                 if row["phash"]}
        self.assertEqual(sizes, {"a.ppm": (150, 100), "b.tif": (100, 150), "large.tif": (400, 300),
                                 "c.bmp": (150, 100), "d.png": (150, 100)})

    def test_a_training_set_takes_them(self):
        self.write("a.ppm", ppm(150, 100))
        self.write("b.bmp", bmp(150, 100))
        out = self.path("set")
        self.run_program("dataset", self.pictures, "--out", out, "--size", "64")
        written = [name for _, _, names in os.walk(out) for name in names if name.endswith(".png")]
        self.assertEqual(len(written), 2)

    def test_a_small_budget_refuses_with_the_need(self):
        self.write("a.ppm", ppm(150, 100))
        done = self.run_program("--memory-budget", "48MiB", "index", *self.LIGHT, self.pictures,
                                expect=None)
        self.assertIn(b"memory budget", done.stdout + done.stderr)


class WithoutLongtail(ProgramTest):
    def test_they_are_named_as_unsupported(self):
        alone = self.path("albumen")
        shutil.copy(PROGRAM, alone)
        self.write("a.ppm", ppm(150, 100))
        self.write("d.png", png(150, 100, 1))
        done = subprocess.run([alone, "--library", self.library, "index", *self.LIGHT,
                               self.pictures], capture_output=True, env=self.environment,
                              timeout=250)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(b"Netpbm is not decoded without albumen-longtail", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
