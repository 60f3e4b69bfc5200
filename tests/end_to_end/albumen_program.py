# SPDX-License-Identifier: Apache-2.0
"""The program under test, as a user runs it, and pictures made by code. Standard library only."""

import ctypes
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

PROGRAM = os.environ["ALBUMEN_PROGRAM"]
# Sanitizer builds are several times slower; sets are smaller there.
SLOW = os.environ.get("ALBUMEN_SLOW_BUILD") == "1"


def events_of(output):
    """The events of a run with --json, without how far it was at one time or another."""
    events = [json.loads(line) for line in output.splitlines()]
    return [event for event in events if "progress" not in event]


def progress_of(lines):
    """The other ones."""
    events = [json.loads(line) for line in lines]
    return [event["progress"] for event in events if "progress" in event]


def png_of(width, height, lines):
    """An RGB picture of these lines of bytes."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(line) for line in lines)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def png(width, height, seed):
    """An RGB picture of a few soft shapes, different for each seed; not flat, compresses well."""
    rng = random.Random(seed)
    shapes = [(rng.random(), rng.random(), 0.1 + 0.4 * rng.random(), rng.randrange(3))
              for _ in range(6)]
    lines = []
    for y in range(height):
        line = bytearray()
        for x in range(width):
            colour = [40, 60, 80]
            for cx, cy, radius, channel in shapes:
                distance = ((x / width - cx) ** 2 + (y / height - cy) ** 2) ** 0.5
                if distance < radius:
                    colour[channel] = min(255, colour[channel] + int(150 * (1 - distance / radius)))
            line += bytes(colour)
        lines.append(line)
    return png_of(width, height, lines)


def configured_flags():
    """Global flags of tests/configs/*.json: the same tests in another regime."""
    path = os.environ.get("ALBUMEN_TEST_CONFIG")
    if not path:
        return []
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    return [word for key, value in config.items() for word in (f"--{key}", str(value))]


class ProgramTest(unittest.TestCase):
    """A folder of its own for each test, and the program with its library inside."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="albumen-test-")
        self.addCleanup(self._folder.cleanup)
        self.folder = self._folder.name
        self.pictures = os.path.join(self.folder, "pictures")
        os.mkdir(self.pictures)
        self.library = os.path.join(self.folder, "library.db")
        self.environment = dict(os.environ, XDG_CONFIG_HOME=os.path.join(self.folder, "config"))
        for name in list(self.environment):
            if name.startswith("ALBUMEN_") and name not in ("ALBUMEN_PROGRAM",):
                del self.environment[name]

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        """Writes into the pictures folder; `name` may be bytes."""
        folder = os.fsencode(self.pictures)
        path = os.path.join(folder, os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def write_pictures(self, count, width=160, height=120):
        for number in range(count):
            self.write(f"p{number:04}.png", png(width, height, number))

    def command(self, *arguments):
        chosen = configured_flags()
        if any(flag in arguments for flag in chosen):
            chosen = []
        return [PROGRAM, "--library", self.library, *chosen, *arguments]

    def run_program(self, *arguments, expect=0, **options):
        done = subprocess.run(self.command(*arguments), capture_output=True, env=self.environment,
                              timeout=250, **options)
        text = f"{arguments}\nstdout: {done.stdout[-3000:]!r}\nstderr: {done.stderr[-3000:]!r}"
        if expect is not None:
            self.assertEqual(done.returncode, expect, text)
        return done

    # Hashes and quality only: quick, and they need no model.
    LIGHT = ("--analyzers", "hashes,quality")

    def index(self, *arguments, expect=0, analyzers=LIGHT):
        """The events of the run by file name, and its summary."""
        done = self.run_program("--json", "index", *analyzers, self.pictures, *arguments,
                                expect=expect)
        lines = events_of(done.stdout)
        events = {os.path.basename(line["file"]): line for line in lines if "file" in line}
        return events, lines[-1]["summary"]

    def export(self):
        return self.run_program("export", "--format", "jsonl").stdout

    def start_held(self, *arguments, telling="--json"):
        """A run with --json that stands still where nobody reads its events: it cannot end before
        all but a few pages of them are read from the file that comes with it. So does one with
        --verbose, which tells of each file in words."""
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        process = subprocess.Popen(self.command(telling, *arguments), env=self.environment,
                                   stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        events = os.fdopen(reading, "rb", buffering=0)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        self.addCleanup(events.close)
        return process, events

    def interrupt_held(self, *arguments):
        """Ctrl-C in the middle of a run of some hundred pictures, after the first of them: what it
        printed and what it said."""
        process, events = self.start_held(*arguments)
        lines = []
        is_done = False
        while not is_done:
            lines.append(events.readline())
            event = json.loads(lines[-1])
            is_done = event.get("outcome") == "done" or event.get("status") == "written"
        process.send_signal(signal.SIGINT)
        while waits_for_signal(process.pid):
            time.sleep(0.01)
        lines += events.readlines()
        said = process.stderr.read()
        self.assertEqual(process.wait(timeout=250), 130, said)
        return lines, said

    def need_longtail(self, name):
        """Skips a test of this format where the machine's albumen-longtail does not read it."""
        if "--memory-budget" in configured_flags():
            self.skipTest("a process of albumen-longtail takes 64 MiB of the budget alone")
        doctor = json.loads(self.run_program("--json", "doctor", expect=None).stdout)
        longtail = doctor["longtail"]
        if not longtail["installed"]:
            self.skipTest("this build has no albumen-longtail")
        self.assertIsNone(longtail["error"])
        if name not in longtail["formats"]:
            self.skipTest(f"albumen-longtail reads no {name} on this machine")

    def integrity(self):
        done = subprocess.run(["sqlite3", self.library, "PRAGMA integrity_check"],
                              capture_output=True, text=True)
        return done.stdout.strip()


def give_up_reading_everything():
    """root reads files of mode 0; without these two capabilities it does not."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "prctl")


def sigint_in(pid, field):
    """Whether SIGINT is in a set of signals of a process; None: it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            signals = next(line for line in status if line.startswith(field))
    except (OSError, StopIteration):
        return None
    return int(signals.split()[1], 16) >> (signal.SIGINT - 1) & 1 == 1


def listens(pid):
    """Whether SIGINT is blocked, for the thread that waits for it."""
    return sigint_in(pid, "SigBlk:") is not False


def waits_for_signal(pid):
    """Whether a SIGINT that was sent has not been taken yet."""
    return sigint_in(pid, "ShdPnd:") is True
