# SPDX-License-Identifier: Apache-2.0
"""What a user sees of RAW files of cameras: their embedded JPEGs, and shots that are there twice."""

import json
import os
import struct
import unittest
import zipfile

from albumen_program import SLOW, ProgramTest, png
from picture_files import largest_difference, png_pixels

BYTE, ASCII, SHORT, LONG, FRACTION, UNDEFINED, SIGNED_FRACTION = 1, 2, 3, 4, 5, 7, 10
# IEC 61966-2-1: XYZ under D65 to linear sRGB, in ten thousandths.
SRGB_FROM_XYZ = (32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572)


class Tiff:
    """Parts one after the other, each at an offset that is known when it is pointed at."""

    def __init__(self, header):
        self.file = bytearray(header)

    def append(self, part):
        self.file += b"\0" * (len(self.file) % 2)
        at = len(self.file)
        self.file += part
        return at

    def directory(self, entries, following=0):
        table = struct.pack("<H", len(entries))
        for tag, kind, count, value in entries:
            if isinstance(value, bytes):
                value = self.append(value)
            table += struct.pack("<HHII", tag, kind, count, value)
        return self.append(table + struct.pack("<I", following))

    def finish(self, first):
        struct.pack_into("<I", self.file, 4, first)
        return bytes(self.file)

    def main(self, orientation, more):
        make = b"Camera Works\0"
        taken = b"2024:05:01 13:07:59\0"
        exif = self.directory([(0x9003, ASCII, len(taken), taken)])
        return self.directory([(0x10F, ASCII, len(make), make),
                               (0x112, SHORT, 1, orientation),
                               (0x8769, LONG, 1, exif), *more])


def as_jpeg(at, jpeg):
    return [(0x201, LONG, 1, at), (0x202, LONG, 1, len(jpeg))]


def as_strip(at, jpeg, compression=6):
    return [(0x103, SHORT, 1, compression), (0x111, LONG, 1, at), (0x117, LONG, 1, len(jpeg))]


def lossless(jpeg):
    return jpeg.replace(b"\xff\xc0", b"\xff\xc3", 1)


def cr2(jpeg, orientation=1):
    file = Tiff(b"II*\0\0\0\0\0CR\2\0\0\0\0\0")
    return file.finish(file.main(orientation, as_strip(file.append(jpeg), jpeg)))


def nef(jpeg, orientation=1):
    """The JPEG in a directory below, as the sensor's values; also how ARW is laid out."""
    file = Tiff(b"II*\0\0\0\0\0")
    below = struct.pack("<II", file.directory(as_jpeg(file.append(jpeg), jpeg)),
                        file.directory([(0x106, SHORT, 1, 32803)]))
    return file.finish(file.main(orientation, [(0x14A, LONG, 2, below)]))


def dng(jpeg, orientation=1):
    """Two strips of JPEG: the sensor's, which is lossless, and the preview."""
    file = Tiff(b"II*\0\0\0\0\0")
    sensor = lossless(jpeg)
    below = file.directory(as_strip(file.append(sensor), sensor, 7))
    main = as_strip(file.append(jpeg), jpeg, 7)
    return file.finish(file.main(orientation, [*main, (0x14A, LONG, 1, below),
                                               (0xC612, 1, 4, 0x0401)]))


def orf(jpeg, orientation=1):
    file = Tiff(b"IIRO\0\0\0\0")
    return file.finish(file.main(orientation, as_jpeg(file.append(jpeg), jpeg)))


def rw2(jpeg, orientation=1):
    file = Tiff(b"IIU\0\0\0\0\0")
    entry = (0x2E, UNDEFINED, len(jpeg), file.append(jpeg))
    return file.finish(file.main(orientation, [entry]))


def raf(jpeg):
    header = bytearray(b"FUJIFILMCCD-RAW 0201".ljust(148, b"\0"))
    struct.pack_into(">II", header, 84, len(header), len(jpeg))
    return bytes(header) + jpeg


def light_of(value):
    """What a sensor of 16 bits counts where the picture is to have this value of 8."""
    share = value / 255
    return round(65535 * (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4))


def gradient_at(x, y, width, height):
    """Red to the right, green downwards, blue steady."""
    return 255 * x / width, 255 * y / height, 90


