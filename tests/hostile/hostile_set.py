# SPDX-License-Identifier: Apache-2.0
"""A training set out of bad input, and what must hold whatever the input: the program ends by
itself, every member has one row, what is written is what the rows say, and nothing outside of the
set is touched. Standard library only."""

import hashlib
import json
import os
import re
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "end_to_end"))
from albumen_program import (PROGRAM, ProgramTest, configured_flags, give_up_reading_everything,
                             png, png_of)

STATE = ".albumen-dataset"


def good_png(seed=1):
    return png(24, 18, seed)


def bytes_of_text(text):
    """A path of a manifest as bytes: "%xx" stands for a byte."""
    return re.sub(rb"%([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()),
                  text.encode())


class HostileSet(ProgramTest):
    def setUp(self):
        super().setUp()
        self.out = self.path("set")

    def make(self, *sources, flags=(), expect=1, size="64", **options):
        """The rows of the run by the name of their source below the test's folder."""
        before = self.surroundings()
        self.run_program("--json", "dataset", *(sources or (self.pictures,)), "--out", self.out,
                         "--size", size, *flags, expect=expect, **options)
        self.assertEqual(self.surroundings(), before)
        return self.rows()

    def rows(self, or_more=False):
        """Those of the manifest; `or_more`: the set may have pictures that none of them names."""
        with open(os.path.join(self.out, "manifest.jsonl"), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        names = {row["source"].removeprefix(self.folder + "/"): row for row in rows}
        written = {bytes_of_text(row["output"]) for row in rows if row["output"]}
        found = self.pictures_of_set()
        self.assertEqual(found & written if or_more else found, written)
        return names

    def judge(self, rows, written=(), failed=None, skipped=None):
        """These rows and no others; `failed` has code and words of each, `skipped` its words."""
        expected = {name: ("written", None) for name in written}
        expected |= {name: ("failed", code) for name, (code, _) in (failed or {}).items()}
        expected |= {name: ("skipped", None) for name in skipped or {}}
        self.assertEqual({name: (row["status"], row["code"]) for name, row in rows.items()},
                         expected, {name: row["reason"] for name, row in rows.items()})
        words = {name: word for name, (_, word) in (failed or {}).items()} | (skipped or {})
        for name, word in words.items():
            self.assertIn(word, rows[name]["reason"], name)

    def pictures_of_set(self):
        out = os.fsencode(self.out)
        return {os.path.relpath(os.path.join(at, name), out)
                for at, _, names in os.walk(out) for name in names
                if os.fsencode(STATE) not in at and not name.endswith((b".txt", b".jsonl"))}

    def surroundings(self):
        """Everything in the test's folder but the set."""
        found = {}
        for at, folders, names in os.walk(os.fsencode(self.folder)):
            folders[:] = [name for name in folders
                          if os.path.join(at, name) != os.fsencode(self.out)]
            for name in folders + names:
                path = os.path.join(at, name)
                if path != os.fsencode(self.out):
                    found[path] = state_of(path)
        return found

    def write_at(self, name, data):
        """Writes beside the pictures folder."""
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)


def state_of(path):
    status = os.lstat(path)
    digest = None
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    return status.st_mode, status.st_size, status.st_mtime_ns, digest
