# SPDX-License-Identifier: Apache-2.0
"""What a user sees of `albumen index`: nothing done twice, nothing lost, one bad file costs one."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

from albumen_program import (PROGRAM, SLOW, ProgramTest, give_up_reading_everything, png, png_of)


class RunsAgain(ProgramTest):
    def test_a_second_run_does_nothing(self):
        self.write_pictures(5)
        events, summary = self.index()
        self.assertEqual(summary["done"], 5)
        events, summary = self.index()
        self.assertEqual((summary["done"], summary["unchanged"], events), (0, 5, {}))

    def test_only_what_changed_is_done_again(self):
        self.write_pictures(3)
        self.index()
        self.write("p0001.png", png(100, 90, 77))
        events, summary = self.index()
        self.assertEqual(list(events), ["p0001.png"])
        self.assertEqual(summary["unchanged"], 2)

    def test_a_moved_file_and_a_copy_are_known_by_their_bytes(self):
        self.write_pictures(2)
        self.index()
        os.rename(os.path.join(self.pictures, "p0000.png"),
                  os.path.join(self.pictures, "moved.png"))
        shutil.copy(os.path.join(self.pictures, "p0001.png"),
                    os.path.join(self.pictures, "copy.png"))
        _, summary = self.index()
        self.assertEqual((summary["done"], summary["copies"]), (2, 2))
        names = [os.path.basename(json.loads(line)["path"]) for line in self.export().splitlines()]
        self.assertEqual(names, ["copy.png", "moved.png", "p0001.png"])

    def test_a_vanished_file_leaves_the_export_and_comes_back(self):
        self.write_pictures(2)
        self.index()
        path = os.path.join(self.pictures, "p0000.png")
        with open(path, "rb") as file:
            content = file.read()
        os.remove(path)
        _, summary = self.index()
        self.assertEqual(summary["vanished"], 1)
        self.assertEqual(len(self.export().splitlines()), 1)
        self.write("p0000.png", content)
        _, summary = self.index()
        self.assertEqual(len(self.export().splitlines()), 2)

    def test_the_export_does_not_depend_on_threads_or_order(self):
        self.write_pictures(8)
        self.index()
        first = self.export()
        for threads in ("1", "3"):
            os.remove(self.library)
            self.index("--threads", threads)
            self.assertEqual(self.export(), first)


class BadInput(ProgramTest):
    def expect_failure(self, name, content, code):
        self.write(name, content)
        events, _ = self.index(expect=None)
        self.assertEqual(events[name]["outcome"], "failed", events[name])
        self.assertEqual(events[name]["code"], code, events[name])
        self.assertTrue(events[name]["reason"])

    def test_every_bad_file_is_a_row_with_a_reason_and_the_rest_goes_on(self):
        good = png(64, 48, 1)
        self.write("good.png", good)
        self.write("empty.jpg", b"")
        self.write("cut.png", good[:len(good) // 2])
        self.write("text.jpg", b"This is a text, whatever its name says.\n" * 20)
        self.write("heic.jpg", b"\0\0\0\x18ftypheic" + bytes(100))
        os.mkdir(os.path.join(self.pictures, "folder.jpg"))
        os.mkfifo(os.path.join(self.pictures, "fifo.jpg"))
        os.symlink("loop.jpg", os.path.join(self.pictures, "loop.jpg"))
        self.write(b"caf\xe9.png", png(64, 48, 2))
        events, summary = self.index(expect=1)
        self.assertEqual(summary["done"], 2)
        failed = {name: event["code"] for name, event in events.items()
                  if event["outcome"] == "failed"}
        self.assertEqual(failed.pop("empty.jpg"), "Truncated")
        self.assertEqual(failed.pop("cut.png"), "Truncated")
        # With albumen-longtail it is looked into.
        # By whether libvips is installed, and whether the budget has room for its process.
        self.assertIn(failed.pop("heic.jpg"), ("Unsupported", "Corrupt", "BudgetExceeded"))
        self.assertEqual(failed.pop("fifo.jpg"), "Unsupported")
        self.assertIn(failed.pop("loop.jpg"), ("Io", "NotFound"))
        self.assertEqual(failed, {})
        self.assertEqual(events["text.jpg"]["outcome"], "skipped")
        self.assertEqual(events["caf%e9.png"]["outcome"], "done")

    def test_what_failed_before_is_counted_apart_and_the_run_is_no_success(self):
        self.write("good.png", png(64, 48, 1))
        self.write("cut.png", png(64, 48, 2)[:200])
        _, summary = self.index(expect=1)
        self.assertEqual((summary["failed"], summary["failed_before"]), ({"Truncated": 1}, 0))
        events, summary = self.index(expect=1)
        self.assertEqual(events, {})
        self.assertEqual((summary["unchanged"], summary["failed"], summary["failed_before"]),
                         (1, {}, 1))
        done = self.run_program("index", *self.LIGHT, self.pictures, expect=1)
        self.assertIn(b"1 before, not tried again because unchanged; --rehash or a new", done.stdout)
        run = json.loads(self.run_program("--json", "runs").stdout.splitlines()[0])
        self.assertEqual((run["failed"], run["failed_before"]), (0, 1))
        events, summary = self.index("--rehash", expect=1)
        self.assertEqual(events["cut.png"]["outcome"], "failed")
        self.assertEqual(summary["failed_before"], 0)
        os.remove(os.path.join(self.pictures, "good.png"))
        self.index(expect=3)  # nothing usable, as on the first run

    # `--keep-truncated` promised a warning and gave none: nothing told a part from a whole picture.
    def test_a_picture_kept_in_part_is_named_counted_and_refused_again(self):
        self.write("good.png", png(64, 48, 1))
        rng = random.Random(12)
        whole = png_of(120, 160, [rng.randbytes(360) for _ in range(160)])
        self.write("cut.png", whole[:len(whole) * 7 // 10])
        self.index(expect=1)
        done = self.run_program("index", *self.LIGHT, "--keep-truncated", "50", self.pictures)
        self.assertRegex(done.stderr, rb"cut\.png: damaged, kept with the 5\d % that are there\n")
        self.assertNotIn(b"good.png", done.stderr)
        self.assertIn(b"partial   1 of those", done.stdout)
        complete = {os.path.basename(row["path"]): row["complete"]
                    for row in map(json.loads, self.export().splitlines())}
        self.assertEqual(complete["good.png"], 1)
        self.assertTrue(0.5 < complete["cut.png"] < 0.6, complete)
        events, summary = self.index("--keep-truncated", "50", "--rehash")
        self.assertEqual(summary["partial"], 1)
        self.assertTrue(0.5 <= events["cut.png"]["complete"] < 0.6, events)
        self.assertNotIn("complete", events["good.png"])
        events, summary = self.index(expect=1)
        self.assertEqual((events["cut.png"]["code"], summary["partial"]), ("Truncated", 0))

    def test_a_header_that_claims_the_world_costs_no_memory(self):
        huge = bytearray(png(64, 48, 1))
        huge[16:24] = (65500).to_bytes(4, "big") * 2
        self.write("huge.png", bytes(huge))
        events, _ = self.index("--memory-budget", "32MiB", expect=3)
        self.assertEqual(events["huge.png"]["outcome"], "failed")

    # `-v` was offered to every command and read by `dataset --dry-run` alone.
    def test_every_file_is_told_of_where_that_is_asked_for(self):
        self.write_pictures(1)
        self.write("cut.png", png(64, 48, 2)[:200])
        self.write("text.txt", b"no picture")
        index = ("index", *self.LIGHT, "--rehash", self.pictures)
        usual = self.run_program(*index, expect=1).stdout.decode()
        told = self.run_program(*index, "-v", expect=1).stdout.decode()
        for words in ("p0000.png: done\n", "cut.png: Truncated: ", "text.txt: skipped: no picture\n"):
            self.assertIn(os.path.join(self.pictures, words), told)
            self.assertNotIn(words, usual)
        self.assertEqual(self.run_program(*index, "-v", "-q", expect=1).stdout, b"")

    def test_an_unreadable_file_is_named(self):
        path = self.write("secret.png", png(64, 48, 1))
        self.write("open.png", png(64, 48, 2))
        os.chmod(path, 0)
        done = self.run_program("--json", "index", *self.LIGHT, self.pictures, expect=1,
                                preexec_fn=give_up_reading_everything)
        failed = [json.loads(line) for line in done.stdout.splitlines()
                  if b'"failed"' in line and b"secret" in line]
        self.assertEqual(failed[0]["code"], "Io")

    def test_nothing_usable_has_its_own_exit_code(self):
        self.index(expect=3)
        done = self.run_program("index", self.path("nowhere"), expect=3)
        self.assertIn(b"nowhere", done.stdout + done.stderr)

    def test_the_smallest_budget_is_enough_for_large_pictures(self):
        self.write("large.png", png(1500, 1100, 5) if not SLOW else png(400, 300, 5))
        self.index("--memory-budget", "32MiB", "--threads", "8")

    def test_wrong_settings_say_what_is_wrong(self):
        done = self.run_program("--memory-budget", "1MiB", "index", self.pictures, expect=2)
        self.assertIn(b"smallest", done.stderr)
        done = self.run_program("--no-such-flag", expect=2)
        self.assertIn(b"no-such-flag", done.stderr)


class Interrupted(ProgramTest):
    # Large enough that a run is still going when it is hit.
    COUNT = 40 if SLOW else 120

    def start(self):
        return subprocess.Popen(self.command("index", *self.LIGHT, self.pictures),
                                env=self.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)

    # The run may have ended before the signal came, and then nothing was looked at.
    def test_control_c_keeps_what_is_done_and_says_how_to_go_on(self):
        count = 400
        self.write_pictures(count, 16, 12)
        lines, said = self.interrupt_held("index", *self.LIGHT, self.pictures)
        self.assertIn(b"again", said)
        summary = json.loads(lines[-1])["summary"]
        self.assertTrue(summary["interrupted"])
        self.assertGreater(summary["done"], 0)
        self.assertLess(summary["done"], count)
        _, again = self.index()
        self.assertEqual((again["unchanged"], again["done"]),
                         (summary["done"], count - summary["done"]))

    def test_kill_at_twenty_moments_loses_nothing(self):
        self.write_pictures(self.COUNT, 200, 150)
        self.index()
        expected = self.export()
        os.remove(self.library)
        rng = random.Random(20)
        for _ in range(20):
            process = self.start()
            time.sleep(rng.uniform(0.0, 0.25))
            process.kill()
            process.communicate()
            if os.path.exists(self.library):
                self.assertEqual(self.integrity(), "ok")
            if rng.random() < 0.3:
                for name in ("", "-wal", "-shm"):
                    if os.path.exists(self.library + name):
                        os.remove(self.library + name)
        self.index()
        self.assertEqual(self.export(), expected)
        self.assertEqual(self.integrity(), "ok")


class BadLibraries(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_pictures(1)

    def expect_refusal(self, words, code=4):
        done = self.run_program("index", *self.LIGHT, self.pictures, expect=code)
        self.assertIn(words, done.stderr)

    def test_a_damaged_library_is_named(self):
        with open(self.library, "wb") as file:
            file.write(b"no database" * 1000)
        self.expect_refusal(b"library.db")

    def test_a_library_of_a_newer_albumen_is_left_alone(self):
        self.index()
        database = sqlite3.connect(self.library)
        database.execute("PRAGMA user_version = 9999")
        database.close()
        with open(self.library, "rb") as file:
            before = file.read()
        self.expect_refusal(b"newer", code=3)
        with open(self.library, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_second_writer_is_told_who_is_first(self):
        self.write_pictures(60, 400, 300)
        first = subprocess.Popen(self.command("index", *self.LIGHT, self.pictures),
                                 env=self.environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not os.path.exists(self.library) and time.monotonic() < deadline:
            time.sleep(0.005)
        second = self.run_program("index", *self.LIGHT, self.pictures, expect=None)
        still_running = first.poll() is None
        first.kill()
        first.wait()
        if still_running:
            self.assertEqual(second.returncode, 5, second.stderr)
            self.assertIn(b"in use by", second.stderr)


class Sources(ProgramTest):
    def test_a_list_on_standard_input_and_an_archive(self):
        import zipfile
        self.write_pictures(3)
        archive = self.path("set.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a/one.png", png(80, 60, 101))
            file.writestr("two.png", png(80, 60, 102))
        listed = b"\0".join(os.fsencode(os.path.join(self.pictures, name))
                            for name in sorted(os.listdir(self.pictures))[:2]) + b"\0"
        self.run_program("index", *self.LIGHT, archive, "--files-from", "-", input=listed)
        names = [json.loads(line)["path"] for line in self.export().splitlines()]
        self.assertEqual(len(names), 4)
        self.assertTrue(any("set.zip" in name for name in names))

    # A disk that was not mounted cost the whole index.
    def test_nothing_is_pruned_while_a_source_is_out_of_reach(self):
        self.write_pictures(2)
        self.index()
        away = self.path("away")
        os.rename(self.pictures, away)
        _, summary = self.index("--prune", expect=3)
        self.assertEqual((summary["failed_sources"], summary["emptied_sources"],
                          summary["vanished"], summary["pruned"]), (1, [], 0, False))
        os.mkdir(self.pictures)
        _, summary = self.index("--prune", expect=3)
        self.assertEqual((summary["failed_sources"], summary["emptied_sources"],
                          summary["vanished"], summary["pruned"]), (0, [self.pictures], 0, False))
        done = self.run_program("index", *self.LIGHT, self.pictures, "--prune", expect=3)
        self.assertIn(b"its disk may be away", done.stderr)
        self.assertIn(b"nothing was pruned", done.stderr)
        os.rmdir(self.pictures)
        os.rename(away, self.pictures)
        os.remove(os.path.join(self.pictures, "p0000.png"))
        _, summary = self.index("--prune")
        self.assertEqual((summary["unchanged"], summary["vanished"], summary["pruned"]),
                         (1, 1, True))

    def test_excluded_files_are_left_out(self):
        self.write_pictures(3)
        _, summary = self.index("--exclude", "p0001*")
        self.assertEqual(summary["done"], 2)


class Summary(ProgramTest):
    # Scripts live on these fields, and no test read most of them.
    def test_it_says_what_became_of_the_files_and_what_it_cost(self):
        self.write_pictures(6, 300, 200)
        self.write("cut.png", png(64, 48, 7)[:300])
        self.write("text.txt", b"no picture")
        _, summary = self.index(expect=1)
        self.assertEqual({key: summary[key] for key in ("listed", "done", "copies", "partial",
                                                        "unchanged", "vanished", "failed_before")},
                         {"listed": 8, "done": 6, "copies": 0, "partial": 0, "unchanged": 0,
                          "vanished": 0, "failed_before": 0})
        self.assertEqual(summary["failed"], {"Truncated": 1})
        self.assertEqual(summary["skipped"], {"no picture": 1})
        self.assertEqual((summary["faces"], summary["people"], summary["interrupted"]),
                         (0, 0, False))
        wall = summary["wall_seconds"]
        self.assertGreater(wall, 0)
        # Both figures are rounded to two decimals.
        self.assertAlmostEqual(summary["images_per_second"] * wall, 6,
                               delta=6 * 0.01 / wall + wall * 0.01)
        self.assertGreater(summary["cpu_seconds"], 0)
        self.assertLessEqual(summary["cpu_seconds"], (wall + 0.01) * os.cpu_count())
        for who in ("process", "machine"):
            average = summary["cpu_percent"][f"{who}_average"]
            peak = summary["cpu_percent"][f"{who}_peak"]
            if average is not None:  # a machine that does not tell
                self.assertTrue(0 <= average <= 101, summary)
                self.assertTrue(peak is None or 0 <= peak <= 101, summary)
        self.assertGreater(summary["peak_resident_bytes"], 1 << 20)
        self.assertTrue(0 < summary["peak_reserved_bytes"] <= summary["memory_budget_bytes"])
        stages = summary["stages"]
        self.assertEqual([stages[name]["count"] for name in ("list", "decode", "analyze", "group")],
                         [1, 7, 6, 0])
        self.assertAlmostEqual(sum(stage["share_percent"] for stage in stages.values()), 100,
                               delta=0.005 * len(stages) + 0.001)
        for stage in stages.values():
            self.assertLessEqual(stage["p50_us"], stage["p95_us"])
            self.assertLessEqual(stage["peak_bytes"], summary["peak_reserved_bytes"])


class Start(ProgramTest):
    def test_version_and_help_work_without_anything(self):
        self.assertRegex(self.run_program("--version").stdout, rb"^albumen \d+\.\d+\.\d+")
        for command in ("index", "people", "export", "duplicates", "runs", "models", "doctor"):
            self.assertIn(b"--help", self.run_program(command, "--help").stdout)

    def test_runs_are_kept_with_their_stages(self):
        self.write_pictures(2)
        self.index()
        run = json.loads(self.run_program("--json", "runs").stdout.splitlines()[0])
        self.assertEqual(run["outcome"], "finished")
        self.assertEqual({stage["stage"]: stage["count"] for stage in run["stages"]}["decode"], 2)


if __name__ == "__main__":
    print(f"program under test: {os.path.basename(PROGRAM)}")
    unittest.main(verbosity=2)
