#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The flags of `albumen dataset`, one combination after the other, and what the set then holds."""

import os
import struct
import unittest
import zlib

from albumen_program import ProgramTest, events_of, png
from picture_files import png_pixels, shape_of

WIDE, SMALL, CLEAR = (300, 200), (100, 60), (32, 32)
PICTURES = {"wide.png": png(*WIDE, 1), "small.png": png(*SMALL, 2)}


def clear_png(width, height):
    """Red, and wholly transparent."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = (b"\0" + b"\xff\0\0\0" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


class FlagsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.runs = 0
        for name, data in PICTURES.items():
            self.write(name, data)

    def dataset(self, *flags, expect=0):
        """Files of a new set by name, but the manifest, and what was printed."""
        self.runs += 1
        out = self.path(f"set{self.runs}")
        done = self.run_program("dataset", self.pictures, "--out", out, *flags, expect=expect)
        self.assertEqual(os.path.exists(out), expect != 2, flags)
        files = {}
        for folder, _, names in os.walk(out):
            for name in names:
                path = os.path.join(folder, name)
                if ".albumen-dataset" not in path and name != "manifest.jsonl":
                    with open(path, "rb") as file:
                        files[os.path.relpath(path, out)] = file.read()
        return files, (done.stdout + done.stderr).decode()


class Sizes(FlagsTest):
    # flags, what becomes of WIDE, and of SMALL.
    TABLE = [
        ("--size 128", (128, 85), (100, 60)),
        ("--size 128 --upscale", (128, 85), (128, 77)),
        ("--size 128x64", (96, 64), (100, 60)),
        ("--size original", WIDE, SMALL),
        ("--size 128 --fit cover", (128, 128), (60, 60)),
        ("--size 128x64 --fit cover", (128, 64), (100, 50)),
        ("--size 128 --fit cover --upscale", (128, 128), (128, 128)),
        ("--size 128 --fit pad", (128, 128), (128, 128)),
        ("--size 64x128 --fit pad --upscale", (64, 128), (64, 128)),
        ("--size 256 --fit bucket", (256, 192), (64, 60)),
        ("--size 256 --fit bucket --upscale", (320, 192), (320, 192)),
        ("--size 256 --fit bucket --bucket-step 32", (288, 192), (96, 32)),
        ("--size 128 --fit bucket --bucket-step 32", (160, 96), (96, 32)),
        ("--size 192x128 --fit bucket --bucket-step 32", (192, 128), (96, 32)),
        ("--size 128 --degrade when-needed", (128, 85), (100, 60)),
    ]

    def test_each_fit_gives_the_sizes_that_the_documentation_promises(self):
        for flags, wide, small in self.TABLE:
            with self.subTest(flags):
                files, _ = self.dataset(*flags.split())
                self.assertEqual(shape_of(files["wide.png"]), ("png", *wide))
                self.assertEqual(shape_of(files["small.png"]), ("png", *small))

    def test_what_contradicts_itself_is_refused_before_anything_is_made(self):
        for flags, words in [
                ("--size original --fit bucket", "--fit bucket"),
                ("--size original --fit cover", "--fit cover"),
                ("--size original --fit pad", "--fit pad"),
                ("--size original --upscale", "--upscale"),
                ("--size 64 --fit bucket --bucket-step 65", "--bucket-step"),
                ("--fit pad --degrade when-needed", "--degrade"),
                ("--background pink", "pink"), ("--size 12y", "--size")]:
            with self.subTest(flags):
                self.assertIn(words, self.dataset(*flags.split(), expect=2)[1])

    def test_a_set_of_other_settings_is_never_taken_for_unchanged(self):
        """Buckets were left out of what a set is known by, where its size is the original one."""
        out = self.path("set")
        for flags in ("--size original", "--size 1024 --fit bucket", "--size 1024", "--size 512"):
            done = self.run_program("--json", "dataset", self.pictures, "--out", out,
                                    *flags.split())
            self.assertEqual(events_of(done.stdout)[-1]["summary"]["written"], 2, flags)


class Encodings(FlagsTest):
    def shapes(self, *flags):
        files, words = self.dataset("--size", "128", *flags)
        return {name: shape_of(data)[0] for name, data in files.items()}, words

    def test_formats_are_those_asked_for(self):
        for name, extension in (("png", "png"), ("jpeg", "jpg"), ("webp", "webp"), ("keep", "png")):
            shapes, _ = self.shapes("--format", name)
            self.assertEqual(shapes, {f"{stem}.{extension}": name.replace("keep", "png")
                                      for stem in ("wide", "small")})

    def test_a_preset_sets_what_no_flag_does_and_says_so(self):
        shapes, words = self.shapes("--preset", "fast")
        self.assertEqual(set(shapes.values()), {"jpeg"})
        self.assertIn("format=jpeg quality=75", words)
        self.assertIn("resample=bilinear", words)
        shapes, words = self.shapes("--preset", "fast", "--format", "png", "--quality", "95")
        self.assertEqual(set(shapes.values()), {"png"})
        self.assertIn("resample=bilinear", words)
        shapes, words = self.shapes("--quality", "90", "--preset", "fast")
        self.assertIn("format=jpeg quality=90", words)

    def size_of(self, *flags):
        files, _ = self.dataset("--size", "128", *flags)
        return sum(len(data) for data in files.values())

    def test_quality_and_effort_weigh_what_they_should(self):
        for name in ("jpeg", "webp"):
            self.assertLess(self.size_of("--format", name, "--quality", "30"),
                            self.size_of("--format", name, "--quality", "95"))
        efforts = [self.size_of("--png-effort", effort) for effort in ("fast", "balanced", "small")]
        self.assertLess(efforts[2], efforts[0])
        self.assertLessEqual(efforts[2], efforts[1])

    def test_each_filter_gives_pixels_of_its_own(self):
        made = {name: self.dataset("--size", "128", "--resample", name)[0]["wide.png"]
                for name in ("lanczos", "bilinear", "area")}
        self.assertEqual(len(set(made.values())), 3)
        self.assertEqual(made["bilinear"],
                         self.dataset("--size", "128", "--preset", "balanced")[0]["wide.png"])
        self.assertEqual(made["lanczos"],
                         self.dataset("--size", "128", "--preset", "quality")[0]["wide.png"])

    def test_the_background_stands_around_and_behind(self):
        self.write("clear.png", clear_png(*CLEAR))
        for name, colour in (("white", (255, 255, 255)), ("black", (0, 0, 0)),
                             ("grey", (128, 128, 128)), ("#0a80ff", (10, 128, 255))):
            files, _ = self.dataset("--size", "128", "--fit", "pad", "--rgb", "--background", name)
            channels, rows = png_pixels(files["small.png"])
            self.assertEqual((channels, tuple(rows[0][:3])), (3, colour))
            channels, rows = png_pixels(files["clear.png"])
            self.assertEqual((channels, set(rows)), (3, {bytes(colour) * 128}))

    def test_transparency_stays_where_nobody_says_rgb(self):
        self.write("clear.png", clear_png(*CLEAR))
        files, _ = self.dataset("--size", "128")
        channels, rows = png_pixels(files["clear.png"])
        self.assertEqual((channels, rows[5][3]), (4, 0))
        files, _ = self.dataset("--size", "128", "--format", "keep", "--rgb")
        self.assertEqual(png_pixels(files["clear.png"])[0], 3)


class Words(FlagsTest):
    def setUp(self):
        super().setUp()
        self.write("wide.txt", b"a dog")

    def captions(self, *flags, extension=".txt"):
        files, _ = self.dataset("--size", "64", *flags)
        return {name.removesuffix(extension): data.decode().strip()
                for name, data in files.items() if name.endswith(extension)}

    def test_words_stand_where_they_were_asked_for(self):
        for flags, expected in [
                ([], {"wide": "a dog"}),
                (["--trigger-word", "zwx"], {"wide": "zwx, a dog"}),
                (["--caption-prefix", "photo of ", "--caption-suffix", ", outdoors"],
                 {"wide": "photo of a dog, outdoors"}),
                (["--trigger-word", "zwx", "--caption-prefix", "photo of "],
                 {"wide": "zwx, photo of a dog"}),
                (["--trigger-word", "zwx", "--existing", "fill"],
                 {"wide": "zwx, a dog", "small": "zwx"}),
                (["--trigger-word", "zwx", "--existing", "replace"],
                 {"wide": "zwx", "small": "zwx"}),
                (["--trigger-word", "a dog"], {"wide": "a dog"})]:
            with self.subTest(flags):
                self.assertEqual(self.captions(*flags), expected)

    def test_captions_have_the_extension_asked_for(self):
        self.assertEqual(self.captions("--caption-extension", ".caption", extension=".caption"),
                         {"wide": "a dog"})

    def test_pictures_and_captions_are_renamed_together(self):
        self.assertEqual(self.captions("--rename", "sequence"), {"000002": "a dog"})
        files, _ = self.dataset("--rename", "hash", "--size", "64")
        stems = [name.split(".") for name in files]
        self.assertEqual(sorted(extension for _, extension in stems), ["png", "png", "txt"])
        self.assertEqual(len({stem for stem, _ in stems}), 2)
        self.assertTrue(all(len(stem) == 16 and int(stem, 16) >= 0 for stem, _ in stems))

    def test_what_is_excluded_is_left_out(self):
        files, _ = self.dataset("--exclude", "small*", "--size", "64")
        self.assertEqual(set(files), {"wide.png", "wide.txt"})


if __name__ == "__main__":
    unittest.main()
