# SPDX-License-Identifier: Apache-2.0
"""What a user sees of RAW files of cameras: their embedded JPEGs, and shots that are there twice."""

import json
import os
import struct
import unittest
import zipfile

from albumen_program import SLOW, ProgramTest, png

LONG, SHORT, ASCII, UNDEFINED = 4, 3, 2, 7


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


class Raw(ProgramTest):
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


if __name__ == "__main__":
    unittest.main()
