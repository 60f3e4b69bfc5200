#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a long run says while it works: the line on a terminal, and the events for programs."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time
import unittest

from albumen_program import ProgramTest, png, progress_of


def screen_of(output):
    """The lines that a terminal shows in the end."""
    lines = [""]
    for piece in re.findall(r"\r\n|\n|\r|\x1b\[2?K|[^\r\n\x1b]+|.", output, re.DOTALL):
        if piece in ("\r\n", "\n"):
            lines.append("")
        elif piece in ("\r", "\x1b[K"):
            pass  # lines are written whole, and the rest of them is erased
        elif piece == "\x1b[2K":
            lines[-1] = ""
        else:
            lines[-1] = piece
    return lines


def progress_in(output):
    """All that was ever drawn of progress: the rest of its line is erased behind each."""
    return re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", output)


class Terminal(ProgramTest):
    """stdout and stderr on one terminal, as for whoever sits before it."""

    def on_terminal(self, columns, *arguments, expect=0):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(self.command(*arguments), stdin=theirs, stdout=theirs,
                                   stderr=theirs, env=dict(self.environment, TERM="xterm"))
        self.addCleanup(process.kill)
        os.close(theirs)
        output = bytearray()
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            try:
                while piece := terminal.read(4096):
                    output += piece
            except OSError:
                pass  # what Linux says when the other side has closed
        text = output.decode()
        self.assertEqual(process.wait(timeout=250), expect, text)
        return text

    def check(self, columns, *arguments):
        output = self.on_terminal(columns, *arguments)
        # Whatever it begins with: lines of packing and grouping were not looked at.
        progress = progress_in(output)
        self.assertTrue(progress, output)
        self.assertEqual(len(progress), output.count("\x1b[K"))
        for text in progress:
            self.assertLess(len(text), columns)
        screen = screen_of(output)
        # It is gone before the summary, every line of which begins at the left.
        self.assertFalse([text for text in screen if text in progress], screen)
        return screen

    def test_the_line_of_an_index_fits_and_makes_way_for_the_summary(self):
        self.write_pictures(20)
        for columns in (80, 30):
            screen = self.check(columns, "index", *self.LIGHT, "--rehash", self.pictures)
            self.assertTrue(screen[0].startswith("library "), screen)
            self.assertTrue(screen[1].startswith("pictures  20 done"), screen)

    def test_so_does_that_of_a_dataset(self):
        self.write_pictures(20)
        for columns, out in ((80, "set"), (30, "narrow.zip")):
            screen = self.check(columns, "dataset", self.pictures, "--out", self.path(out))
            self.assertTrue(screen[0].startswith("pictures "), screen)
            self.assertTrue(screen[1].startswith("set "), screen)
            self.assertTrue(screen[2].startswith("pictures  20 written"), screen)

    def test_without_progress_nothing_is_redrawn(self):
        self.write_pictures(2)
        output = self.on_terminal(80, "--no-progress", "index", *self.LIGHT, self.pictures)
        self.assertNotIn("\x1b", output)


class Pipe(ProgramTest):
    """stderr into a file or another program."""

    EVERY = 5  # seconds

    def test_a_long_run_says_now_and_then_where_it_is(self):
        """It stands still, because nobody reads which files are done, until two lines have come,
        however long that takes; they must not come more often than is good for a log."""
        picture = png(16, 12, 1)
        for number in range(250):  # so many words that no buffer holds them
            self.write(f"{'n' * 200}/{'n' * 200}{number}.png", picture)
        started = time.monotonic()
        process, files = self.start_held("dataset", self.pictures, "--out", self.path("set"),
                                         "--dry-run", telling="--verbose")
        self.assertIn(b"pictures format=png", process.stderr.readline())
        lines = [process.stderr.readline() for _ in range(2)]
        files.readlines()
        lines += process.stderr.readlines()
        self.assertEqual(process.wait(timeout=250), 0, lines)
        self.assertLessEqual(len(lines), 1 + (time.monotonic() - started) / self.EVERY, lines)
        for line in lines:
            self.assertRegex(line, rb"^[^\r\x1b]+\n$")


