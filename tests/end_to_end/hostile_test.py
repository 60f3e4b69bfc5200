# SPDX-License-Identifier: Apache-2.0
"""What a user sees when the world is against them: the library is taken, read-only, newer, damaged,
its disk full, the models gone. Each ends with words that name the cause, the documented exit code,
and a library that is whole."""

import fcntl
import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
import unittest

from albumen_program import ProgramTest, give_up_reading_everything, png

STORE_FAILED = 4
UNSUPPORTED = 3
NOT_FOUND = 3
UNAVAILABLE = 5


class TakenByAnother(ProgramTest):
    """The library is held by this test, as another albumen would hold it."""

    def setUp(self):
        super().setUp()
        self.write_pictures(2)
        self.index()
        self.held = open(self.library + ".lock", "r+", encoding="utf-8")
        self.addCleanup(self.held.close)
        fcntl.flock(self.held, fcntl.LOCK_EX)
        self.held.write("process 4242 (albumen index /elsewhere, since 2026-01-01T00:00:00Z)\n")
        self.held.flush()

    def release(self):
        fcntl.flock(self.held, fcntl.LOCK_UN)

    def test_a_writer_that_may_not_wait_is_told_who_is_first(self):
        for waiting in ((), ("--wait", "0.2")):
            done = self.run_program("index", *self.LIGHT, self.pictures, *waiting,
                                    expect=UNAVAILABLE)
            self.assertIn(b"in use by process 4242 (albumen index /elsewhere", done.stderr)
        done = self.run_program("people", "regroup", expect=UNAVAILABLE)
        self.assertIn(b"in use by", done.stderr)

    def test_readers_do_not_mind(self):
        self.assertEqual(len(self.export().splitlines()), 2)
        self.run_program("runs")
        self.run_program("duplicates")

    def start_waiting(self):
        """A writer that has found the library taken."""
        process = subprocess.Popen(
            self.command("index", *self.LIGHT, self.pictures, "--wait", "200"),
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if self.library + ".lock" in open_files_of(process.pid):
                return process
            time.sleep(0.01)
        self.fail(f"it never came to wait: {process.communicate()}")

    def test_a_writer_that_waits_gets_its_turn(self):
        self.write("new.png", png(64, 48, 77))
        process = self.start_waiting()
        self.assertIsNone(process.poll())
        self.release()
        _, errors = process.communicate(timeout=250)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(len(self.export().splitlines()), 3)

    def test_waiting_ends_at_control_c(self):
        process = self.start_waiting()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=250)
        self.assertEqual(process.returncode, 130, errors)


def open_files_of(process):
    files = set()
    folder = f"/proc/{process}/fd"
    try:
        for name in os.listdir(folder):
            files.add(os.readlink(os.path.join(folder, name)))
    except OSError:  # it may have closed one, or ended
        pass
    return files


class ReadOnly(ProgramTest):
    def setUp(self):
        super().setUp()
        self.shelf = self.path("shelf")
        os.mkdir(self.shelf)
        self.library = os.path.join(self.shelf, "library.db")
        self.write_pictures(2)
        self.index()
        self.expected = self.export()

    def as_reader(self, *arguments, expect):
        return self.run_program(*arguments, expect=expect, preexec_fn=give_up_reading_everything)

    def check(self):
        done = self.as_reader("index", *self.LIGHT, self.pictures, expect=STORE_FAILED)
        self.assertIn(b"library.db", done.stderr)
        done = self.as_reader("export", "--format", "jsonl", expect=0)
        self.assertEqual(done.stdout, self.expected)
        self.as_reader("duplicates", expect=0)

    def test_a_file_that_may_not_be_written_is_still_read(self):
        os.chmod(self.library, 0o444)
        self.check()

    def test_nor_does_reading_need_to_write_into_the_folder(self):
        os.chmod(self.library, 0o444)
        os.chmod(self.shelf, 0o555)
        self.addCleanup(os.chmod, self.shelf, 0o755)
        self.check()


