#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ZIP archives that lie, bite or are broken, as sources of a training set and of an index."""

import struct
import unittest

from hostile_set import HostileSet, good_png
from lying_zip import DEFLATED, ENCRYPTED, Member, Zip, deflated, stored_block

PICTURE = good_png()


class Archives(HostileSet):
    def of(self, archive, expect=1, flags=(), **zip64):
        """The rows of a set of this archive and a good picture, which must come out whatever."""
        self.write("beside.png", good_png(7))
        data = archive.finish(**zip64) if isinstance(archive, Zip) else archive
        path = self.write_at("a.zip", data)
        rows = self.make(path, self.pictures, flags=flags, expect=expect)
        self.assertEqual(rows.pop("pictures/beside.png")["status"], "written")
        return {name.removeprefix("a.zip!"): row for name, row in rows.items()}

    def index_fails(self, *flags):
        """An index of the same archive fails in the same gentle way."""
        self.run_program("index", *self.LIGHT, self.path("a.zip"), self.pictures, *flags, expect=1)


class Names(Archives):
    def test_names_that_lead_out_of_the_set_are_refused(self):
        names = ["../slip.png", "a/../../slip.png", "/absolute.png", "C:\\drive.png", "C:drive.png",
                 "..\\slip.png", "a\\..\\..\\slip.png", "..", "a/.."]
        archive = Zip().add("good.png", PICTURE)
        for name in names:
            archive.add(name, PICTURE)
        rows = self.of(archive)
        self.assertEqual(rows.pop("good.png")["status"], "written")
        for name, row in rows.items():
            self.assertEqual((row["status"], row["code"]), ("failed", "Corrupt"), name)
        self.assertEqual(len(rows), len(names))
        self.index_fails()

    def test_names_of_one_folder_do_not_meet(self):
        names = ["a/b.png", "a//b.png", "./a/./b.png", "a/B.PNG", "c.png", "./c.png"]
        archive = Zip()
        for seed, name in enumerate(names):
            archive.add(name, good_png(seed))
        self.judge(self.of(archive, expect=0), names)
        self.assertEqual(len(self.pictures_of_set()), len(names) + 1)

    def test_a_name_with_a_zero_byte_or_none_at_all_is_refused(self):
        rows = self.of(Zip().add("good.png", PICTURE).add(b"a\0.png", PICTURE).add(b"", PICTURE))
        self.assertEqual(sorted(row["status"] for row in rows.values()),
                         ["failed", "failed", "written"])

    def test_links_and_devices_are_not_followed(self):
        rows = self.of(Zip().add("link.png", b"/etc/passwd", mode=0o120777)
                       .add("device.png", b"", mode=0o020666).add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"link.png": ("Unsupported", "symbolic link"),
                                        "device.png": ("Unsupported", "device")})

    def test_the_first_of_two_of_one_name_counts(self):
        rows = self.of(Zip().add("a.png", good_png(1)).add("a.png", good_png(2)))
        self.assertEqual(rows["a.png"]["code"], "Corrupt")
        self.assertEqual(self.pictures_of_set(), {b"a.png", b"beside.png"})

    def test_long_names_and_names_that_are_no_text_are_kept(self):
        long = b"x" * 246 + b".png"
        rows = self.of(Zip().add(long, PICTURE).add(b"caf\xe9\xff.png", PICTURE)
                       .add("\u732b/\U0001f408.png", PICTURE), expect=0)
        self.judge(rows, [long.decode(), "caf%e9%ff.png", "\u732b/\U0001f408.png"])
        self.assertIn(b"caf\xe9\xff.png", self.pictures_of_set())

    def test_a_name_longer_than_files_can_have_costs_itself(self):
        rows = self.of(Zip().add(b"y" * 300 + b".png", PICTURE).add("good.png", PICTURE),
                       expect=None)
        self.assertEqual(rows["good.png"]["status"], "written")

    def test_what_a_mac_adds_is_left_out(self):
        rows = self.of(Zip().add("a.png", PICTURE).add("__MACOSX/._a.png", b"\0\5\x16\7")
                       .add(".DS_Store", b"\0\0\0\1Bud1").add("b/Thumbs.db", b"\xd0\xcf"), expect=0)
        self.judge(rows, ["a.png"], skipped={"__MACOSX/._a.png": "macOS", ".DS_Store": "",
                                             "b/Thumbs.db": ""})

    def test_an_archive_in_an_archive_is_not_opened(self):
        inner = Zip().add("x.png", PICTURE).finish()
        rows = self.of(Zip().add("inner.zip", inner).add("called.png", inner)
                       .add("good.png", PICTURE), expect=0)
        self.judge(rows, ["good.png"], skipped={"inner.zip": "archive inside an archive",
                                                "called.png": "no picture"})


