# SPDX-License-Identifier: Apache-2.0
"""What a shell does with the program: its signals ignored by nohup."""

import signal
import subprocess
import unittest

from albumen_program import ProgramTest, listens

INTERRUPTED = 130


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