class Events(ProgramTest):
    """Read so slowly that the run is still there when the clock of events comes round."""

    STAGES = ("listing", "reading", "processing")

    def slow_events(self, *arguments):
        process, events = self.start_held(*arguments)
        lines = []
        for line in events:
            lines.append(line)
            if len(progress_of(lines[-500:])) < 3:
                time.sleep(0.01)
        self.assertEqual(process.wait(timeout=250), 0, process.stderr.read())
        return lines

    def check(self, lines, count):
        progress = progress_of(lines)
        self.assertGreaterEqual(len(progress), 2)
        before = {name: 0 for name in self.STAGES}
        for event in progress:
            self.assertIn(event["stage"], ("listing", "processing", "packing", "grouping"))
            for name in self.STAGES:
                stage = event["stages"][name]
                self.assertGreaterEqual(stage["done"], before[name])
                self.assertGreaterEqual(stage["per_second"], 0)
                if stage["total"] is not None:
                    self.assertLessEqual(stage["done"], stage["total"])
                before[name] = stage["done"]
            self.assertLessEqual(event["bytes_done"], event["bytes_total"])
            self.assertLessEqual(event["stages"]["processing"]["done"],
                                 event["stages"]["reading"]["done"])
        last = progress[-1]
        self.assertTrue(last["listing_finished"])
        for name in self.STAGES:
            self.assertEqual(last["stages"][name]["done"], count)
            self.assertEqual(last["stages"][name]["total"], count)
        self.assertGreater(last["stages"]["processing"]["per_second"], 0)
        self.assertEqual(last["bytes_done"], last["bytes_total"])
        size = sum(os.path.getsize(os.path.join(self.pictures, name))
                   for name in os.listdir(self.pictures))
        self.assertEqual(last["bytes_total"], size)
        self.assertIn("summary", json.loads(lines[-1]))

    def test_those_of_an_index_count_each_stage(self):
        self.write_pictures(400, 16, 12)
        self.check(self.slow_events("index", *self.LIGHT, self.pictures), 400)

    def test_those_of_a_dataset_do(self):
        self.write_pictures(250, 16, 12)
        self.check(self.slow_events("dataset", self.pictures, "--out", self.path("set")), 250)

    def last_of(self, *arguments, expect=0):
        lines = self.run_program("--json", *arguments, expect=expect).stdout.splitlines()
        return progress_of(lines)[-1]

    def test_an_archive_is_packed_before_the_eyes_of_all(self):
        # Events of packing said nothing of how far it was.
        self.write_pictures(5)
        last = self.last_of("dataset", self.pictures, "--out", self.path("set.zip"))
        self.assertEqual(last["stage"], "packing")
        packing = last["stages"]["packing"]
        self.assertEqual((packing["done"], packing["total"]), (5, 5))

    def test_a_second_run_has_nothing_to_read(self):
        self.write_pictures(5)
        self.index()
        last = self.last_of("index", *self.LIGHT, self.pictures)
        self.assertEqual([last["stages"][name]["total"] for name in self.STAGES], [5, 0, 0])

    def test_what_fails_counts_as_processed(self):
        self.write_pictures(5)
        for number in range(3):
            self.write(f"cut {number}.png", png(16, 12, number)[:30])
            self.write(f"no picture {number}.txt", b"words")
        for arguments in (("index", *self.LIGHT, self.pictures),
                          ("dataset", self.pictures, "--out", self.path("set"))):
            last = self.last_of(*arguments, expect=1)
            self.assertEqual(last["failed"], 3)
            for name in ("reading", "processing"):
                stage = last["stages"][name]
                self.assertGreaterEqual(stage["total"], 8)
                self.assertEqual(stage["done"], stage["total"])


if __name__ == "__main__":
    unittest.main()