def mosaic_dng(width, height, orientation=1):
    """No JPEG at all: red, green, green and blue of a camera whose colours are those of sRGB. The
    pixels lie last, as in cameras' files."""
    pixels = b"".join(
        struct.pack("<H", light_of(gradient_at(x, y, width, height)[y % 2 + x % 2]))
        for y in range(height) for x in range(width))
    matrix = b"".join(struct.pack("<ii", number, 10_000) for number in SRGB_FROM_XYZ)
    neutral = struct.pack("<6I", *[1] * 6)

    def before_pixels(pixels_at):
        file = Tiff(b"II*\0\0\0\0\0")
        return file.finish(file.main(orientation, [
            (0x100, LONG, 1, width), (0x101, LONG, 1, height), (0x102, SHORT, 1, 16),
            (0x103, SHORT, 1, 1), (0x106, SHORT, 1, 32803), (0x110, ASCII, 2, ord("A")),
            (0x111, LONG, 1, pixels_at), (0x115, SHORT, 1, 1), (0x116, LONG, 1, height),
            (0x117, LONG, 1, len(pixels)), (0x828D, SHORT, 2, 2 << 16 | 2),
            (0x828E, BYTE, 4, 0x02010100), (0xC612, BYTE, 4, 0x0401), (0xC61D, LONG, 1, 65535),
            (0xC621, SIGNED_FRACTION, 9, matrix), (0xC628, FRACTION, 3, neutral)]))
    return before_pixels(len(before_pixels(0))) + pixels


class RawTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.jpeg = self.make_jpeg(150, 100, 1)

    def make_jpeg(self, width, height, seed):
        """The program itself knows how."""
        source = self.path(f"jpeg{seed}.png")
        with open(source, "wb") as file:
            file.write(png(width, height, seed))
        out = self.path(f"jpeg{seed}")
        self.run_program("dataset", source, "--out", out, "--size", "original", "--format", "jpeg")
        with open(os.path.join(out, f"jpeg{seed}.jpg"), "rb") as file:
            return file.read()

    def dataset(self, *arguments, expect=0):
        """The rows of the manifest by the names of their files."""
        out = self.path("set")
        self.run_program("dataset", self.pictures, "--out", out, "--size", "original", *arguments,
                         expect=expect)
        with open(os.path.join(out, "manifest.jsonl"), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return {os.path.basename(row["source"]): row for row in rows}


class Raw(RawTest):
    def write_one_of_each(self):
        self.write("a.CR2", cr2(self.jpeg))
        self.write("b.NEF", nef(self.jpeg, orientation=6))
        self.write("c.dng", dng(self.jpeg))
        self.write("d.orf", orf(self.jpeg))
        self.write("e.rw2", rw2(self.jpeg))
        self.write("f.raf", raf(self.jpeg))

    def test_a_training_set_takes_the_embedded_jpegs(self):
        self.write_one_of_each()
        self.write("g.arw", nef(self.jpeg)[:-60])
        self.write("h.dng", nef(lossless(self.jpeg)))
        self.write("i.cr3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom")
        rows = self.dataset(expect=1)
        for name in ("a.CR2", "c.dng", "d.orf", "e.rw2", "f.raf"):
            self.assertEqual((rows[name]["status"], rows[name]["note"], rows[name]["width"]),
                             ("written", "embedded JPEG of 150x100", 150), rows[name])
        self.assertEqual((rows["b.NEF"]["note"], rows["b.NEF"]["width"], rows["b.NEF"]["height"]),
                         ("embedded JPEG of 100x150", 100, 150))
        self.assertEqual(rows["g.arw"]["status"], "failed")
        if rows["h.dng"]["code"] != "BudgetExceeded":  # of the small budget: to try and develop it
            self.assertEqual(rows["h.dng"]["code"], "Unsupported")
            self.assertIn("no embedded JPEG", rows["h.dng"]["reason"])
        self.assertEqual(rows["i.cr3"]["status"], "failed")  # in LibRaw's words, where it is there

    def test_a_shot_as_raw_and_jpeg_is_one_picture(self):
        self.write("IMG_1.NEF", nef(self.jpeg))
        self.write("img_1.jpg", self.jpeg)
        self.write("IMG_2.CR2", cr2(self.make_jpeg(120, 80, 2)))
        rows = self.dataset()
        self.assertEqual((rows["IMG_1.NEF"]["status"], rows["IMG_1.NEF"]["reason"]),
                         ("skipped", "its JPEG is there"))
        self.assertEqual(rows["img_1.jpg"]["output"], "img_1.png")
        self.assertEqual(rows["IMG_2.CR2"]["status"], "written")

    def test_cut_anywhere_a_raw_is_a_row(self):
        jpeg = self.make_jpeg(24, 16, 3)
        whole = {"a.CR2": cr2(jpeg), "b.NEF": nef(jpeg), "c.dng": dng(jpeg), "d.orf": orf(jpeg),
                 "e.rw2": rw2(jpeg), "f.raf": raf(jpeg)}
        archive_path = os.path.join(self.pictures, "cut.zip")
        with zipfile.ZipFile(archive_path, "w") as archive:
            for name, data in whole.items():
                archive.writestr(name, data)
                for length in range(0, len(data), 61 if SLOW else 7):
                    archive.writestr(f"{length:04}-{name}", data[:length])
        self.pictures = archive_path
        rows = self.dataset(expect=1)
        for name, row in rows.items():
            self.assertIn(row["status"], ("written", "failed", "skipped"), row)
            self.assertNotEqual(row["code"], "Internal", row)
        self.assertEqual({rows[f"cut.zip!{name}"]["status"] for name in whole}, {"written"})

    def test_keep_makes_pngs_and_never_copies_a_raw(self):
        self.write("a.CR2", cr2(self.jpeg))
        rows = self.dataset("--format", "keep")
        self.assertEqual((rows["a.CR2"]["format"], rows["a.CR2"]["output"]), ("png", "a.png"))

    def test_an_index_has_their_cameras_and_times(self):
        self.write_one_of_each()
        _, summary = self.index()
        self.assertEqual((summary["done"], summary["failed"]), (6, {}))
        rows = {os.path.basename(row["path"]): row
                for row in map(json.loads, self.export().splitlines())}
        self.assertEqual((rows["b.NEF"]["width"], rows["b.NEF"]["height"]), (100, 150))
        for name in ("a.CR2", "b.NEF", "c.dng", "d.orf", "e.rw2"):
            self.assertEqual((rows[name]["camera"]["make"], rows[name]["taken_at"]),
                             ("Camera Works", "2024-05-01T13:07:59"), name)
        self.assertTrue(all(row["phash"] for row in rows.values()))


class Developed(RawTest):
    """Without an embedded JPEG, by LibRaw in albumen-longtail."""

    def setUp(self):
        super().setUp()
        self.need_longtail("RAW")

    def pixels(self, row):
        with open(self.path("set", row["output"]), "rb") as file:
            return png_pixels(file.read())[1]

    def test_a_raw_without_a_jpeg_is_developed_and_its_row_says_so(self):
        """Its pixels are no camera's JPEG, and whoever trains on them should know."""
        self.write("a.dng", mosaic_dng(80, 60))
        self.write("b.dng", mosaic_dng(80, 60, orientation=6))
        rows = self.dataset()
        for name, size in (("a.dng", (80, 60)), ("b.dng", (60, 80))):
            row = rows[name]
            self.assertEqual((row["status"], row["note"], row["format"]),
                             ("written", "developed from what the sensor saw", "png"))
            self.assertEqual((row["width"], row["height"]), size)
        upright, turned = self.pixels(rows["a.dng"]), self.pixels(rows["b.dng"])
        for y in range(4, 56):
            for x in range(4, 76):
                found = upright[y][3 * x:3 * x + 3]
                for level, expected in zip(found, gradient_at(x, y, 80, 60)):
                    self.assertAlmostEqual(level, expected, delta=6, msg=(x, y))
                column = 59 - y
                self.assertEqual(turned[x][3 * column:3 * column + 3], found, (x, y))

    def test_keep_makes_a_png_of_it_and_its_jpeg_goes_first(self):
        """As with a RAW that has its JPEG inside."""
        self.write("a.dng", mosaic_dng(80, 60))
        self.write("b.dng", mosaic_dng(80, 60))
        self.write("b.jpg", self.jpeg)
        rows = self.dataset("--format", "keep")
        self.assertEqual((rows["a.dng"]["output"], rows["a.dng"]["note"]),
                         ("a.png", "developed from what the sensor saw"))
        self.assertEqual((rows["b.dng"]["status"], rows["b.dng"]["reason"]),
                         ("skipped", "its JPEG is there"))

    # One that lacked its last byte was written with another colour in its corner.
    def test_cut_anywhere_it_fails_or_is_whole(self):
        """What the sensor saw lies at the end of the file, where copies break off."""
        whole = mosaic_dng(80, 60)
        self.pictures = os.path.join(self.pictures, "cut.zip")
        with zipfile.ZipFile(self.pictures, "w") as archive:
            archive.writestr("whole", whole)
            for length in [len(whole) * part // 16 for part in range(1, 16)]:
                archive.writestr(f"{length}", whole[:length])
            for short in (100, 20, 8, 4, 3, 2, 1):
                archive.writestr(f"{len(whole) - short}", whole[:-short])
        rows = {name.split("!")[-1]: row for name, row in self.dataset(expect=1).items()}
        pixels = self.pixels(rows.pop("whole"))
        self.assertEqual(len(rows), 15 + 7)
        for length, row in rows.items():
            with self.subTest(f"{length} of {len(whole)} bytes"):
                if row["status"] == "failed":
                    self.assertIn(row["code"], ("Truncated", "Corrupt", "Unsupported"), row)
                else:
                    self.assertEqual(row["status"], "written", row)
                    self.assertEqual(largest_difference(self.pixels(row), pixels), 0)


if __name__ == "__main__":
    unittest.main()
