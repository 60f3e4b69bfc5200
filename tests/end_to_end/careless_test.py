#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a user meets who did not read the documentation: exit codes and words, without models."""

import os
import subprocess
import unittest

from albumen_program import PROGRAM, ProgramTest, png

SOME_FAILED = 1
USAGE = 2
NOT_USABLE = 3


class Careless(ProgramTest):
    def own_library(self):
        """From now on that of `init` in the pictures, not the one named by each command."""
        self.run_program("init", self.pictures)
        self.library = os.path.join(self.pictures, ".albumen", "library.db")


class Strict(Careless):
    # albumen's own folder was a skip, and so a failure of every run.
    def test_the_library_in_the_folder_is_no_failure(self):
        self.write_pictures(1, 16, 12)
        self.own_library()
        strict = ("--strict", "index", *self.LIGHT, self.pictures)
        self.run_program(*strict)
        self.write("left.png", b"no picture")
        self.run_program(*strict, expect=SOME_FAILED)
        self.run_program(*strict, "--exclude", "left.*")

    # Captions that were used, and what the user himself left out, were failures.
    def test_captions_and_what_was_excluded_are_no_failure(self):
        self.write("a.png", png(16, 12, 1))
        self.write("a.txt", b"a dog")
        self.write("exported/.albumen-export", b"")
        self.own_library()
        strict = ("--strict", "dataset", self.pictures, "--out", self.path("set"))
        self.run_program(*strict)
        self.write("b.png", b"no picture")
        self.run_program(*strict, expect=SOME_FAILED)
        self.run_program(*strict, "--exclude", "b.*")


class Commands(Careless):
    # "The following argument was not expected: foo."
    def test_a_command_that_there_is_not_is_called_so(self):
        for words, answer in ((("foo",), b"'foo' is no command; albumen --help"),
                              (("idnex", self.pictures), b"the nearest is albumen index"),
                              (("people", "lst"), b"the nearest is albumen people list")):
            self.assertIn(answer, self.run_program(*words, expect=USAGE).stderr)
        self.assertIn(b"--jsom", self.run_program("--jsom", expect=USAGE).stderr)


class Nothing(Careless):
    # Exit code 3 came without a word.
    def test_where_no_picture_is_found_a_notice_says_so(self):
        index = ("--quiet", "index", *self.LIGHT, self.pictures)
        dataset = ("--json", "dataset", self.pictures, "--out", self.path("set"))
        for command in (index, dataset):
            done = self.run_program(*command, expect=NOT_USABLE)
            self.assertIn(b"no picture was found: there is no file", done.stderr)
        self.write_pictures(2, 16, 12)
        for command in (index, dataset, (*dataset, "--dry-run")):
            done = self.run_program(*command, "--exclude", "*", expect=NOT_USABLE)
            self.assertIn(b"no picture was found; skipped: 2 excluded", done.stderr)

    def test_where_one_failed_that_is_word_enough(self):
        self.write("broken.jpg", b"\xff\xd8\xff\xe0 no more")
        index = ("index", *self.LIGHT, self.pictures)
        for command in (index, index, ("dataset", self.pictures, "--out", self.path("set"))):
            done = self.run_program(*command, expect=NOT_USABLE)
            self.assertNotIn(b"no picture was found", done.stderr)

    # Nothing was verified, and all was well.
    def test_without_a_model_verify_is_not_well(self):
        self.environment["XDG_CACHE_HOME"] = self.path("cache")
        self.run_program("models", "list")
        done = self.run_program("--quiet", "models", "verify", expect=SOME_FAILED)
        self.assertIn(b"no model is installed", done.stderr)


class Settings(Careless):
    # `config check` was silent, and the command then said that --out is required.
    def test_the_place_of_a_set_may_come_from_environment_and_configuration(self):
        self.write_pictures(1, 16, 12)
        done = self.run_program("dataset", self.pictures, expect=USAGE)
        self.assertIn(b"--out is required", done.stderr)
        self.environment["ALBUMEN_DATASET_OUT"] = self.path("by-environment")
        self.run_program("dataset", self.pictures)
        self.assertIn("manifest.jsonl", os.listdir(self.path("by-environment")))
        del self.environment["ALBUMEN_DATASET_OUT"]
        config = self.path("config.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[dataset]\nout = '{self.path('by-file')}'\n")
        self.run_program("--config", config, "dataset", self.pictures)
        self.assertIn("manifest.jsonl", os.listdir(self.path("by-file")))

    # With a variable of the shell that is not set, another library was opened, an export went to
    # the terminal, and a set was made of the working directory or failed as if by its disk.
    def test_an_empty_path_is_refused_by_the_name_of_its_option(self):
        self.write_pictures(1, 16, 12)
        self.index()
        for option, arguments in (("--out", ("export", "--out", "")),
                                  ("--out", ("export", "--out=")),
                                  ("--out", ("people", "export", "--out", "")),
                                  ("--out", ("dataset", self.pictures, "--out", "")),
                                  ("--library", ("runs", "--library", ""))):
            command = [PROGRAM, *arguments]
            done = subprocess.run(command, capture_output=True, env=self.environment, timeout=250)
            self.assertEqual((done.returncode, done.stdout), (USAGE, b""), (command, done.stderr))
            self.assertIn(option.encode(), done.stderr)


if __name__ == "__main__":
    unittest.main()