class NotThere(ProgramTest):
    def test_only_index_makes_a_library(self):
        # people name made an empty one in the home folder, which later commands then found.
        for command in (("export",), ("people", "list"), ("people", "name", "x", "y"),
                        ("people", "undo"), ("people", "regroup"), ("duplicates",), ("runs",)):
            done = self.run_program(*command, expect=NOT_FOUND)
            self.assertIn(b"albumen index FOLDER makes one", done.stderr)
        self.assertFalse(os.path.exists(self.library))


class WronglyAsked(ProgramTest):
    USAGE = 2

    def test_config_check_reads_the_options_of_every_command(self):
        # It was silent about what the next dataset then refused.
        os.makedirs(self.path("config", "albumen"))
        for text, words in (('[dataset]\nfit = "bukcet"', b"dataset.fit"),
                            ("[index]\nleast-faces = 0", b"index.least-faces"),
                            ("[dataset]\nquality = 85.5", b"dataset.quality"),
                            ("[dataset]\nmax-archive-ratio = 0", b"dataset.max-archive-ratio"),
                            ('config = "other.toml"', b"'config' is no option")):
            with open(self.path("config", "albumen", "config.toml"), "w", encoding="utf-8") as file:
                file.write(text)
            done = self.run_program("config", "check", expect=self.USAGE)
            self.assertIn(words, done.stderr, text)
        with open(self.path("config", "albumen", "config.toml"), "w", encoding="utf-8") as file:
            file.write('threads = 2\n[dataset]\nfit = "bucket"')
        self.assertEqual(self.run_program("config", "check").stdout, b"")
        self.environment["ALBUMEN_DUPLICATES_PHASH"] = "99"
        done = self.run_program("config", "check", expect=self.USAGE)
        self.assertIn(b"ALBUMEN_DUPLICATES_PHASH", done.stderr)

    def test_what_is_asked_wrongly_is_told_as_every_failure(self):
        for arguments in (("index", "--min-face", "5", "x"), ("people", "regroup", "--eps", "nan"),
                          ("people", "regroup", "--same-distance", "nan"), ("people", "undo", "0"),
                          ("people", "undo", "99999999999999999999"), ("index", "--wait", "-5", "x"),
                          ("index", "--keep-truncated", "nan", "x"),
                          ("dataset", "--keep-truncated", "nan", "--out", "o", "x"),
                          ("people", "name", "x"), ("no-such-command",), ("--no-such-option",)):
            done = self.run_program(*arguments, expect=self.USAGE)
            self.assertTrue(done.stderr.startswith(b"albumen: InvalidArgument: "), done.stderr)
            self.assertLess(len(done.stderr), 300)
        self.assertFalse(os.path.exists(self.library))


class ByANewerAlbumen(ProgramTest):
    def test_no_command_reads_or_changes_it(self):
        self.write_pictures(1)
        self.index()
        database = sqlite3.connect(self.library)
        database.execute("PRAGMA user_version = 9999")
        database.close()
        before = self.content()
        for command in (("export", "--format", "csv"), ("people", "list"), ("people", "regroup"),
                        ("duplicates",), ("runs",), ("index", *self.LIGHT, self.pictures)):
            done = self.run_program(*command, expect=UNSUPPORTED)
            self.assertIn(b"newer albumen", done.stderr)
            self.assertEqual(done.stdout, b"")
        self.assertEqual(self.content(), before)

    def content(self):
        with open(self.library, "rb") as file:
            return file.read()


