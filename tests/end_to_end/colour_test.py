#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures with a colour profile of their own in a training set: those of wide gamut become sRGB
whatever the format, and those whose profile is sRGB are left as they are."""

import os
import struct
import unittest
import zlib

from albumen_program import ProgramTest, events_of, png_of
from picture_files import jpeg_segments, png_chunks, png_pixels, shape_of, webp_chunks

# Red, green and blue as XYZ under D50, which is what profiles speak of.
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189),
              (0.15710, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
ADOBE_GAMMA = 563 / 256
# The last three lie outside of sRGB.
PATCHES = ((128, 128, 128), (0, 0, 0), (255, 255, 255), (200, 60, 60), (60, 170, 90), (50, 70, 160),
           (230, 200, 90), (20, 30, 25), (255, 0, 0), (0, 255, 0), (10, 220, 240))
PATCH = 32  # pixels a side: two units of a JPEG with half its colours


def linear_of_srgb(share):
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def srgb_of_linear(light):
    light = min(max(light, 0), 1)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def linear_of_adobe(share):
    return share ** ADOBE_GAMMA


WIDE = {"p3": (DISPLAY_P3, linear_of_srgb), "adobe": (ADOBE_RGB, linear_of_adobe)}


def xyz_of(colours, light):
    return [sum(colour[axis] * amount for colour, amount in zip(colours, light))
            for axis in range(3)]


def determinant(rows):
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def lights_of(colours, xyz):
    """Cramer's rule: how much of each colour makes this XYZ."""
    whole = determinant(colours)
    return [determinant([xyz if at == number else colour for at, colour in enumerate(colours)]) /
            whole for number in range(3)]


def as_srgb(pixel, colours, linear_of):
    """What sRGB has for these samples of another space; the nearest where it has none."""
    xyz = xyz_of(colours, [linear_of(level / 255) for level in pixel])
    return [255 * srgb_of_linear(light) for light in lights_of(SRGB, xyz)]


def profile(colours, linear_of):
    """ICC.1:2001: a screen by its colours and one curve for all, and nothing else."""
    def fixed(number):
        return round(number * 65536)
    parts = [b"XYZ \0\0\0\0" + struct.pack(">3i", *map(fixed, colour)) for colour in colours]
    levels = [round(65535 * linear_of(level / 1023)) for level in range(1024)]
    parts.append(b"curv\0\0\0\0" + struct.pack(">I1024H", len(levels), *levels))
    white = struct.pack(">3i", *map(fixed, (0.9642, 1, 0.8249)))
    parts.append(b"XYZ \0\0\0\0" + white)
    names = ((b"rXYZ", 0), (b"gXYZ", 1), (b"bXYZ", 2), (b"rTRC", 3), (b"gTRC", 3), (b"bTRC", 3),
             (b"wtpt", 4))
    at = [128 + 4 + 12 * len(names)]
    for part in parts:
        at.append(at[-1] + len(part))
    header = struct.pack(">I4xI4s4s4s12x4s", at[-1], 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    header += bytes(28) + white + bytes(48)
    table = b"".join(name + struct.pack(">II", at[part], len(parts[part])) for name, part in names)
    return header + struct.pack(">I", len(names)) + table + b"".join(parts)


def png_with(data, icc):
    body = b"iCCP" + b"wide\0\0" + zlib.compress(icc)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]  # behind the header


def jpeg_with(data, icc):
    body = b"ICC_PROFILE\0\1\1" + icc
    return data[:2] + struct.pack(">HH", 0xFFE2, len(body) + 2) + body + data[2:]


def webp_with(data, icc):
    _, width, height = shape_of(data)
    extended = bytes([0x20, 0, 0, 0]) + struct.pack("<I", width - 1)[:3]
    extended += struct.pack("<I", height - 1)[:3]
    chunks = b"".join(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
                      for name, content in ((b"VP8X", extended), (b"ICCP", icc)))
    return b"RIFF" + struct.pack("<I", len(data) - 8 + len(chunks)) + b"WEBP" + chunks + data[12:]


def has_profile(data):
    kind = shape_of(data)[0] if data[12:16] != b"VP8X" else "webp"
    if kind == "png":
        return any(name in (b"iCCP", b"cICP", b"cHRM", b"gAMA") for name, _ in png_chunks(data))
    if kind == "webp":
        return any(name == b"ICCP" for name, _ in webp_chunks(data))
    return any(content.startswith(b"ICC_PROFILE") for _, content in jpeg_segments(data))


