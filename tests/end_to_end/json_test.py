#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`--json`: every command answers in objects, one a line; and what `duplicates` finds."""

import json
import os
import re
import unittest

from albumen_program import ProgramTest, png

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "formats",
                    "json.md")


class Json(ProgramTest):
    def objects(self, *arguments, expect=0):
        done = self.run_program("--json", *arguments, expect=expect)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertTrue(all(isinstance(found, dict) for found in objects), objects)
        return objects

    # Half of them printed words.
    def test_every_command_answers_in_objects(self):
        self.write_pictures(2)
        self.index()
        self.assertEqual(self.objects("init", self.pictures)[0]["made"], True)
        self.assertEqual(self.objects("init", self.pictures)[0]["made"], False)
        self.assertEqual(self.objects("runs")[0]["done"], 2)
        rows = self.path("rows.jsonl")
        self.assertEqual(self.objects("export", "--out", rows), [{"rows": 2, "out": rows}])
        self.assertEqual(len(self.objects("export")), 2)
        self.assertEqual(self.objects("people", "list"), [])
        self.environment["ALBUMEN_THREADS"] = "3"
        options = self.objects("config", "show")
        self.assertIn("config_file", options[0])
        self.assertIn({"option": "threads", "value": "3", "from": "ALBUMEN_THREADS"}, options)
        self.assertIn({"option": "library", "value": None, "from": "default"}, options)
        for option, value in (("dataset.size", "1024"), ("index.min-face", "20"),
                              ("index.prune", "false"), ("index.exclude", None)):
            self.assertIn({"option": option, "value": value, "from": "default"}, options)
        self.environment["XDG_CACHE_HOME"] = self.path("empty")
        self.assertEqual(self.objects("models", "list"), [])
        (doctor,) = self.objects("doctor", expect=1)
        self.assertFalse(doctor["well"])
        self.assertFalse(any(model["well"] for model in doctor["models"]))
        self.assertEqual((doctor["library"]["well"], doctor["library"]["pictures"]), (True, 2))

    # It was described nowhere but for three fields, and one that there was not.
    def test_the_page_describes_every_field_of_the_summary_of_index(self):
        self.write_pictures(2)
        _, summary = self.index()
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
        section = text[text.index("## The summary of index"):text.index("## The summary of dataset")]
        rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
        stage = summary["stages"]["decode"]
        self.assertEqual(sorted(re.findall(r"`(\w+)`", " ".join(rows))),
                         sorted([*summary, *stage]))
        for name in (*summary["cpu_percent"], *summary["stages"]):
            self.assertIn(f"`{name}`", section)


class Duplicates(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("same.png", png(160, 120, 1))
        self.write("same again.png", png(160, 120, 1))
        self.write("large.png", png(320, 240, 2))
        self.write("small.png", png(160, 120, 2))
        self.write("alone.png", png(160, 120, 3))
        self.index()

    def test_in_words(self):
        lines = self.run_program("duplicates").stdout.decode().splitlines()
        self.assertEqual(len(lines), 5, lines)
        self.assertEqual(sorted(line.split()[0] for line in lines[:4] if line[0] != " "),
                         ["exact", "near"])
        self.assertTrue([line for line in lines if "keep" in line and "large.png" in line])
        self.assertTrue([line for line in lines if "small.png" in line and "bits apart" in line])
        self.assertEqual(lines[4], "2 groups, 2 files beside their keepers; nothing was changed")
        self.assertEqual(len(os.listdir(self.pictures)), 5)

    def test_in_json(self):
        done = self.run_program("--json", "duplicates")
        *groups, last = map(json.loads, done.stdout.splitlines())
        self.assertEqual(last, {"summary": {"groups": 2, "duplicates": 2, "not_found": 0,
                                            "changed": 0}})
        found = {group["kind"]: group for group in groups}
        near = found["near"]
        self.assertTrue(near["keeper"]["path"].endswith("large.png"))
        self.assertEqual((near["keeper"]["width"], near["keeper"]["height"]), (320, 240))
        (member,) = near["members"]
        self.assertTrue(member["path"].endswith("small.png"))
        self.assertEqual(member["turn"], "upright")
        self.assertLessEqual(member["phash_distance"], 6)
        exact = found["exact"]
        self.assertEqual(exact["keeper"]["id"], exact["members"][0]["id"])
        self.assertNotIn("turn", exact["members"][0])

    # Once the folder had another name, every keeper was a file that was not there any more, and the
    # only copy beside it was called the duplicate.
    def test_after_a_folder_was_moved_nothing_is_kept_that_is_not_there(self):
        moved = self.path("moved")
        os.rename(self.pictures, moved)
        self.run_program("index", *self.LIGHT, moved)
        done = self.run_program("--json", "duplicates")
        *groups, last = map(json.loads, done.stdout.splitlines())
        for group in groups:
            for file in (group["keeper"], *group["members"]):
                self.assertTrue(os.path.exists(file["path"]), file)
        self.assertEqual(last, {"summary": {"groups": 2, "duplicates": 2, "not_found": 5,
                                            "changed": 0}})
        self.assertIn(b"left out: 5 files that the library knows and that are not there",
                      self.run_program("duplicates").stderr)

    def test_a_mistyped_source_is_named(self):
        done = self.run_program("duplicates", self.path("picture"), expect=3)
        self.assertIn(b"picture: the library has no picture at or below it", done.stderr)


if __name__ == "__main__":
    unittest.main()
