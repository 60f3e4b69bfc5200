#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures that lie, are cut or are not pictures, as sources of a training set."""

import os
import random
import struct
import unittest
import zlib

from hostile_set import HostileSet, good_png, png, png_of
from lying_zip import Zip
from tiny_pictures import (exif, grey_jpeg, grey_png, png_chunk, profile, webp_claiming,
                           webp_lossy_claiming, with_exif, with_profile)

LONGEST = 65_500


class Pictures(HostileSet):
    def of(self, pictures, expect=1, **options):
        """The rows of these, by name, beside a good picture, which must come out whatever."""
        self.write("good.png", good_png(7))
        for name, data in pictures.items():
            self.write(name, data)
        rows = {name.removeprefix("pictures/"): row
                for name, row in self.make(expect=expect, **options).items()}
        self.assertEqual(rows.pop("good.png")["status"], "written")
        self.assertEqual(set(rows), set(pictures))
        return rows

    def samples(self):
        """A small picture of each format, of some 500 bytes."""
        self.write("sample.png", png(20, 14, 3))
        found = {"a.png": png(20, 14, 3), "b.jpg": grey_jpeg(64, 48), "deep.png": grey_png(
            20, 14, interlaced=True)}
        for kind in ("jpeg", "webp"):
            self.run_program("dataset", self.pictures, "--out", self.path(kind), "--format", kind)
            with os.scandir(self.path(kind)) as files:
                path = next(file.path for file in files if file.name.startswith("sample."))
            with open(path, "rb") as file:
                found[os.path.basename(path)] = file.read()
        os.remove(os.path.join(self.pictures, "sample.png"))
        return found


class NoPictures(Pictures):
    def test_empty_files_and_words_are_told_apart(self):
        rows = self.of({"empty.jpg": b"", "words.jpg": b"no picture at all", "page.png": b"<html>",
                        "start.jpg": b"\xff\xd8\xff", "start.png": b"\x89PNG\r\n\x1a\n",
                        "start.webp": b"RIFF\x10\0\0\0WEBP"})
        self.judge(rows, failed={"empty.jpg": ("Truncated", "empty"),
                                 "start.jpg": ("Truncated", ""), "start.png": ("Truncated", ""),
                                 "start.webp": ("Truncated", "")},
                   skipped={"words.jpg": "no picture", "page.png": "no picture"})

    def test_the_content_decides_not_the_name(self):
        rows = self.of({"a.jpg": good_png(1), "b.webp": grey_jpeg(16, 16), "c.exe": good_png(2)},
                       expect=0)
        self.judge(rows, ["a.jpg", "b.webp", "c.exe"])


class Claims(Pictures):
    def test_headers_that_claim_billions_of_pixels_are_refused(self):
        rows = self.of({"a.png": grey_png(LONGEST, LONGEST, b"\0"),
                        "b.jpg": grey_jpeg(LONGEST, LONGEST, blocks=4),
                        "c.webp": webp_claiming(LONGEST, LONGEST),
                        "d.png": grey_png(2**31 - 1, 2**31 - 1, b"\0"),
                        "e.webp": webp_claiming(2**24, 2**24)})
        self.assertEqual({row["status"] for row in rows.values()}, {"failed"})
        for name in ("a.png", "b.jpg", "d.png"):
            self.assertEqual(rows[name]["code"], "TooLarge", rows[name])

    def test_sides_of_nothing_are_refused(self):
        rows = self.of({"a.png": grey_png(0, 5, b""), "b.png": grey_png(5, 0, b""),
                        "c.jpg": grey_jpeg(0, 8, blocks=1), "d.jpg": grey_jpeg(8, 0, blocks=1),
                        "e.webp": webp_lossy_claiming(0, 9), "f.webp": webp_lossy_claiming(9, 0)})
        self.assertEqual({row["status"] for row in rows.values()}, {"failed"})

    def test_the_longest_lines_are_read_and_longer_ones_refused(self):
        rows = self.of({"wide.png": grey_png(LONGEST, 1), "tall.png": grey_png(1, LONGEST),
                        "wide.jpg": grey_jpeg(LONGEST, 1), "tall.jpg": grey_jpeg(1, LONGEST),
                        "wider.png": grey_png(65_535, 1), "taller.png": grey_png(1, 65_535),
                        "wider.jpg": grey_jpeg(65_535, 1), "taller.jpg": grey_jpeg(1, 65_535)})
        self.judge(rows, ["wide.png", "tall.png", "wide.jpg", "tall.jpg"],
                   {name: ("TooLarge", "65500") for name in
                    ("wider.png", "taller.png", "wider.jpg", "taller.jpg")})
        self.assertEqual((rows["wide.png"]["width"], rows["wide.png"]["height"]), (64, 1))
        self.assertEqual((rows["tall.jpg"]["width"], rows["tall.jpg"]["height"]), (1, 64))

    def test_a_giant_that_must_be_held_whole_is_weighed_first(self):
        budget = ("--memory-budget", "256MiB")
        claim = {"a.png": grey_png(30_000, 30_000, b"\0", interlaced=True)}
        rows = self.of(claim, flags=budget, size="original")
        self.judge(rows, failed={"a.png": ("BudgetExceeded", "MiB")})
        # Made small it needs little, so the lie is found out.
        self.judge(self.of(claim, flags=budget), failed={"a.png": ("Truncated", "")})


