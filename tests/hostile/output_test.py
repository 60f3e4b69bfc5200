#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Places where a training set cannot go, or where something of somebody else's lies."""

import json
import os
import resource
import shutil
import signal
import subprocess
import unittest
import zipfile

from hostile_set import (PROGRAM, STATE, HostileSet, configured_flags, give_up_reading_everything,
                         good_png, png)

IO_FAILED = 4
USAGE = 2
NOT_FOUND = 3


def contents(folder):
    """Pictures and captions of a set by their name. The manifest differs with the run."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if STATE not in path and name != "manifest.jsonl":
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


class Places(HostileSet):
    def setUp(self):
        super().setUp()
        self.write("a.png", good_png())

    def refused(self, *sources, out, expect=USAGE, **options):
        before = self.surroundings()
        done = self.run_program("dataset", *(sources or (self.pictures,)), "--out", out,
                                expect=expect, **options)
        self.assertEqual(self.surroundings(), before)
        return done.stderr

    def test_a_set_in_its_own_source_is_refused(self):
        os.symlink(self.pictures, self.path("link"))
        for out in (self.pictures, self.pictures + "/set", self.path("link", "set"), self.folder,
                    self.pictures + "/set.zip", self.pictures + "/../pictures/./set"):
            self.assertIn(b"apart", self.refused(out=out))
        one = os.path.join(self.pictures, "a.png")
        self.refused(one, out=one)

    def test_nor_in_its_own_source_by_a_relative_name(self):
        """Where the set did not exist yet, its name was compared without the folder it lies in."""
        for out in ("set", "./new/set", "set.zip"):
            self.assertIn(b"apart", self.refused(".", out=out, cwd=self.pictures))
        self.refused(self.pictures, out="pictures/set", cwd=self.folder)

    def test_the_root_is_a_source_of_everything(self):
        self.assertIn(b"apart", self.refused("/", out=self.out))

    def test_a_folder_that_may_not_be_written_ends_the_run_in_words(self):
        os.mkdir(self.out)
        os.chmod(self.out, 0o555)
        for out in (self.out, os.path.join(self.out, "deeper"), os.path.join(self.out, "set.zip")):
            words = self.refused(out=out, expect=IO_FAILED, preexec_fn=give_up_reading_everything)
            self.assertIn(b"ermission", words)
        self.assertEqual(os.listdir(self.out), [])

    def test_a_file_where_the_folder_should_be_is_left_alone(self):
        out = self.write_at("taken", b"precious")
        self.assertIn(b"is no folder", self.refused(out=out))
        self.assertIn(b"Not a directory",
                      self.refused(out=os.path.join(out, "set"), expect=NOT_FOUND))

    def test_the_folder_of_an_archive_is_made(self):
        archive = self.path("new", "deeper", "set.zip")
        self.run_program("dataset", self.pictures, "--out", archive)
        with zipfile.ZipFile(archive) as file:
            self.assertIn("a.png", file.namelist())

    def test_a_folder_called_like_the_archive_is_left_alone(self):
        os.mkdir(self.path("set.zip"))
        self.assertIn(b"is a folder", self.refused(out=self.path("set.zip")))
        self.assertEqual(os.listdir(self.path("set.zip")), [])


class SomebodyElses(HostileSet):
    """What lies in the folder of the set already, and albumen did not write."""

    def setUp(self):
        super().setUp()
        for name in ("a", "b"):
            self.write(f"{name}.png", good_png())
            self.write(f"{name}.txt", f"a {name}".encode())
        os.mkdir(self.out)

    def put(self, name, data):
        with open(os.path.join(self.out, name), "wb") as file:
            file.write(data)

    def read(self, name):
        with open(os.path.join(self.out, name), "rb") as file:
            return file.read()

    def statuses(self, *flags, expect=1):
        done = self.run_program("dataset", self.pictures, "--out", self.out, *flags, expect=expect)
        self.last = done.stdout + done.stderr
        return {os.path.basename(name): row["status"] for name, row in self.all_rows().items()
                if name.endswith(".png")}

    def all_rows(self):
        with open(os.path.join(self.out, "manifest.jsonl"), encoding="utf-8") as file:
            return {row["source"]: row for row in map(json.loads, file)}

    def test_a_caption_is_not_replaced_unasked(self):
        self.put("a.txt", b"precious")
        self.assertEqual(self.statuses(), {"a.png": "failed", "b.png": "written"})
        self.assertIn(b"a.txt: is there already, and albumen did not write it; --overwrite "
                      b"replaces it", self.last)
        self.assertEqual(self.read("a.txt"), b"precious")
        self.assertFalse(os.path.exists(os.path.join(self.out, "a.png")))
        self.assertEqual(self.statuses("--overwrite", expect=0),
                         {"a.png": "written", "b.png": "unchanged"})
        self.assertEqual(self.read("a.txt"), b"a a")

    def test_a_caption_that_somebody_changed_since_is_not_replaced_unasked(self):
        """Edits by hand were gone with the next run, which said nothing of it."""
        self.statuses(expect=0)
        self.put("a.txt", b"a a, edited by hand")
        for flags in ((), ("--existing", "fill", "--trigger-word", "zwx"), ("--size", "12")):
            self.assertEqual(self.statuses(*flags)["a.png"], "failed")
            self.assertIn(b"a.txt: was changed since albumen wrote it; --overwrite replaces it",
                          self.last)
            self.assertEqual(self.read("a.txt"), b"a a, edited by hand")
        self.statuses("--overwrite", expect=0)
        self.assertEqual(self.read("a.txt"), b"a a")

    def test_a_manifest_is_not_replaced_unasked(self):
        self.put("manifest.jsonl", b"precious")
        for flags in ((), ("--dry-run",)):
            done = self.run_program("dataset", self.pictures, "--out", self.out, *flags,
                                    expect=USAGE)
            self.assertIn(b"manifest.jsonl: is there already", done.stderr)
        self.assertEqual(os.listdir(self.out), ["manifest.jsonl"])
        self.assertEqual(self.read("manifest.jsonl"), b"precious")
        self.statuses("--overwrite", expect=0)
        self.statuses(expect=0)

    def test_a_dry_run_says_so(self):
        self.put("a.txt", b"precious")
        done = self.run_program("dataset", self.pictures, "--out", self.out, "--dry-run", expect=1)
        self.assertIn(b"a.txt: is there already", done.stdout + done.stderr)

    def test_words_that_are_there_already_are_no_loss(self):
        self.put("a.txt", b"a a")
        self.statuses(expect=0)

    def test_a_picture_without_words_leaves_them_alone(self):
        os.remove(os.path.join(self.pictures, "a.txt"))
        self.put("a.txt", b"precious")
        for _ in range(2):
            self.statuses(expect=0)
            self.assertEqual(self.read("a.txt"), b"precious")

    def test_nor_do_words_that_come_later_replace_them(self):
        os.remove(os.path.join(self.pictures, "a.txt"))
        self.statuses(expect=0)
        self.put("a.txt", b"precious")
        self.write("a.txt", b"a late word")
        for _ in range(2):
            self.assertEqual(self.statuses()["a.png"], "failed")
            self.assertEqual(self.read("a.txt"), b"precious")
        self.statuses("--overwrite", expect=0)
        self.assertEqual(self.read("a.txt"), b"a late word")

    def test_another_extension_is_another_file(self):
        self.statuses(expect=0)
        self.put("b.txt", b"my words")
        self.put("a.caption", b"precious")
        self.assertEqual(self.statuses("--caption-extension", ".caption")["a.png"], "failed")
        self.assertEqual(self.read("a.caption"), b"precious")
        self.assertEqual(self.read("a.txt"), b"a a")  # until the other one stands there
        os.remove(os.path.join(self.out, "a.caption"))
        self.statuses("--caption-extension", ".caption", expect=0)
        self.write("a.txt", b"other words")
        self.statuses("--caption-extension", ".caption", expect=0)
        self.assertEqual(self.read("a.caption"), b"other words")
        self.assertFalse(os.path.exists(os.path.join(self.out, "a.txt")))
        self.assertEqual(self.read("b.txt"), b"my words")

    def test_its_own_captions_change_with_their_source(self):
        self.statuses(expect=0)
        self.write("a.txt", b"other words")
        self.statuses(expect=0)
        self.assertEqual(self.read("a.txt"), b"other words")
        os.remove(os.path.join(self.pictures, "a.txt"))
        self.statuses("--size", "12", expect=0)
        self.assertFalse(os.path.exists(os.path.join(self.out, "a.txt")))

    def test_neither_links_nor_folders_are_replaced(self):
        target = self.write_at("target", b"precious")
        os.symlink(target, os.path.join(self.out, "a.png"))
        os.mkdir(os.path.join(self.out, "b.png"))
        self.assertEqual(self.statuses(expect=3), {"a.png": "failed", "b.png": "failed"})
        self.assertEqual(os.readlink(os.path.join(self.out, "a.png")), target)


class LinksInTheSet(HostileSet):
    """A set may come from anywhere, with its journal and with links that lead out of it: what the
    journal claims was replaced, and folders were emptied, wherever they led."""

    def setUp(self):
        super().setUp()
        self.write("10_zwx/a.png", good_png(1))
        self.write("10_zwx/a.txt", b"a dog")
        self.write("b.png", good_png(2))
        self.make(expect=0)
        self.elsewhere = self.path("elsewhere")
        self.concept = os.path.join(self.out, "10_zwx")
        self.state = os.path.join(self.out, STATE)

    def move_out(self, folder):
        shutil.move(folder, self.elsewhere)
        os.symlink(self.elsewhere, folder)

    def again(self, *flags, size="64"):
        """The row of the picture behind the link, after a run that touched nothing else."""
        before = self.surroundings()
        self.run_program("dataset", self.pictures, "--out", self.out, "--size", size, *flags,
                         expect=1)
        self.assertEqual(self.surroundings(), before)
        with open(os.path.join(self.out, "manifest.jsonl"), encoding="utf-8") as file:
            rows = {os.path.basename(row["source"]): row for row in map(json.loads, file)}
        self.assertNotEqual(rows["b.png"]["status"], "failed")
        self.assertEqual(rows["a.png"]["status"], "failed")
        return rows["a.png"]

    def test_no_picture_is_replaced_behind_a_link(self):
        self.move_out(self.concept)
        for flags in ((), ("--overwrite",), ("--prune",)):
            self.assertIn("leads out of", self.again(*flags, size="12")["reason"])

    def test_nor_a_caption(self):
        self.move_out(self.concept)
        self.write("10_zwx/a.txt", b"a cat")
        self.assertIn("leads out of", self.again()["reason"])
        os.remove(os.path.join(self.pictures, "10_zwx", "a.txt"))
        self.assertIn("leads out of", self.again()["reason"])

    def test_nor_is_a_folder_made_there(self):
        shutil.rmtree(self.concept)
        os.symlink(self.elsewhere, self.concept)
        self.again(size="12")
        os.mkdir(self.elsewhere)
        os.rename(os.path.join(self.pictures, "10_zwx"), self.path("inner"))
        os.mkdir(os.path.join(self.pictures, "10_zwx"))
        os.rename(self.path("inner"), os.path.join(self.pictures, "10_zwx", "inner"))
        self.again(size="12")
        self.assertEqual(os.listdir(self.elsewhere), [])

    def test_a_dry_run_says_so(self):
        self.move_out(self.concept)
        done = self.run_program("dataset", self.pictures, "--out", self.out, "--size", "12",
                                "--dry-run", expect=1)
        self.assertIn(b"leads out of", done.stdout + done.stderr)

    def test_no_folder_is_emptied_behind_a_link(self):
        self.move_out(self.state)
        os.makedirs(os.path.join(self.elsewhere, "growing"), exist_ok=True)
        with open(os.path.join(self.elsewhere, "growing", "precious"), "wb") as file:
            file.write(b"precious")
        os.symlink(self.out, self.path("other.zip.part"))
        before = contents(self.folder)
        for out in (self.out, self.path("other.zip")):
            for flags in ((), ("--dry-run",), ("--overwrite",)):
                done = self.run_program("dataset", self.pictures, "--out", out, *flags,
                                        expect=USAGE)
                self.assertIn(b"is a link", done.stderr)
        self.assertEqual(contents(self.folder), before)


class DiskFull(HostileSet):
    """Where a set has no room; with room again the next run makes the set of an undisturbed one."""

    COUNT = 60

    def setUp(self):
        super().setUp()
        for number in range(self.COUNT):
            self.write(f"p{number:03}.png", png(60, 45, number))
            self.write(f"p{number:03}.txt", b"words " * 20)
        self.run_program("dataset", self.pictures, "--out", self.path("whole"))
        self.whole = contents(self.path("whole"))
        self.run_program("dataset", self.pictures, "--out", self.path("whole.zip"))

    def room(self, size):
        disk = self.path("disk")
        os.mkdir(disk)
        if os.geteuid() != 0 or mount("-t", "tmpfs", "-o", f"size={size}", "albumen-test", disk):
            self.skipTest("not run: mounting a small disk needs root and the right to mount")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        return disk

    def test_a_full_disk_ends_in_words_and_the_next_run_goes_on(self):
        disk = self.room("200k")
        for out in (os.path.join(disk, "set"), os.path.join(disk, "set.zip")):
            self.assertEqual(mount("-o", "remount,size=200k", disk), 0)
            done = self.run_program("dataset", self.pictures, "--out", out, expect=None)
            self.assertIn(done.returncode, (1, IO_FAILED), done)
            self.assertIn(b"No space left", done.stdout + done.stderr)
            self.assertFalse(os.path.exists(self.path("disk", "set.zip")))
            self.assertEqual(mount("-o", "remount,size=64m", disk), 0)
            self.run_program("dataset", self.pictures, "--out", out)
            if os.path.isdir(out):
                self.assertEqual(contents(out), self.whole)
                shutil.rmtree(out)
            else:
                self.assertEqual(read(out), read(self.path("whole.zip")))

    def test_a_limit_on_the_size_of_files_costs_the_larger_ones(self):
        sizes = sorted(len(data) for name, data in self.whole.items() if name.endswith(".png"))
        limit = sizes[self.COUNT // 2]

        def few():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write fails instead
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        done = self.run_program("dataset", self.pictures, "--out", self.out, expect=None,
                                preexec_fn=few)
        self.assertIn(done.returncode, (1, IO_FAILED), done)
        self.assertIn(b"too large", done.stdout + done.stderr)
        self.run_program("dataset", self.pictures, "--out", self.out)
        self.assertEqual(contents(self.out), self.whole)


class Longtail(HostileSet):
    """A picture that failed because albumen-longtail was missing, once that is there."""

    PICTURE = b"P6\n16 12\n255\n" + bytes(range(192)) * 3

    def setUp(self):
        super().setUp()
        self.helper = os.path.join(os.path.dirname(PROGRAM), "albumen-longtail")
        if not os.access(self.helper, os.X_OK):
            self.skipTest("this build has no albumen-longtail")
        if "--memory-budget" in configured_flags():
            self.skipTest("a process of albumen-longtail takes 64 MiB of the budget alone")
        os.mkdir(self.path("bin"))
        self.alone = shutil.copy(PROGRAM, self.path("bin", "albumen"))
        self.write("a.ppm", self.PICTURE)
        self.write("b.png", good_png())

    def command(self, *arguments):
        return [self.alone, *super().command(*arguments)[1:]]

    def install(self):
        shutil.copy(self.helper, self.path("bin"))

    def test_the_next_run_makes_it_in_a_set(self):
        rows = self.make()
        self.assertEqual(rows["pictures/a.ppm"]["code"], "Unsupported")
        self.assertIn("albumen-longtail", rows["pictures/a.ppm"]["reason"])
        self.install()
        rows = self.make(expect=0)
        self.assertEqual(rows["pictures/a.ppm"]["status"], "written")
        self.assertEqual(rows["pictures/b.png"]["status"], "unchanged")

    def test_the_next_run_finds_it_for_an_index(self):
        _, summary = self.index(expect=1)
        self.assertEqual(summary["failed"], {"Unsupported": 1})
        events, _ = self.index(expect=1)
        self.assertEqual(events, {})  # it waits, and is not read again
        self.install()
        events, summary = self.index()
        self.assertEqual((events["a.ppm"]["outcome"], summary["done"]), ("done", 1))
        events, _ = self.index()
        self.assertEqual(events, {})


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True).returncode


def read(path):
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    unittest.main()
