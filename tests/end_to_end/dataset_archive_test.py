# SPDX-License-Identifier: Apache-2.0
"""What a user sees of `albumen dataset --out FILE.zip`: one file, whole or not there, and nothing
that was finished is lost when the program dies."""

import json
import os
import random
import signal
import subprocess
import time
import unittest
import zipfile

from albumen_program import SLOW, ProgramTest, png

JOURNAL = ".albumen-dataset/journal.jsonl"


class Archives(ProgramTest):
    def setUp(self):
        super().setUp()
        self.archive = self.path("set.zip")
        self.part = self.archive + ".part"

    def write_set(self, count):
        for number in range(count):
            self.write(f"10_zwx/p{number:03}.png", png(120, 90, number))
            self.write(f"10_zwx/p{number:03}.txt", f"caption {number}".encode())

    def arguments(self, archive):
        return ("--json", "dataset", self.pictures, "--out", archive, "--size", "100")

    def dataset(self, archive=None, expect=0):
        """The summary of the run."""
        done = self.run_program(*self.arguments(archive or self.archive), expect=expect)
        return json.loads(done.stdout.splitlines()[-1])["summary"]

    def bytes_of(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_other_readers_find_the_same_set_in_it(self):
        self.write_set(3)
        self.write("caf\u00e9.png", png(50, 40, 7))
        self.write(b"caf\xe9.png", png(50, 40, 8))
        self.dataset()
        folder = self.path("set")
        self.dataset(folder)
        with zipfile.ZipFile(self.archive) as archive:
            self.assertIsNone(archive.testzip())
            names = [member.filename for member in archive.infolist()]
            # Bytes that are no UTF-8 are read as code page 437, as the format has it.
            latin = b"caf\xe9.png".decode("cp437")
            self.assertEqual(
                sorted(names[:2]), sorted(["caf\u00e9.png", latin]))
            self.assertEqual(names[2:], [f"10_zwx/p{number:03}{extension}" for number in range(3)
                                         for extension in (".png", ".txt")] +
                             ["manifest.jsonl", JOURNAL])
            for member in archive.infolist():
                self.assertEqual((member.date_time, member.compress_type),
                                 ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED))
                self.assertEqual(member.external_attr >> 16, 0o100644)
                if member.filename in (latin, JOURNAL):
                    continue
                self.assertEqual(archive.read(member),
                                 self.bytes_of(os.path.join(folder, member.filename)))
            self.assertEqual(archive.read(latin),
                             self.bytes_of(os.fsencode(folder) + b"/caf\xe9.png"))

    def test_a_second_run_leaves_the_file_alone(self):
        self.write_set(4)
        self.assertEqual(self.dataset()["written"], 4)
        before = os.stat(self.archive)
        summary = self.dataset()
        self.assertEqual((summary["written"], summary["unchanged"], summary["bytes_read"]),
                         (0, 4, 0))
        after = os.stat(self.archive)
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.assertEqual(os.listdir(self.folder).count("set.zip.part"), 0)

    def test_killed_again_and_again_it_ends_as_the_archive_of_one_run(self):
        """And whatever stands meanwhile is whole."""
        count = 12 if SLOW else 40
        whole = self.path("whole.zip")
        for _ in self.killed_runs(count, whole, self.archive):
            with zipfile.ZipFile(whole) as archive:
                members = {name: archive.read(name) for name in archive.namelist()
                           if name not in ("manifest.jsonl", JOURNAL)}
            self.expect_nothing_half_written(self.part, members)
            if os.path.exists(self.archive):  # whole, or not there
                self.assertEqual(self.bytes_of(self.archive), self.bytes_of(whole))
        summary = self.dataset()
        self.assertEqual(summary["failed"], {})
        self.assertEqual(summary["written"] + summary["unchanged"], count)
        self.assertEqual(self.bytes_of(self.archive), self.bytes_of(whole))
        self.assertEqual([name for name in os.listdir(self.folder) if "part" in name], [])

    # A picture had its place before the journal had its line, and the next run failed on it.
    def test_killed_again_and_again_it_ends_as_the_folder_of_one_run(self):
        """And whatever stands meanwhile is whole."""
        count = 12 if SLOW else 40
        whole, killed = self.path("whole"), self.path("killed")
        for _ in self.killed_runs(count, whole, killed):
            self.expect_nothing_half_written(killed, self.tree_of(whole))
        summary = self.dataset(killed)
        self.assertEqual(summary["failed"], {})
        self.assertEqual(summary["written"] + summary["unchanged"], count)
        self.assertEqual(self.tree_of(killed), self.tree_of(whole))

    def test_killed_in_the_middle_only_whole_pictures_stand(self):
        """Wherever a trainer looks, there is no half of a picture, and no other file."""
        count = 150
        self.write_set(count)
        whole, killed = self.path("whole"), self.path("killed")
        self.dataset(whole)
        process, events = self.start_held(*self.arguments(killed)[1:])
        while json.loads(events.readline()).get("status") != "written":
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=250)
        standing = self.expect_nothing_half_written(killed, self.tree_of(whole))
        pictures = sum(path.endswith(".png") for path in standing)
        self.assertGreater(pictures, 0)
        self.assertLess(pictures, count)
        self.assertFalse(os.path.exists(os.path.join(killed, "manifest.jsonl")))
        self.dataset(killed)
        self.assertEqual(self.tree_of(killed), self.tree_of(whole))

    def test_interrupted_it_keeps_what_is_done_and_ends_as_the_set_of_one_run(self):
        count = 150
        self.write_set(count)
        whole, stopped = self.path("whole"), self.path("stopped")
        self.dataset(whole)
        lines, said = self.interrupt_held(*self.arguments(stopped)[1:])
        self.assertIn(b"again", said)
        first = json.loads(lines[-1])["summary"]
        self.assertTrue(first["interrupted"])
        self.assertGreater(first["written"], 0)
        self.assertLess(first["written"], count)
        self.assertFalse(os.path.exists(os.path.join(stopped, "manifest.jsonl")))
        second = self.dataset(stopped)
        self.assertEqual((second["unchanged"], second["written"]),
                         (first["written"], count - first["written"]))
        self.assertEqual(self.tree_of(stopped), self.tree_of(whole))

    def killed_runs(self, count, whole, killed):
        """One run into `whole`, then six into `killed` that are killed anywhere."""
        self.write_set(count)
        started = time.monotonic()
        self.dataset(whole)
        seconds = time.monotonic() - started
        rng = random.Random(5)
        for _ in range(6):
            process = subprocess.Popen(self.command(*self.arguments(killed)),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=self.environment)
            try:
                process.wait(timeout=seconds * rng.random())
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait()
            yield

    def expect_nothing_half_written(self, folder, whole):
        """What stands in it, each with the bytes that it has in the set of one run."""
        standing = self.tree_of(folder)
        for path, data in standing.items():
            self.assertIn(path, whole)
            self.assertEqual(data, whole[path], f"{path}: {len(data)} of {len(whole[path])} bytes")
        manifest = os.path.join(folder, "manifest.jsonl")
        if os.path.exists(manifest):
            for line in self.bytes_of(manifest).splitlines():
                json.loads(line)
        return standing

    def tree_of(self, folder):
        """Pictures and captions by their path; the manifest says when each was written."""
        return {os.path.relpath(os.path.join(at, name), folder): self.bytes_of(os.path.join(at, name))
                for at, _, names in os.walk(folder) if ".albumen-dataset" not in at
                for name in names if name != "manifest.jsonl"}

    def test_somebody_elses_file_is_not_replaced_unasked(self):
        self.write_set(1)
        with zipfile.ZipFile(self.archive, "w") as archive:
            archive.writestr("holiday.txt", "precious")
        before = self.bytes_of(self.archive)
        done = self.run_program(*self.arguments(self.archive), expect=2)
        self.assertIn(b"--overwrite", done.stdout + done.stderr)
        self.assertEqual(self.bytes_of(self.archive), before)
        self.run_program(*self.arguments(self.archive), "--overwrite")
        with zipfile.ZipFile(self.archive) as archive:
            self.assertIn("10_zwx/p000.png", archive.namelist())

    def test_a_set_is_made_from_an_archive_of_another(self):
        self.write_set(2)
        self.dataset()
        other = self.path("other.zip")
        self.run_program("dataset", self.archive, "--out", other, "--size", "50")
        with zipfile.ZipFile(other) as archive:
            self.assertEqual(archive.read("10_zwx/p001.txt"), b"caption 1")
        done = self.run_program("dataset", self.archive, "--out", self.archive, expect=2)
        self.assertIn(b"apart", done.stderr)


if __name__ == "__main__":
    unittest.main()
