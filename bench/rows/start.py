# SPDX-License-Identifier: Apache-2.0
"""How long the program takes to start, and to stop where Ctrl-C asks it to."""

import signal
import statistics
import subprocess
import time

import protocol
from results import Group, Row, at_most
from workplace import forget

RUNS = 20
STOPS = 12
INTERRUPTED = 130  # the exit code of a run that Ctrl-C stopped
FIRST_STOP, LAST_STOP = 0.1, 3.5  # seconds into a run that takes longer


def measure(work):
    runs = work.amount(RUNS, 3)
    yield start_row("start: albumen --version", [work.albumen, "--version"], runs, 20)
    photograph = work.photographs("timing", 1, 1)[0]
    with work.scratch() as scratch:
        library = scratch / "library.db"
        yield start_row("start: albumen index of one 12 MP photograph, a new library",
                        work.index(library, photograph), runs, 1000, lambda: forget(library))


def start_row(name, command, runs, most_milliseconds, before=lambda: None):
    """The median of the wall times; one run before that does not count."""
    watch, times = protocol.QuietWatch(), []
    for _ in range(runs + 1):
        before()
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        times.append(1000 * (time.perf_counter() - started))
    times = sorted(times[1:])
    return Row(name, statistics.median(times), "ms", at_most(most_milliseconds), None,
               f"median of {runs}, {times[0]:.1f} to {times[-1]:.1f} ms",
               not watch.finish().disturbed())


GROUPS = [Group("start", 1, measure, ("timing",))]