class Bombs(Pictures):
    def test_pixels_beyond_the_picture_are_not_unpacked(self):
        bomb = grey_png(8, 8, bytes(9 * 8) + bytes(100_000_000))
        rows = self.of({"a.png": bomb}, expect=None, flags=("--memory-budget", "64MiB"))
        self.assertIn(rows["a.png"]["status"], ("written", "failed"))

    def test_a_large_picture_of_nothing_costs_no_memory(self):
        """A tenth of a megabyte that is a hundred million pixels: read by lines."""
        rows = self.of({"a.png": grey_png(10_000, 10_000)}, expect=0,
                       flags=("--memory-budget", "64MiB"))
        self.judge(rows, ["a.png"])

    def test_text_and_profiles_that_inflate_are_not_inflated(self):
        bomb = zlib.compress(bytes(50_000_000), 9)
        rows = self.of({"text.png": grey_png(8, 8, more=png_chunk(b"zTXt", b"a\0\0" + bomb)),
                        "icc.png": grey_png(8, 8, more=png_chunk(b"iCCP", b"a\0\0" + bomb))},
                       expect=0, flags=("--memory-budget", "64MiB"))
        self.judge(rows, ["text.png", "icc.png"])


class Metadata(Pictures):
    BLOCKS = {
        "next is itself": exif([(274, 3, 1, 6)], next_directory=8),
        "points to itself": exif([(34665, 4, 1, 8), (274, 3, 1, 6)]),
        "places in circles": exif([(34853, 4, 1, 8), (330, 4, 1, 8), (274, 3, 1, 6)]),
        "a count of billions": exif([(270, 2, 0xFFFFFFFF, 26), (274, 3, 1, 6)]),
        "an offset of billions": exif([(270, 2, 100, 0xFFFFFFF0), (274, 3, 1, 6)]),
        "more entries than bytes": b"II*\0" + struct.pack("<IH", 8, 0xFFFF),
        "first directory beyond": b"II*\0" + struct.pack("<I", 0xFFFFFFFF),
        "an orientation of 77": exif([(274, 3, 1, 77)]),
        "cut": exif([(274, 3, 1, 6)])[:13],
    }

    def test_exif_that_loops_or_counts_to_billions_costs_no_picture(self):
        pictures = {f"{name}.jpg": grey_jpeg(32, 24, with_exif(block))
                    for name, block in self.BLOCKS.items()}
        rows = self.of(pictures, expect=0)
        self.assertEqual(rows["next is itself.jpg"]["width"], 24)  # turned, as it says
        self.out = self.path("kept")
        for flags in (("--keep-metadata",), ("--keep-metadata", "--format", "keep")):
            self.judge(self.of(pictures, expect=0, flags=flags), pictures)
            self.out = self.path("copied")

    def test_profiles_that_lie_cost_no_picture(self):
        tag = b"wtpt" + struct.pack(">II", 0xFFFFFFF0, 0xFFFFFFF0)
        blocks = {"billions of tags": with_profile(profile(tags=0xFFFFFFFF)),
                  "a tag beyond": with_profile(profile(tags=1, entries=tag)),
                  "larger than it is": with_profile(profile(size=0xFFFFFFFF)),
                  "no profile": with_profile(b"words"),
                  "one of 255": with_profile(profile(), 1, 255),
                  "number 0 of 0": with_profile(profile(), 0, 0),
                  "twice the same": with_profile(profile()) * 2}
        rows = self.of({f"{name}.jpg": grey_jpeg(32, 24, block) for name, block in blocks.items()},
                       expect=0)
        self.judge(rows, [f"{name}.jpg" for name in blocks])


class Damage(Pictures):
    def of_many(self, pictures, **options):
        """As `of`, out of an archive: thousands of files are slow to make and to remove."""
        archive = Zip().add("good.png", good_png(7))
        for name, data in pictures.items():
            archive.add(name, data)
        rows = {name.removeprefix("many.zip!"): row for name, row in self.make(
            self.write_at("many.zip", archive.finish()), **options).items()}
        self.assertEqual(rows.pop("good.png")["status"], "written")
        self.assertEqual(set(rows), set(pictures))
        return rows

    def test_cut_at_every_byte_a_picture_is_a_row(self):
        pictures = {}
        for name, data in self.samples().items():
            self.assertLess(len(data), 1200, name)
            pictures |= {f"{length:04}-{name}": data[:length] for length in range(len(data))}
        rows = self.of_many(pictures)
        for name, row in rows.items():
            # A picture may lack its last bytes and still be whole.
            self.assertIn(row["status"], ("failed", "skipped", "written"), name)
            if row["status"] == "failed":
                self.assertIn(row["code"], ("Truncated", "Corrupt"), row)
        written = sum(row["status"] == "written" for row in rows.values())
        self.assertLess(written, len(rows) / 20)

    def test_bits_flipped_at_random_never_do_more_than_fail(self):
        rng = random.Random(11)
        pictures = {}
        for name, data in self.samples().items():
            for number in range(200):
                damaged = bytearray(data)
                for _ in range(rng.randrange(1, 5)):
                    damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
                pictures[f"{number:03}-{name}"] = bytes(damaged)
        self.of_many(pictures, flags=("--memory-budget", "256MiB"))
        for name in self.pictures_of_set():
            with open(os.path.join(os.fsencode(self.out), name), "rb") as file:
                self.assertTrue(file.read().startswith(b"\x89PNG"))

    def test_damaged_pictures_that_are_wanted_are_kept(self):
        rng = random.Random(12)
        whole = png_of(120, 160, [rng.randbytes(360) for _ in range(160)])
        rows = self.of({"half.png": whole[:len(whole) * 7 // 10],
                        "tenth.png": whole[:len(whole) // 10]}, flags=("--keep-truncated", "50"))
        self.judge(rows, ["half.png"], {"tenth.png": ("Truncated", "")})


if __name__ == "__main__":
    unittest.main()