class Bombs(Archives):
    def test_members_that_quote_each_other_are_read_once(self):
        """The shape of Fifield's bomb: the first member's data hold all of the second."""
        inner = Member("inner.png", PICTURE, DEFLATED)
        quoted = stored_block(inner.local_header()) + inner.data
        outer = Member("outer.png", PICTURE, DEFLATED, data=quoted, stored=len(quoted),
                       size=len(inner.local_header()) + len(PICTURE))
        archive = Zip()
        at = archive.raw(outer.local_header() + quoted)
        archive.record(outer, at)
        archive.record(inner, at + len(outer.local_header()) + 5)
        self.judge(self.of(archive), ["inner.png"], {"outer.png": ("Corrupt", "overlaps")})

    def test_records_of_the_same_bytes_are_refused(self):
        archive = Zip()
        kernel = Member("a.png", PICTURE)
        at = archive.raw(kernel.local_header() + kernel.data)
        for name in ("a.png", "b.png", "c.png"):
            archive.record(Member(name, PICTURE), at)
        archive.add("good.png", PICTURE)
        self.judge(self.of(archive), ["good.png"],
                   {name: ("Corrupt", "overlaps") for name in ("a.png", "b.png", "c.png")})

    def test_a_picture_of_zeros_is_refused_by_its_ratio(self):
        rows = self.of(Zip().add("zeros.png", PICTURE + bytes(20_000_000), DEFLATED)
                       .add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"zeros.png": ("TooLarge", "200 times")})
        self.index_fails()

    def test_a_bomb_that_hides_its_size_is_stopped_at_what_it_claimed(self):
        data = deflated(PICTURE + bytes(50_000_000))
        rows = self.of(Zip().add("a.png", PICTURE, DEFLATED, data=data, stored=len(data))
                       .add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"a.png": ("Corrupt", "")})
        self.index_fails()

    def test_the_claims_of_all_members_are_limited_together(self):
        archive = Zip().add("a.png", PICTURE).add("b.png", PICTURE)
        rows = self.of(archive, flags=("--max-archive-size", str(len(PICTURE) * 2 - 1)))
        self.judge(rows, failed={"a.zip": ("TooLarge", "together")})
        self.index_fails("--max-archive-size", str(len(PICTURE) * 2 - 1))

    def test_the_number_of_members_is_limited(self):
        archive = Zip()
        for number in range(50):
            archive.add(f"{number}.png", PICTURE)
        rows = self.of(archive, flags=("--max-archive-members", "49"))
        self.judge(rows, failed={"a.zip": ("TooLarge", "49")})
        self.index_fails("--max-archive-members", "49")

    def test_a_directory_that_claims_billions_costs_nothing(self):
        whole = Zip().add("a.png", PICTURE).finish(zip64=True)
        count = struct.pack("<Q", 1)
        lie = whole.replace(count + count, struct.pack("<QQ", 10**12, 10**12), 1)
        self.assertNotEqual(whole, lie)
        self.assertEqual(self.of(lie)["a.zip"]["status"], "failed")


class Lies(Archives):
    def test_sizes_that_are_not_so_cost_their_member(self):
        rows = self.of(Zip()
                       .add("less.png", PICTURE, DEFLATED, size=len(PICTURE) - 1)
                       .add("more.png", PICTURE, DEFLATED, size=len(PICTURE) + 1)
                       .add("vast.png", PICTURE, DEFLATED, size=1 << 30, stored=1 << 24)
                       .add("both.png", PICTURE, size=len(PICTURE) + 9)
                       .add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {name: ("Corrupt", "") for name in
                                        ("less.png", "more.png", "vast.png", "both.png")})
        self.index_fails()

    def test_a_wrong_checksum_is_noticed(self):
        rows = self.of(Zip().add("a.png", PICTURE, crc=1).add("b.png", PICTURE, DEFLATED, crc=2)
                       .add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"a.png": ("Corrupt", ""), "b.png": ("Corrupt", "")})
        self.index_fails()

    def test_what_is_encrypted_is_named_so_and_the_others_go_on(self):
        rows = self.of(Zip().add("secret.png", b"\x5a" * 400, flags=ENCRYPTED)
                       .add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"secret.png": ("Unsupported", "is encrypted")})
        self.index_fails()

    def test_compression_that_is_not_read_is_named(self):
        rows = self.of(Zip().add("lzma.png", PICTURE, method=14).add("good.png", PICTURE))
        self.judge(rows, ["good.png"], {"lzma.png": ("Unsupported", "method 14")})

    def test_a_caption_that_lies_costs_its_words(self):
        rows = self.of(Zip().add("a.png", PICTURE).add("a.txt", b"words", crc=1))
        self.assertEqual(rows["a.png"]["code"], "Corrupt")
        self.assertIsNone(rows["a.png"]["caption"])


class Cut(Archives):
    def test_an_archive_cut_anywhere_costs_the_archive(self):
        whole = Zip().add("a.png", PICTURE).add("b.png", PICTURE).finish()
        self.write("beside.png", good_png(7))
        cuts = list(range(4, len(whole), 7)) + [len(whole) - 1, len(whole) - 22, len(whole) - 23]
        sources = [self.write_at(f"{cut}.zip", whole[:cut]) for cut in sorted(set(cuts))]
        rows = self.make(*sources, self.pictures)
        self.assertEqual(rows.pop("pictures/beside.png")["status"], "written")
        self.assertEqual({row["status"] for row in rows.values()}, {"failed"})
        self.assertEqual(len(rows), len(sources))

    def test_bytes_amiss_in_the_directory_never_do_more_than_fail(self):
        whole = Zip().add("a.png", PICTURE).add("b.png", PICTURE, DEFLATED).finish()
        self.write("beside.png", good_png(7))
        sources = []
        for at in range(whole.index(b"PK\1\2"), len(whole)):
            lie = bytearray(whole)
            lie[at] ^= 0xFF
            sources.append(self.write_at(f"{at}.zip", lie))
        rows = self.make(*sources, self.pictures)
        self.assertEqual(rows.pop("pictures/beside.png")["status"], "written")
        self.assertGreaterEqual(len(rows), len(sources))

    def test_zip64_is_read(self):
        rows = self.of(Zip().add("a.png", PICTURE, zip64=True)
                       .add("b.png", PICTURE, DEFLATED, zip64=True).add("c.png", PICTURE),
                       zip64=True, expect=0)
        self.judge(rows, ["a.png", "b.png", "c.png"])


if __name__ == "__main__":
    unittest.main()
