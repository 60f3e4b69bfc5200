# SPDX-License-Identifier: Apache-2.0
"""From photographs to people, through the real models, and what a human says about them."""

import contextlib
import csv
import fcntl
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

from albumen_program import SLOW, ProgramTest

SAMPLES = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                       "albumen", "samples", "face_recognition")
PHOTOGRAPHS = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"]


class People(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in PHOTOGRAPHS:
            path = os.path.join(SAMPLES, name)
            self.assertTrue(os.path.exists(path), f"{path} is missing: ./run setup fetches it")
            shutil.copy(path, self.pictures)
        self.run_program("index", "--least-faces", "1", self.pictures)

    def rows(self):
        return {os.path.basename(row["path"]): row
                for row in map(json.loads, self.export().splitlines())}

    def main_face(self, name):
        return max(self.rows()[name]["faces"], key=lambda face: face["box"][2] * face["box"][3])

    def person_of(self, name):
        return self.main_face(name)["person"]

    def people(self):
        done = self.run_program("--json", "people", "list")
        return {line["person"]: line for line in map(json.loads, done.stdout.splitlines())}

    def remove_library(self):
        for name in ("", "-wal", "-shm"):
            if os.path.exists(self.library + name):
                os.remove(self.library + name)

    def edit(self, *arguments, expect=0):
        return self.run_program("people", *arguments, expect=expect)

    def test_a_library_that_is_well_is_said_to_be(self):
        said = self.run_program("doctor").stdout.decode()
        self.assertIn("intact", said)
        self.assertIn("4 pictures", said)
        self.assertEqual(said.count("installed, unaltered"), 2)
        lines = self.run_program("--json", "doctor").stdout.splitlines()
        self.assertEqual(len(lines), 1)
        doctor = json.loads(lines[0])
        self.assertTrue(doctor["well"] and doctor["library"]["well"] and doctor["inference"]["well"])
        self.assertTrue(all(model["well"] for model in doctor["models"]))
        self.assertEqual(doctor["library"]["pictures"], 4)

    def test_progress_tells_how_many_faces_are_grouped(self):
        lines = self.run_program("--json", "index", self.pictures).stdout.splitlines()
        last = [json.loads(line) for line in lines][-2]["progress"]
        self.assertEqual(last["stage"], "grouping")
        self.assertEqual(last["stages"]["grouping"]["faces"],
                         sum(len(row["faces"]) for row in self.rows().values()))

    def test_regrouping_tells_programs_its_counts(self):
        done = self.run_program("--json", "people", "regroup", "--least-faces", "1")
        counts = json.loads(done.stdout)
        self.assertEqual(counts["people"], len(self.people()))
        self.assertEqual(counts["tentative"], 0)

    # Scripts took "" for a name.
    def test_whoever_has_no_name_has_null(self):
        self.assertEqual({person["name"] for person in self.people().values()}, {None})
        shown = self.run_program("--json", "people", "show", self.person_of("biden.jpg"))
        self.assertIsNone(json.loads(shown.stdout)["name"])

    def test_the_same_person_is_found_and_others_are_not(self):
        obama = self.person_of("obama.jpg")
        self.assertEqual(self.person_of("obama2.jpg"), obama)
        self.assertEqual(self.person_of("obama3.jpg"), obama)
        self.assertNotEqual(self.person_of("biden.jpg"), obama)

    def test_the_summary_counts_faces_and_people(self):
        done = self.run_program("--json", "index", "--least-faces", "1", "--rehash", self.pictures)
        summary = json.loads(done.stdout.splitlines()[-1])["summary"]
        faces = sum(len(row["faces"]) for row in self.rows().values())
        self.assertEqual((summary["done"], summary["faces"]), (len(PHOTOGRAPHS), faces))
        self.assertEqual(summary["people"], len(self.people()))
        self.assertGreaterEqual(summary["grouped_faces"], summary["people"])
        self.assertEqual(summary["stages"]["group"]["count"], 1)

    # What nets took was lost where workers share them: they were gone before it was added up.
    def test_the_processor_time_of_nets_grouping_and_writing_is_in_the_summary(self):
        def summary(threads):
            done = self.run_program("--json", "index", "--threads", threads, "--rehash",
                                    self.pictures)
            return json.loads(done.stdout.splitlines()[-1])["summary"]

        alone, shared = ([summary(threads) for _ in range(2)][1] for threads in ("1", "2"))
        for run in (alone, shared):
            cpu_us = {name: stage["cpu_us"] for name, stage in run["stages"].items()}
            for name in ("analyze", "group", "write"):
                self.assertGreater(cpu_us[name], 0, name)
            # The whole is rounded to hundredths of a second.
            self.assertLessEqual(sum(cpu_us.values()), 1.1e6 * (run["cpu_seconds"] + 0.01))
        # The same work: with one worker on its own thread, with two on threads of the nets. The
        # second runs find their nets compiled.
        analyze = [run["stages"]["analyze"]["cpu_us"] for run in (alone, shared)]
        self.assertGreater(analyze[1], analyze[0] / 2)

    def test_the_words_say_how_many_faces_were_too_small_to_compare(self):
        # Nothing told why there were fewer than the pictures show.
        small = self.path("small")
        self.run_program("dataset", self.pictures, "--out", small, "--size", "100")
        index = ("index", "--least-faces", "1", self.pictures, small)
        words = self.run_program(*index).stdout.decode()
        done = self.run_program("--json", *index)
        grouped = json.loads(done.stdout.splitlines()[-1])["summary"]["grouped_faces"]
        found = sum(len(row["faces"]) for row in self.rows().values())
        self.assertGreater(found, grouped + 1)
        origin = f" from {grouped} faces ({found - grouped} more cannot be compared)\n"
        self.assertIn(origin, words)
        self.assertIn(origin, self.run_program(*index).stdout.decode())  # nothing was found anew
        self.assertIn(origin, self.edit("regroup").stdout.decode())

    def test_who_is_tentative_is_said_by_the_number_in_force(self):
        # It was "seen once or twice", whatever --least-faces was.
        for least, words in (("2", "seen once"), ("3", "seen once or twice"),
                             ("4", "seen fewer than 4 times")):
            index = self.run_program("index", "--least-faces", least, self.pictures)
            self.assertRegex(index.stdout.decode(), rf"people .*, \d more people {words}\n")
            listed = self.edit("list").stdout.decode()
            self.assertRegex(listed, rf"and \d {words}; --tentative shows them\n")
            self.assertRegex(self.edit("regroup").stdout.decode(), rf", \d more people {words}\n")
        regrouped = self.edit("regroup", "--least-faces", "2").stdout.decode()
        self.assertTrue(regrouped.endswith(" more people seen once\n"), regrouped)
        with contextlib.closing(sqlite3.connect(self.library)) as database, database:
            database.execute("DELETE FROM grouping")
        self.assertIn(b" seen fewer times than a person needs; --tentative", self.edit("list").stdout)

    def test_boxes_and_landmarks_lie_in_the_picture(self):
        for row in self.rows().values():
            for face in row["faces"]:
                x, y, width, height = face["box"]
                self.assertGreater(width, 0)
                self.assertLess(x + width, row["width"] * 1.1)
                self.assertLess(y + height, row["height"] * 1.1)
                self.assertEqual(len(face["landmarks"]), 5)

    def test_names_merges_splits_and_undo_survive_regrouping(self):
        obama, biden = self.person_of("obama.jpg"), self.person_of("biden.jpg")
        self.edit("name", obama, "Barack Obama")
        self.edit("merge", obama, biden)
        self.assertEqual(self.person_of("biden.jpg"), self.person_of("obama.jpg"))
        self.edit("regroup")
        self.assertEqual(self.person_of("biden.jpg"), self.person_of("obama.jpg"))
        self.edit("undo", "2")
        self.assertNotEqual(self.person_of("biden.jpg"), self.person_of("obama.jpg"))
        face = self.main_face("obama3.jpg")["id"]
        self.edit("split", face[:10] + face[face.index("#"):])
        self.assertNotEqual(self.person_of("obama3.jpg"), self.person_of("obama.jpg"))
        self.edit("undo", "4")
        self.assertEqual(self.person_of("obama3.jpg"), self.person_of("obama.jpg"))
        self.assertEqual(self.main_face("obama.jpg")["person_name"], "Barack Obama")

    def test_edits_are_listed_and_the_last_one_is_undone_without_its_number(self):
        # After the terminal had scrolled away, only SQL told an edit's number.
        self.assertIn(b"nothing was said", self.edit("edits").stdout)
        obama, biden = self.person_of("obama.jpg"), self.person_of("biden.jpg")
        self.edit("name", obama, "Barack Obama")
        self.edit("merge", obama, biden)
        undone = self.edit("undo").stdout.decode()
        self.assertRegex(undone, r"edit 2 taken back: merge .* with [0-9a-f]+#[0-9]+")
        lines = self.edit("edits").stdout.decode().splitlines()
        self.assertRegex(lines[0], rf'^ +1  [-0-9]+ [:0-9]+  name "Barack Obama" for .*'
                                   rf"; now Barack Obama \({obama}\)$")
        self.assertTrue(lines[1].endswith("[undone by edit 3]"), lines[1])
        self.assertIn("undo edit 2", lines[2])
        records = [json.loads(line) for line in
                   self.run_program("--json", "people", "edits").stdout.splitlines()]
        self.assertEqual([record["state"] for record in records], ["stands", "undone", "stands"])
        self.assertEqual(records[0]["left_people"], [obama])
        self.edit("undo", "0", expect=2)
        self.edit("undo")
        self.assertIn(b"no edit stands", self.edit("undo", expect=3).stderr)

    def test_an_edit_groups_as_index_did(self):
        # Every edit took the distance of the model's card, whatever index had been told.
        strict = ("index", "--least-faces", "1", "--same-distance", "0.002", self.pictures)
        self.run_program(*strict)
        before = self.people()
        biden = self.person_of("biden.jpg")
        self.assertNotEqual(self.person_of("obama.jpg"), self.person_of("obama2.jpg"))
        self.edit("name", biden, "Joe Biden")
        self.assertEqual(self.people(), {**before, biden: {**before[biden], "name": "Joe Biden"}})
        self.run_program(*strict)
        self.assertEqual(self.people()[biden]["name"], "Joe Biden")
        self.edit("regroup", "--same-distance", "0")
        self.assertEqual(self.person_of("obama.jpg"), self.person_of("obama2.jpg"))

    def test_a_method_that_a_merge_forbids_is_refused_before_anything_is_read(self):
        self.edit("merge", self.person_of("obama.jpg"), self.person_of("biden.jpg"))
        shutil.copy(os.path.join(self.pictures, "biden.jpg"), os.path.join(self.pictures, "new.jpg"))
        refused = self.run_program("index", "--method", "dbscan", self.pictures, expect=2)
        self.assertIn(b"DBSCAN knows no merges", refused.stderr)
        self.assertNotIn("new.jpg", self.rows())

    def test_keep_apart_holds_against_the_vectors(self):
        one, two = self.main_face("obama.jpg")["id"], self.main_face("obama2.jpg")["id"]
        self.edit("keep-apart", one, two)
        self.assertNotEqual(self.person_of("obama.jpg"), self.person_of("obama2.jpg"))

    def test_a_split_may_name_whom_the_faces_leave(self):
        # "split PERSON FACE" made one person of them where the face was somebody else's, and else
        # was refused with words about nobody left behind.
        obama, biden = self.person_of("obama.jpg"), self.person_of("biden.jpg")
        face = self.main_face("obama3.jpg")["id"]
        before = self.people()
        for words, why in (((obama,), b"needs the faces that leave"),
                           ((obama, biden, face), b"one person at most"),
                           ((biden, face), b"is not a face of the person it is to leave")):
            self.assertIn(why, self.edit("split", *words, expect=2).stderr)
        self.edit("split", face, "Somebody", expect=3)
        self.assertEqual(self.people(), before)
        self.assertIn(b"nothing was said", self.edit("edits").stdout)
        self.edit("split", obama, face)
        self.edit("merge", biden, face)
        self.assertEqual(self.person_of("obama3.jpg"), biden)
        self.assertEqual(self.person_of("biden.jpg"), biden)
        self.assertEqual(self.person_of("obama2.jpg"), obama)

    def test_an_edit_waits_for_another_writer(self):
        # Only index could: whoever named people while a run went on was turned away.
        obama, biden = self.person_of("obama.jpg"), self.person_of("biden.jpg")
        wait = 0.3
        with open(self.library + ".lock", "r+", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for edit in (("name", biden, "Joe"), ("merge", obama, biden),
                         ("split", self.main_face("obama3.jpg")["id"]),
                         ("keep-apart", obama, biden), ("undo",), ("regroup",)):
                self.assertIn(b"in use by", self.edit(*edit, expect=5).stderr)
                began = time.monotonic()
                self.edit(*edit, "--wait", str(wait), expect=5)
                self.assertGreaterEqual(time.monotonic() - began, wait)
            process = subprocess.Popen(self.command("people", "name", biden, "Joe", "--wait", "200"),
                                       env=self.environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE)
            self.addCleanup(process.kill)
            time.sleep(wait)
            self.assertIsNone(process.poll())
        _, said = process.communicate(timeout=250)
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(self.people()[biden]["name"], "Joe")

    def test_wrong_words_are_answered(self):
        self.assertIn(b"no person", self.edit("name", "p-000000", "X", expect=3).stderr)
        for name, why in (("  ", b"blank"), ("p-1234", b"id of a person")):
            self.assertIn(why, self.edit("name", self.person_of("obama.jpg"), name,
                                         expect=2).stderr)
        self.assertIn(b"no face id", self.edit("split", "abc#x", expect=2).stderr)
        self.assertEqual(self.edit("undo", "99", expect=None).returncode, 3)
        refused = self.edit("regroup", "--method", "dbscan", "--eps", "0.9", expect=2)
        self.assertIn(b"eps", refused.stderr)

    def test_dbscan_finds_the_same_people_here(self):
        self.edit("regroup", "--method", "dbscan", "--eps", "0.33", "--min-samples", "1")
        self.assertEqual(self.person_of("obama2.jpg"), self.person_of("obama.jpg"))

    def test_one_folder_per_person_with_a_contact_sheet(self):
        self.edit("name", self.person_of("obama.jpg"), "Barack / Obama")
        out = self.path("out")
        for placement in ("copy", "symlink", "hardlink"):
            self.edit("export", "--out", out, "--as", placement)
            folder = os.path.join(out, "Barack _ Obama")
            self.assertTrue({"contact-sheet.png", "obama.jpg", "obama2.jpg", "obama3.jpg"} <=
                            set(os.listdir(folder)), os.listdir(folder))
            with open(os.path.join(folder, "obama.jpg"), "rb") as copy, \
                    open(os.path.join(self.pictures, "obama.jpg"), "rb") as original:
                self.assertEqual(copy.read(), original.read())
        refused = self.edit("export", "--out", self.folder, expect=2)
        self.assertIn(b"another folder", refused.stderr)
        # Named itself, the folder was indexed, with its contact sheet as a photograph.
        done = self.run_program("index", folder, expect=3)
        self.assertIn(b"1 written by albumen people export", done.stdout)
        made = self.path("set")
        self.run_program("dataset", folder, "--out", made)
        pictures = {name.split(".")[0] for name in os.listdir(made) if name.endswith(".png")}
        self.assertEqual(pictures, {"obama", "obama2", "obama3"})

    def test_an_export_again_takes_away_what_a_split_took_out(self):
        # The stranger's picture stayed in the folder until somebody removed all of it.
        self.edit("name", self.person_of("obama.jpg"), "Obama")
        out, face = self.path("again"), self.main_face("obama3.jpg")["id"]
        self.edit("export", "--out", out)
        self.edit("split", face)
        done = self.run_program("--json", "people", "export", "--out", out)
        counts = json.loads(done.stdout)
        self.assertEqual((counts["removed"], counts["spared"], counts["failed"], counts["out"]),
                         (1, 0, 0, out))
        names = set(os.listdir(os.path.join(out, "Obama")))
        self.assertNotIn("obama3.jpg", names)
        self.assertTrue({"obama.jpg", "obama2.jpg"} <= names)
        self.assertEqual((counts["copied"], counts["sheets_kept"]), (0, 0))
        self.edit("undo")
        shutil.copy(os.path.join(self.pictures, "biden.jpg"), os.path.join(out, "Obama", "own.jpg"))
        self.edit("export", "--out", out)
        self.assertTrue({"obama3.jpg", "own.jpg"} <= set(os.listdir(os.path.join(out, "Obama"))))

    def test_a_grouping_that_fails_is_logged_and_the_rest_told(self):
        # The run was left as a running one for ever, and what it had done was not said.
        with contextlib.closing(sqlite3.connect(self.library)) as database, database:
            database.execute("UPDATE people SET tentative = 5")
        done = self.run_program("index", "--least-faces", "1", self.pictures, expect=4)
        self.assertIn(b"people.tentative", done.stderr)
        self.assertIn(b"4 unchanged", done.stdout)
        runs = self.run_program("--json", "runs").stdout.splitlines()
        self.assertEqual(json.loads(runs[0])["outcome"], "failed")

    def test_what_lies_beside_the_models_is_no_model(self):
        # The folder of compiled nets was one that would not open.
        done = self.run_program("--json", "models", "list")
        names = {json.loads(line)["name"] for line in done.stdout.splitlines()}
        self.assertIn("mtcnn", names)
        self.assertNotIn("compiled", names)

    # A killed run may leave faces without people, or people of a part of the faces.
    def test_people_survive_kills(self):
        index = ("index", "--least-faces", "1", self.pictures)
        expected = self.export()
        self.assertTrue(self.people())
        self.remove_library()
        started = time.monotonic()
        self.run_program(*index)
        duration = time.monotonic() - started
        rng = random.Random(21)
        for number in range(4 if SLOW else 8):
            if number % 4 == 0:
                self.remove_library()
            process = subprocess.Popen(self.command(*index), env=self.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.1, 1.0) * duration)
            process.kill()
            process.wait()
            if os.path.exists(self.library):
                self.assertEqual(self.integrity(), "ok")
        self.run_program(*index)
        self.assertEqual(self.export(), expected)

    def test_csv_names_the_people(self):
        self.edit("name", self.person_of("biden.jpg"), "Joe, \"the\" Biden")
        text = self.run_program("export", "--format", "csv").stdout.decode()
        rows = {os.path.basename(row["path"]): row for row in csv.DictReader(io.StringIO(text))}
        self.assertTrue(any("Joe, \"the\" Biden" in value for value in rows["biden.jpg"].values()))

    def test_a_model_that_was_altered_is_not_used(self):
        cache = self.path("cache")
        self.environment["XDG_CACHE_HOME"] = cache
        self.environment["ALBUMEN_PACKAGES"] = os.path.join(os.path.dirname(os.path.dirname(SAMPLES)),
                                                            "packages")
        self.run_program("models", "install")
        self.run_program("models", "verify")
        net = os.path.join(cache, "albumen", "models", "mtcnn", "onet.bin")
        with open(net, "r+b") as file:
            file.seek(100)
            file.write(b"\x5a\x5a")
        done = self.run_program("index", self.pictures, expect=5)
        self.assertIn(b"onet.bin", done.stderr)
        self.assertEqual(self.run_program("models", "verify", expect=1).returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
