# SPDX-License-Identifier: Apache-2.0
"""What a user sees of formats that albumen decodes through albumen-longtail, and without it."""

import json
import os
import shutil
import struct
import subprocess
import unittest
import zipfile

from albumen_program import PROGRAM, SLOW, ProgramTest, configured_flags, events_of, png

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


def tiff_of_two(width, height, kind):
    """Two directories of the same pixels; `kind` is what the second one says that it is."""
    pixels = b"".join(gradient(width, height))
    bits, first = 8 + len(pixels), 8 + len(pixels) + 6
    entries = [(256, 3, 1, width), (257, 3, 1, height), (258, 3, 3, bits), (259, 3, 1, 1),
               (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, height),
               (279, 4, 1, len(pixels))]

    def directory(entries, following):
        body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        return struct.pack("<H", len(entries)) + body + struct.pack("<I", following)
    second = first + len(directory(entries, 0))
    return (b"II*\0" + struct.pack("<I", first) + pixels + struct.pack("<HHH", 8, 8, 8) +
            directory(entries, second) + directory([(254, 4, 1, kind), *entries], 0))


def gif(width, height, frames):
    """Codes of 8 bits, of which none but the pixels' own are used: the table is emptied in time."""
    clear, end = b"\x80", b"\x81"
    palette = b"".join(bytes([2 * index, 255 - 2 * index, 90]) for index in range(128))
    file = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF6, 0, 0) + palette
    for frame in range(frames):
        pixels = bytes((x + y + 40 * frame) % 128 for y in range(height) for x in range(width))
        codes = b"".join(clear + pixels[at:at + 100] for at in range(0, len(pixels), 100)) + end
        blocks = b"".join(bytes([len(codes[at:at + 255])]) + codes[at:at + 255]
                          for at in range(0, len(codes), 255))
        file += b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\7" + blocks + b"\0"
    return file + b";"


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

    def rows_of(self, *sources, expect):
        done = self.run_program("--json", "dataset", *sources, "--out", self.path("set"), "--size",
                                "64", expect=expect)
        return {os.path.basename(row["source"]): row for row in events_of(done.stdout)[:-1]}

    def test_only_the_first_page_or_frame_is_taken_and_the_row_says_so(self):
        """Nobody was told that a file had more."""
        self.write("moving.gif", gif(60, 40, 2))
        self.write("still.gif", gif(60, 40, 1))
        self.write("pages.tif", tiff_of_two(60, 40, kind=2))
        self.write("preview.tif", tiff_of_two(60, 40, kind=1))
        self.write("page.tif", tiff(60, 40))
        rows = self.rows_of(self.pictures, expect=0)
        self.assertEqual({name: row["note"] for name, row in rows.items()},
                         {"moving.gif": "first frame of an animation", "still.gif": None,
                          "pages.tif": "first of several pages", "preview.tif": None,
                          "page.tif": None})
        self.assertEqual({(row["width"], row["height"]) for row in rows.values()}, {(60, 40)})

    def test_cut_anywhere_a_picture_is_a_row(self):
        whole = {"a.tif": tiff(12, 9), "b.gif": gif(12, 9, 1), "c.bmp": bmp(12, 9),
                 "d.ppm": ppm(12, 9)}
        with zipfile.ZipFile(self.path("cut.zip"), "w") as archive:
            for name, data in whole.items():
                archive.writestr(name, data)
                for length in range(0, len(data), 29 if SLOW else 3):
                    archive.writestr(f"{length:04}-{name}", data[:length])
        rows = self.rows_of(self.path("cut.zip"), expect=1)
        for name, row in rows.items():
            self.assertIn(row["status"], ("written", "failed", "skipped"), row)
            if row["status"] == "failed":
                self.assertIn(row["code"], ("Truncated", "Corrupt", "Unsupported", "TooLarge"), row)
        self.assertEqual({rows[f"cut.zip!{name}"]["status"] for name in whole}, {"written"})

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