class ColourTest(ProgramTest):
    EXTENSIONS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}

    def setUp(self):
        super().setUp()
        self.runs = 0
        line = b"".join(bytes(pixel) * PATCH for pixel in PATCHES)
        self.plain = {"png": png_of(PATCH * len(PATCHES), PATCH, [line] * PATCH)}
        for kind in ("jpeg", "webp"):
            self.plain[kind] = self.made({"a.png": self.plain["png"]}, "--format", kind,
                                         "--quality", "95")["a.png"]

    def made(self, pictures, *flags):
        """What each of these becomes in a set of its own."""
        self.runs += 1
        source, out = self.path(f"in{self.runs}"), self.path(f"out{self.runs}")
        os.mkdir(source)
        for name, data in pictures.items():
            with open(os.path.join(source, name), "wb") as file:
                file.write(data)
        done = self.run_program("--json", "dataset", source, "--out", out, "--size", "original",
                                *flags)
        made = {}
        for row in events_of(done.stdout)[:-1]:
            self.assertEqual((row["status"], row["note"]), ("written", None), row)
            with open(os.path.join(out, row["output"]), "rb") as file:
                made[os.path.basename(row["source"])] = file.read()
        return made

    def patches(self, data):
        """The middle of each."""
        if shape_of(data)[0] != "png":
            data = self.made({"a": data}, "--format", "png")["a"]
        channels, rows = png_pixels(data)
        self.assertEqual(channels, 3)
        middle = rows[PATCH // 2]
        return [tuple(middle[3 * x:3 * x + 3])
                for x in range(PATCH // 2, PATCH * len(PATCHES), PATCH)]

    def with_profile(self, colours, linear_of):
        """Of each format the same file as the plain one, but for what its samples mean."""
        icc = profile(colours, linear_of)
        return {"png": png_with(self.plain["png"], icc), "jpeg": jpeg_with(self.plain["jpeg"], icc),
                "webp": webp_with(self.plain["webp"], icc)}

    def named(self, pictures):
        return {f"{kind}{self.EXTENSIONS[kind]}": data for kind, data in pictures.items()}

    def expect_srgb(self, data, plain, space, tolerance):
        self.assertFalse(has_profile(data))
        for stored, found in zip(self.patches(plain), self.patches(data)):
            for level, expected in zip(found, as_srgb(stored, *space)):
                self.assertAlmostEqual(level, expected, delta=tolerance, msg=(stored, found))


class WideGamut(ColourTest):
    def check(self, tolerance, *flags):
        """What became of each source, after a look at its colours."""
        all_made = {}
        for space_name, space in WIDE.items():
            sources = self.with_profile(*space)
            made = self.made(self.named(sources), *flags)
            for kind, source in sources.items():
                with self.subTest(f"{kind} in {space_name}"):
                    data = made[f"{kind}{self.EXTENSIONS[kind]}"]
                    self.expect_srgb(data, self.plain[kind], space, tolerance)
                    all_made[kind, space_name] = source, data
        return all_made

    def test_the_formula_itself_moves_colours_and_leaves_greys(self):
        """Else the tests below would see nothing."""
        for colours, linear_of in WIDE.values():
            moved = [max(abs(a - b) for a, b in zip(pixel, as_srgb(pixel, colours, linear_of)))
                     for pixel in PATCHES]
            self.assertLess(max(moved[:3]), 2)
            self.assertGreater(min(moved[3:7]), 5)
            self.assertGreater(max(moved), 20)

    def test_a_png_has_the_colours_as_srgb_and_no_profile(self):
        """A trainer reads the numbers alone: colours of a telephone came out pale."""
        self.check(2, "--format", "png")

    def test_a_jpeg_is_converted_not_rewritten_from_its_coefficients(self):
        """It has the size that was asked for, so only its profile is in the way."""
        for (kind, _), (_, data) in self.check(4, "--format", "jpeg", "--quality", "95").items():
            self.assertEqual(shape_of(data)[0], "jpeg", kind)

    def test_keep_keeps_the_format_but_does_not_copy_it(self):
        """Copied without its profile it would have other colours, and with it be no sRGB."""
        for flags in ((), ("--keep-metadata",)):
            made = self.check(4, "--format", "keep", "--quality", "95", *flags)
            for (kind, _), (source, data) in made.items():
                self.assertEqual(shape_of(data)[0], kind)
                self.assertNotEqual(data, source)


class ProfilesThatAreSrgb(ColourTest):
    def setUp(self):
        super().setUp()
        self.sources = self.named(self.with_profile(SRGB, linear_of_srgb))

    def test_keep_copies_the_picture_without_the_profile(self):
        """It says what everybody takes for granted."""
        made = self.made(self.sources, "--format", "keep")
        self.assertEqual(made["png.png"], self.plain["png"])
        self.assertEqual(made["jpeg.jpg"], self.plain["jpeg"])
        self.assertFalse(has_profile(made["webp.webp"]))
        self.assertEqual(dict(webp_chunks(made["webp.webp"]))[b"VP8 "],
                         dict(webp_chunks(self.plain["webp"]))[b"VP8 "])

    def test_with_its_metadata_the_whole_file_is_copied(self):
        """Profile and all, as the documentation has it."""
        made = self.made(self.sources, "--format", "keep", "--keep-metadata")
        self.assertEqual(made, self.sources)

    def test_a_jpeg_is_rewritten_as_if_it_had_none(self):
        """Its pixels are not decoded for nothing, which would cost time and quality."""
        flags = ("--format", "jpeg", "--quality", "95")
        made = self.made({"a.jpg": self.sources["jpeg.jpg"], "b.jpg": self.plain["jpeg"]}, *flags)
        self.assertEqual(made["a.jpg"], made["b.jpg"])
        self.assertEqual(self.patches(made["a.jpg"]), self.patches(self.plain["jpeg"]))

    def test_a_png_of_it_has_the_pixels_that_are_stored(self):
        """Not even rounded anew."""
        made = self.made(self.sources, "--format", "png")
        for kind, plain in self.plain.items():
            data = made[f"{kind}{self.EXTENSIONS[kind]}"]
            self.assertFalse(has_profile(data))
            self.assertEqual(self.patches(data), self.patches(plain), kind)


if __name__ == "__main__":
    unittest.main()