class Damaged(ProgramTest):
    COMMANDS = (("export", "--format", "jsonl"), ("export", "--format", "people-csv"),
                ("people", "list"), ("duplicates",), ("runs",))

    def setUp(self):
        super().setUp()
        self.write_pictures(12)
        self.index()
        with open(self.library, "rb") as file:
            self.whole = file.read()

    def put(self, content):
        for name in ("-wal", "-shm"):
            if os.path.exists(self.library + name):
                os.remove(self.library + name)
        with open(self.library, "wb") as file:
            file.write(content)

    def refusals(self):
        """How many commands noticed; none may crash or fail in any other way."""
        count = 0
        for command in (*self.COMMANDS, ("index", *self.LIGHT, self.pictures)):
            done = self.run_program(*command, expect=None)
            self.assertIn(done.returncode, (0, STORE_FAILED), f"{command}: {done.stderr}")
            if done.returncode == STORE_FAILED:
                self.assertIn(b"StoreFailed", done.stderr)
                self.assertIn(b"library.db", done.stderr)
                count += 1
        return count

    def test_pages_of_nonsense_are_noticed_and_named(self):
        rng = random.Random(4)
        page = 4096
        content = bytearray(self.whole)
        for start in range(page, len(content), page):
            content[start:start + page] = rng.randbytes(len(content[start:start + page]))
        self.put(content)
        self.assertGreater(self.refusals(), 4)
        done = self.run_program("doctor", expect=1)
        self.assertIn(b"library", done.stdout)

    def test_single_bytes_never_crash_a_command(self):
        rng = random.Random(5)
        for _ in range(3):
            content = bytearray(self.whole)
            for _ in range(400):
                content[rng.randrange(100, len(content))] = rng.randrange(256)
            self.put(content)
            self.refusals()

    def test_a_file_cut_short_is_noticed(self):
        self.put(self.whole[:len(self.whole) // 3])
        self.assertGreater(self.refusals(), 2)


class DiskFull(ProgramTest):
    """The disk of the library fills up while it grows; with room again the next run finishes."""

    COUNT = 400  # enough rows for a library several times the size of an empty one

    def setUp(self):
        super().setUp()
        for number in range(self.COUNT):
            self.write(f"{number:04}.png", png(16, 12, number))
        self.index()
        self.expected = self.export()
        self.needed = os.path.getsize(self.library)
        os.remove(self.library)

    def run_out_of_room(self, **options):
        done = self.run_program("index", *self.LIGHT, self.pictures, expect=STORE_FAILED, **options)
        self.assertIn(b"StoreFailed", done.stderr)
        self.assertIn(b"library.db", done.stderr)
        return done

    def finish(self):
        if os.path.exists(self.library):  # it may have ended before there was one
            self.assertEqual(self.integrity(), "ok")
        self.index()
        self.assertEqual(self.export(), self.expected)
        self.assertEqual(self.integrity(), "ok")

    def test_a_full_file_system(self):
        disk = self.path("disk")
        os.mkdir(disk)
        size = self.needed // 2
        if os.geteuid() != 0 or mount("-t", "tmpfs", "-o", f"size={size}", "albumen-test", disk):
            self.skipTest("not run: mounting a small disk needs root and the right to mount")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        self.library = os.path.join(disk, "library.db")
        self.assertIn(b"full", self.run_out_of_room().stderr)
        self.assertEqual(mount("-o", "remount,size=64m", disk), 0)
        self.finish()

    def test_a_limit_on_the_size_of_files(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write fails instead
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.needed // 2, self.needed // 2))
        self.run_out_of_room(preexec_fn=limit)
        self.finish()


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True).returncode


class ModelsGone(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_pictures(1)
        self.environment["XDG_CACHE_HOME"] = self.path("cache")

    def test_models_that_were_never_fetched_are_asked_for(self):
        self.environment["ALBUMEN_PACKAGES"] = self.path("nothing")
        done = self.run_program("index", self.pictures, expect=5)
        self.assertIn(b"ModelFailed", done.stderr)
        self.assertIn(b"./run setup", done.stderr)
        self.index()

    def test_a_model_file_that_went_missing_is_named(self):
        fetched = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                               "albumen", "packages")
        self.environment["ALBUMEN_PACKAGES"] = os.environ.get("ALBUMEN_PACKAGES", fetched)
        self.run_program("models", "install", "mtcnn")
        os.remove(self.path("cache", "albumen", "models", "mtcnn", "rnet.bin"))
        done = self.run_program("index", self.pictures, expect=5)
        self.assertIn(b"rnet.bin", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
