# SPDX-License-Identifier: Apache-2.0
"""Tar archives as sources, as Python's tarfile writes them: the same set as out of a ZIP."""

import io
import json
import os
import tarfile
import unittest
import zipfile

from albumen_program import ProgramTest, events_of, png

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


class TarTest(ProgramTest):
    def write_tar(self, name, members, **options):
        path = self.path(name)
        with tarfile.open(path, options.pop("mode", "w"), encoding="utf-8",
                          errors="surrogateescape", **options) as archive:
            for member, data in members:
                info = tarfile.TarInfo(os.fsdecode(member))
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return path

    def write_zip(self, name, members):
        path = self.path(name)
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in members:
                archive.writestr(member, data)
        return path

    def dataset(self, source, out, *arguments, expect=0):
        """The rows by member, and every file of the set but the manifest."""
        done = self.run_program("--json", "dataset", source, "--out", self.path(out), "--size", "64",
                                *arguments, expect=expect)
        lines = events_of(done.stdout)[:-1]
        return ({line["source"].partition("!")[2]: line for line in lines},
                self.files_of(self.path(out)))

    def files_of(self, folder):
        found = {}
        for at, _, names in os.walk(os.fsencode(folder)):
            for name in names:
                path = os.path.join(at, name)
                relative = os.path.relpath(path, os.fsencode(folder))
                if not relative.startswith((b".albumen-dataset", b"manifest.jsonl")):
                    with open(path, "rb") as file:
                        found[relative] = file.read()
        return found


class FormatsTest(TarTest):
    def test_every_format_gives_the_set_that_a_zip_gives(self):
        folder = "f" * 90
        members = [("10_zwx/a.png", png(80, 60, 1)),
                   ("10_zwx/a.txt", b"a dog"),
                   ("10_zwx/caf\u00e9.png", png(80, 60, 2)),
                   (f"{folder}/{'n' * 90}.png", png(80, 60, 3)),
                   (f"{folder}/{'n' * 90}.txt", b"long words"),
                   ("table.json", b'{"b.png": {"caption": "a cat"}}'),
                   ("b.png", png(80, 60, 4))]
        _, wanted = self.dataset(self.write_zip("set.zip", members), "zip")
        self.assertEqual(len(wanted), 7)
        for name, kind in FORMATS.items():
            with self.subTest(name):
                _, files = self.dataset(self.write_tar(f"{name}.tar", members, format=kind), name)
                self.assertEqual(files, wanted)

    def test_long_names_and_bytes_that_are_no_utf8(self):
        long = "/".join(["d" * 120] * 3) + "/" + "n" * 150
        members = [(f"{long}.png", png(80, 60, 1)), (f"{long}.txt", b"far down"),
                   (b"caf\xe9.png", png(80, 60, 2))]
        for name in ("gnu", "pax"):
            with self.subTest(name):
                source = self.write_tar(f"{name}.tar", members, format=FORMATS[name])
                rows, files = self.dataset(source, name)
                self.assertEqual(files[f"{long}.txt".encode()], b"far down")
                self.assertIn(f"{long}.png".encode(), files)
                self.assertIn(b"caf\xe9.png", files)
                self.assertEqual(rows["caf%e9.png"]["status"], "written")

    def test_an_index_reads_it_again_only_when_it_changed(self):
        source = self.write_tar("set.tar", [(f"{number}.png", png(80, 60, number))
                                            for number in range(5)])
        def index():
            done = self.run_program("--json", "index", *self.LIGHT, source)
            return json.loads(done.stdout.splitlines()[-1])["summary"]
        self.assertEqual(index()["done"], 5)
        self.assertEqual(index()["unchanged"], 5)

    def test_a_compressed_one_says_what_to_do(self):
        source = self.write_tar("set.tar.gz", [("a.png", png(80, 60, 1))], mode="w:gz")
        done = self.run_program("dataset", source, "--out", self.path("out"), expect=3)
        self.assertIn(b"gzip -d", done.stdout + done.stderr)

    def test_what_lay_behind_a_cut_is_not_pruned(self):
        source = self.write_tar("set.tar", [(f"{number}.png", png(80, 60, number))
                                            for number in range(4)])
        _, whole = self.dataset(source, "out")
        with tarfile.open(source) as archive:
            os.truncate(source, archive.getmember("2.png").offset_data + 512)
        rows, files = self.dataset(source, "out", "--prune", expect=1)
        self.assertEqual(rows[""]["code"], "Truncated")
        self.assertNotIn("3.png", rows)
        self.assertEqual(files, whole)
        os.remove(source)
        self.write_tar("set.tar", [("0.png", png(80, 60, 0))])
        self.assertEqual(list(self.dataset(source, "out", "--prune")[1]), [b"0.png"])

    def test_links_are_left_out(self):
        source = self.path("set.tar")
        with tarfile.open(source, "w") as archive:
            data = png(80, 60, 1)
            info = tarfile.TarInfo("./a.png")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            for name, kind in (("b.png", tarfile.LNKTYPE), ("c.png", tarfile.SYMTYPE)):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "./a.png"
                archive.addfile(info)
        rows, files = self.dataset(source, "out")
        self.assertEqual(list(files), [b"a.png"])
        self.assertEqual(rows["b.png"]["reason"], "hard link inside an archive")
        self.assertEqual(rows["c.png"]["reason"], "symbolic link inside an archive")


class WebDatasetTest(TarTest):
    def test_the_parts_of_a_sample_meet(self):
        members = [("000/1.cls", b"7"), ("000/1.png", png(80, 60, 1)), ("000/1.txt", b"a dog"),
                   ("000/1.json", b'{"caption": "not this one"}'),
                   ("000/2.jpg", png(80, 60, 2)), ("000/2.json", b'{"caption": "a cat", "id": 3}'),
                   ("000/2.seg.png", png(80, 60, 3)),
                   ("000/3.json", b'{"text": "a bird"}'), ("000/3.png", png(80, 60, 4)),
                   ("000/4.png", png(80, 60, 5))]
        rows, files = self.dataset(self.write_tar("shard-000.tar", members), "out")
        self.assertEqual({name: data for name, data in files.items() if name.endswith(b".txt")},
                         {b"000/1.txt": b"a dog", b"000/2.txt": b"a cat",
                          b"000/2.seg.txt": b"a cat", b"000/3.txt": b"a bird"})
        self.assertEqual([rows[f"000/{name}"]["output"] for name in
                          ("1.png", "2.jpg", "2.seg.png", "3.png", "4.png")],
                         [f"000/{stem}.png" for stem in ("1", "2", "2.seg", "3", "4")])
        self.assertEqual((rows["000/1.cls"]["status"], rows["000/1.cls"]["reason"]),
                         ("skipped", "no picture"))

    def test_many_shards_are_one_set(self):
        shards = [self.write_tar(f"{shard}.tar", [(f"{shard}{number}.png",
                                                   png(80, 60, 10 * shard + number))
                                                  for number in range(3)]) for shard in (1, 2)]
        done = self.run_program("--json", "dataset", *shards, "--out", self.path("out"))
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["summary"]["written"], 6)


if __name__ == "__main__":
    unittest.main()
