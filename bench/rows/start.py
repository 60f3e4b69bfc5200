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
    folder = work.photographs("timing", 300)[0].parent
    with work.scratch() as scratch:
        yield stop_row(work, scratch / "library.db", folder)


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


def stop_row(work, library, folder):
    """The worst time from the signal to the end, at moments all over a run."""
    watch, times = protocol.QuietWatch(), []
    stops = work.amount(STOPS, 2)
    for stop in range(stops):
        forget(library)
        run = subprocess.Popen(work.index(library, folder), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               # Whoever runs the bench in the background has it ignored.
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        time.sleep(FIRST_STOP + (LAST_STOP - FIRST_STOP) * stop / stops)
        asked = time.perf_counter()
        run.send_signal(signal.SIGINT)
        if run.wait() == INTERRUPTED:  # else it was over before
            times.append(1000 * (time.perf_counter() - asked))
    if not times:
        raise protocol.ContenderFailed("no run was stopped by Ctrl-C: all were over before")
    times.sort()
    return Row("stop: from Ctrl-C to the end, index of 300 photographs of 12 MP with faces",
               times[-1], "ms", at_most(1000), None,
               f"the worst of {len(times)} moments of a run, median {statistics.median(times):.0f} ms",
               not watch.finish().disturbed())


GROUPS = [Group("start", 1, measure, ("timing",))]
