# SPDX-License-Identifier: Apache-2.0
"""What a shell does with the program: its output into a full disk or a pipe that nobody reads, its
signals ignored by nohup."""

import os
import signal
import subprocess
import unittest

from albumen_program import ProgramTest, listens

SOME_FAILED = 1
NOT_USABLE = 3
IO_FAILED = 4
INTERRUPTED = 130


class Output(ProgramTest):
    # Events of more bytes than stdio holds back.
    COUNT = 100

    def setUp(self):
        super().setUp()
        self.write_pictures(self.COUNT, 16, 12)
        self.index()

    def run_into(self, output, *arguments):
        return subprocess.run(self.command(*arguments), stdout=output, stderr=subprocess.PIPE,
                              env=self.environment, timeout=250)

    def again(self, *flags):
        return (*flags, "index", *self.LIGHT, "--rehash", self.pictures)

    def test_a_full_disk_is_an_error_in_words(self):
        # An export that was cut ended with 0, and an event of an index in std::terminate.
        for arguments in (("export",), ("export", "--format", "csv"), ("--json", "runs"), ("runs",),
                          ("doctor",), ("--help",), self.again(), self.again("--json")):
            with open("/dev/full", "wb") as full:
                done = self.run_into(full, *arguments)
            self.assertEqual(done.returncode, IO_FAILED, (arguments, done.stderr))
            self.assertIn(b"standard output: cannot write: No space left", done.stderr)
        self.index()

    def test_notices_that_nobody_can_take_change_nothing(self):
        # A failure that could not be told on a full disk ended in std::terminate.
        self.write("broken.jpg", b"\xff\xd8\xff\xe0 no more")
        with open("/dev/full", "wb") as full:
            for arguments, code in ((self.again(), SOME_FAILED), (("people", "show", "x"), NOT_USABLE),
                                    (("export", "--out", self.path("x.jsonl")), 0)):
                done = subprocess.run(self.command(*arguments), stdout=subprocess.PIPE, stderr=full,
                                      env=self.environment, timeout=250)
                self.assertEqual(done.returncode, code, arguments)

    def test_who_reads_no_further_ends_the_command(self):
        for arguments in (("export",), ("--json", "runs"), self.again("--json")):
            reading, writing = os.pipe()
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                done = self.run_into(pipe, *arguments)
            self.assertEqual(done.returncode, INTERRUPTED, (arguments, done.stderr))
            if "index" not in arguments:
                self.assertEqual(done.stderr, b"")
            else:
                self.assertNotIn(b"Internal", done.stderr)
        self.index()
        self.assertEqual(len(self.export().splitlines()), self.COUNT)


class Signals(ProgramTest):
    def hang_up(self, **options):
        """An index that got SIGHUP while it waits for a list of files."""
        self.write_pictures(2)
        process = subprocess.Popen(
            self.command("index", *self.LIGHT, self.pictures, "--files-from", "-"),
            env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        self.addCleanup(process.kill)
        while process.poll() is None and not listens(process.pid):
            pass
        process.send_signal(signal.SIGHUP)
        return process

    def test_a_terminal_that_closes_stops_the_run(self):
        process = self.hang_up()
        self.assertEqual(process.wait(timeout=250), INTERRUPTED)
        process.communicate()

    def test_but_not_behind_nohup(self):
        # SIGHUP was waited for, whatever whoever started the program had said of it.
        process = self.hang_up(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        _, errors = process.communicate(timeout=250)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(len(self.export().splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
