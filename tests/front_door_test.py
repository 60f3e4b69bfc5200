#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`run`, the front door of a checkout, with everything behind it replaced by stubs."""

import os
import shutil
import subprocess
import tempfile
import unittest

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOTHING = "\n".join(f"{name}() {{ :; }}" for name in
                    ("setup_build", "setup_models", "setup_samples", "setup_composer",
                     "build_preset"))


class FrontDoor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="albumen-test-")
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.checkout = os.path.join(self.folder, "checkout")
        os.makedirs(os.path.join(self.checkout, "scripts"))
        os.makedirs(os.path.join(self.checkout, "build", "release"))
        shutil.copy(os.path.join(CHECKOUT, "run"), self.checkout)
        self.script("scripts/common.sh", "jobs=1; say() { :; }")
        self.script("scripts/setup.sh", NOTHING)
        self.script("scripts/demo.sh", "printf '%s\\n' \"$#\" \"$@\"")
        self.script("scripts/accuracy.sh", "printf '%s\\n' \"$@\"")
        self.script("bin/cmake", ":")
        self.write("checkout/build/release/build.ninja", "")
        self.pictures = os.path.join(self.folder, "pictures")
        os.makedirs(os.path.join(self.pictures, "of 2024"))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def script(self, name, text):
        path = self.write(os.path.join("checkout", name), f"#!/usr/bin/env bash\n{text}\n")
        os.chmod(path, 0o755)

    def run_verb(self, *arguments):
        path = os.path.join(self.checkout, "bin") + ":" + os.environ["PATH"]
        return subprocess.run([os.path.join(self.checkout, "run"), *arguments],
                              cwd=self.pictures, env=dict(os.environ, PATH=path),
                              capture_output=True, text=True, timeout=60,
                              check=True).stdout.splitlines()

    def demo(self, *arguments):
        count, *given = self.run_verb("demo", *arguments)
        self.assertEqual(int(count), len(given))
        return [os.path.normpath(path) for path in given]

    def test_a_folder_is_the_callers_wherever_the_checkout_lies(self):
        # run changed into the checkout first, and `~/albumen/run demo .` showed its icons.
        self.assertEqual(self.demo("."), [self.pictures])
        self.assertEqual(self.demo("of 2024"), [os.path.join(self.pictures, "of 2024")])
        self.assertEqual(self.demo("/tmp"), ["/tmp"])
        self.assertEqual(self.demo(), [])

    def test_accuracy_is_measured_on_the_sets_that_were_asked_for(self):
        # The page of accuracy named `./run bench`, which composes no set for it.
        self.assertEqual(self.run_verb("accuracy", "demo", "timing"), ["demo", "timing"])


if __name__ == "__main__":
    unittest.main()
