#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that cannot be read, are none, or change meanwhile, as sources of a training set."""

import os
import socket
import stat
import subprocess
import sys
import unittest

from hostile_set import HostileSet, give_up_reading_everything, good_png

# Writes two pictures by turns into each of the files, until its standard input ends.
REWRITER = """
import os, select, sys
first, second, *paths = sys.argv[1:]
contents = [open(path, "rb").read() for path in (first, second)]
turn = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    turn += 1
    for path in paths:
        if turn % 7 == 0:
            os.remove(path)
        with open(path, "wb") as file:
            file.write(contents[turn % 2])
"""


class NoFiles(HostileSet):
    def setUp(self):
        super().setUp()
        self.write("good.png", good_png(7))

    def picture_path(self, name):
        return os.path.join(self.pictures, name)

    def of(self, **options):
        rows = {name.removeprefix("pictures/"): row for name, row in self.make(**options).items()}
        self.assertEqual(rows.pop("good.png")["status"], "written")
        return rows

    def test_what_may_not_be_read_is_named(self):
        os.chmod(self.write("locked.png", good_png()), 0)
        self.write("vault/inside.png", good_png())
        vault = self.picture_path("vault")
        os.chmod(vault, 0)
        self.addCleanup(os.chmod, vault, 0o755)
        rows = self.of(preexec_fn=give_up_reading_everything)
        self.judge(rows, failed={"locked.png": ("Io", "ermission"), "vault": ("Io", "ermission")})

    def test_a_folder_called_like_a_picture_is_a_folder(self):
        self.write("folder.jpg/inside.png", good_png())
        self.judge(self.of(expect=0), ["folder.jpg/inside.png"])

    def test_nobody_waits_for_what_is_no_file(self):
        os.mkfifo(self.picture_path("pipe.jpg"))
        os.symlink("/dev/zero", self.picture_path("zero.jpg"))
        failed = {"pipe.jpg": ("Unsupported", "FIFO"), "zero.jpg": ("Unsupported", "device")}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.picture_path("s.jpg"))
            failed["s.jpg"] = ("Unsupported", "socket")
            try:
                os.mknod(self.picture_path("node.jpg"), 0o600 | stat.S_IFCHR, os.makedev(1, 5))
                failed["node.jpg"] = ("Unsupported", "device")
            except PermissionError:
                pass  # the other device stands for it
            self.judge(self.of(), failed=failed)
        self.run_program("index", *self.LIGHT, self.pictures, expect=1)

    def test_links_in_circles_and_to_nothing_are_named(self):
        os.symlink("b.jpg", self.picture_path("a.jpg"))
        os.symlink("a.jpg", self.picture_path("b.jpg"))
        os.symlink("nowhere", self.picture_path("c.jpg"))
        os.symlink(".", self.picture_path("here"))
        self.judge(self.of(), failed={"a.jpg": ("Io", "inspect"), "b.jpg": ("Io", "inspect"),
                                      "c.jpg": ("NotFound", "link to nothing")},
                   skipped={"here": "already listed"})

    def test_a_source_that_is_not_there_costs_itself(self):
        rows = self.make(self.pictures, self.path("nowhere"))
        self.judge(rows, ["pictures/good.png"], {"nowhere": ("NotFound", "")})

    def test_names_of_all_bytes_are_kept(self):
        names = [b"new\nline.png", b"tab\t\x1b[31m.png", b"\xff\xfe.png", b"percent%41.png",
                 b"-n.png", b"x" * 246 + b".png"]
        for name in names:
            self.write(name, good_png())
        self.assertEqual(len(self.of(expect=0)), len(names))
        self.assertEqual(self.pictures_of_set(), {b"good.png", *names})


class Restless(HostileSet):
    """Pictures that another program rewrites, and sometimes removes, all the time."""

    def setUp(self):
        super().setUp()
        # Of different sizes, as other pictures are.
        self.contents = [self.write_at("first", good_png(1)), self.write_at("second", good_png(2))]
        self.write("good.png", good_png(7))

    def outputs_of_contents(self):
        outputs = set()
        for content in self.contents:
            folder = self.path("of-" + os.path.basename(content))
            self.run_program("dataset", content, "--out", folder, "--size", "64")
            path = os.path.join(folder, os.path.basename(content) + ".png")
            with open(path, "rb") as file:
                outputs.add(file.read())
        return outputs

    def test_a_picture_that_changes_is_the_old_one_or_the_new_one_or_a_row(self):
        self.assertEqual(len({os.path.getsize(path) for path in self.contents}), 2)
        allowed = self.outputs_of_contents()
        paths = [self.write(f"p{number}.png", good_png(1)) for number in range(12)]
        with subprocess.Popen([sys.executable, "-c", REWRITER, *self.contents, *paths],
                              stdin=subprocess.PIPE) as writer:
            try:
                for _ in range(4):
                    self.run_once(allowed)
            finally:
                writer.stdin.close()
        rows = {name: row["status"] for name, row in self.run_quietly(expect=0).items()}
        self.assertEqual(len(rows), 13)
        self.assertLessEqual(set(rows.values()), {"written", "unchanged"})

    def run_once(self, allowed):
        rows = self.run_quietly(expect=None)
        self.assertIn(rows.pop("pictures/good.png")["status"], ("written", "unchanged"))
        for name, row in rows.items():
            if row["status"] == "written":
                with open(os.path.join(self.out, row["output"]), "rb") as file:
                    self.assertIn(file.read(), allowed, name)
            elif row["status"] == "failed":
                self.assertIn(row["code"], ("Io", "NotFound", "Truncated", "Corrupt"), row)

    def run_quietly(self, expect):
        done = self.run_program("--json", "dataset", self.pictures, "--out", self.out, "--size",
                                "64", expect=expect)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return self.rows(or_more=True)  # what an earlier run wrote stays where the new one fails


if __name__ == "__main__":
    unittest.main()
