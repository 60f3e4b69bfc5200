# SPDX-License-Identifier: Apache-2.0
"""Fair ratios between two programs, measured in one run on a machine that is never quite idle.

Both contenders are child processes on the same bytes, already in the page cache, on the same
processors. They run in pairs in the order A B, B A, A B ... A pair is thrown away when something
else used the machine, and what counts is the median of the ratios of single pairs: a comparison of
two best times from different minutes says nothing here.
"""

import dataclasses
import json
import os
import re
import statistics
import subprocess
import threading
import time

LARGEST_FOREIGN_SHARE = 0.04  # of the busy time of a leg
LARGEST_CLOCK_DRIFT = 0.05    # between a spin before and after a leg
SPIN_STEPS = 1_000_000        # about 0.1 s
TRIES_FOR_A_PAIR = 2
FEWEST_QUIET_PAIRS = 3        # the ratios of single pairs scatter by 20 %: one or two are no median


class ContenderFailed(Exception):
    """A contender ended with an error; the text says which and what it said."""


@dataclasses.dataclass
class Contender:
    """A program to measure; rate_of takes (output, wall seconds) and gives images a second."""
    name: str
    command: list
    rate_of: callable
    before: callable = lambda: None  # runs unmeasured before each leg, to clear what a leg left
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Leg:
    rate: float
    seconds: float
    cpu_seconds: float
    peak_mb: float      # VmHWM, summed over the processes of the contender
    disturbed: bool
    output: str


@dataclasses.dataclass
class Alone:
    """One program run several times; the quiet legs count, all of them where none was quiet."""
    legs: list

    def quiet(self):
        return any(not leg.disturbed for leg in self.legs)

    def counted(self):
        return [leg for leg in self.legs if not leg.disturbed] or self.legs

    def median(self, field):
        return statistics.median(getattr(leg, field) for leg in self.counted())


@dataclasses.dataclass
class Comparison:
    ours: str
    peer: str
    accepted: list   # pairs (leg of ours, leg of the peer)
    rejected: list
    asked: int = FEWEST_QUIET_PAIRS

    def quiet(self):
        return len(self.accepted) >= min(self.asked, FEWEST_QUIET_PAIRS)

    def pairs(self):
        """The accepted pairs; all that were run when too few of them were quiet."""
        return self.accepted if self.quiet() else self.accepted + self.rejected

    def ratios(self):
        return sorted(ours.rate / peer.rate for ours, peer in self.pairs())

    def output(self, side):
        """What a contender printed in the last quiet pair, if any; side 0 is ours, 1 the peer."""
        return (self.accepted or self.rejected)[-1][side].output

    def summary(self):
        ratios = self.ratios()
        at = lambda share: ratios[min(int(share * len(ratios)), len(ratios) - 1)]
        middle = lambda side, field: statistics.median(
            getattr(pair[side], field) for pair in self.pairs())
        return {
            "ours": self.ours, "peer": self.peer, "ratio": statistics.median(ratios),
            "ratio_10": at(0.1), "ratio_90": at(0.9), "pairs": len(self.accepted),
            "disturbed_pairs": len(self.rejected), "quiet": self.quiet(),
            "ours_rate": middle(0, "rate"), "peer_rate": middle(1, "rate"),
            "ours_cpu_seconds": middle(0, "cpu_seconds"),
            "peer_cpu_seconds": middle(1, "cpu_seconds"),
            "ours_peak_mb": middle(0, "peak_mb"), "peer_peak_mb": middle(1, "peak_mb")}


def run_alone(contender, times, processors):
    """Runs one program until so many runs were undisturbed, or twice as many were tried."""
    legs, tries = [], times * (1 if times == 1 else TRIES_FOR_A_PAIR)
    while sum(not leg.disturbed for leg in legs) < times and len(legs) < tries:
        legs.append(run_leg(contender, processors))
        print(f"   {contender.name}: {legs[-1].seconds:.2f} s, peak {legs[-1].peak_mb:.0f} MB"
              f"{', disturbed' if legs[-1].disturbed else ''}", flush=True)
    return Alone(legs)


def compare(ours, peer, pairs, processors):
    """Runs pairs until so many were undisturbed, or twice as many were tried. One pair alone is a
    trial of the machinery and is not repeated."""
    accepted, rejected = [], []
    tries, most_tries = 0, pairs * (1 if pairs == 1 else TRIES_FOR_A_PAIR)
    while len(accepted) < pairs and tries < most_tries:
        order = (ours, peer) if tries % 2 == 0 else (peer, ours)
        legs = {contender.name: run_leg(contender, processors) for contender in order}
        pair = legs[ours.name], legs[peer.name]
        disturbed = any(leg.disturbed for leg in pair)
        (rejected if disturbed else accepted).append(pair)
        tries += 1
        print(f"   {ours.name} {pair[0].rate:.1f}, {peer.name} {pair[1].rate:.1f} images/s, "
              f"ratio {pair[0].rate / pair[1].rate:.2f}{', disturbed' if disturbed else ''}",
              flush=True)
    return Comparison(ours.name, peer.name, accepted, rejected, pairs)


class QuietWatch:
    """Tells afterwards how much of the machine others used and how far the clock moved."""

    def __init__(self):
        self.spin_before = spin()
        self.busy_before, self.own_before = busy_seconds(), own_cpu_seconds()

    def finish(self):
        """Sets cpu_seconds, foreign_share and clock_drift; all children have ended."""
        busy = busy_seconds() - self.busy_before
        self.cpu_seconds = own_cpu_seconds() - self.own_before
        self.foreign_share = max(busy - self.cpu_seconds, 0) / max(busy, 1e-9)
        self.clock_drift = abs(spin() / self.spin_before - 1)
        return self

    def disturbed(self):
        return self.foreign_share > LARGEST_FOREIGN_SHARE or self.clock_drift > LARGEST_CLOCK_DRIFT


def run_leg(contender, processors):
    contender.before()
    watch = QuietWatch()
    started = time.monotonic()
    process = subprocess.Popen(
        contender.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **contender.environment},
        preexec_fn=lambda: os.sched_setaffinity(0, processors))
    peak = PeakWatch(process.pid)
    output, errors = process.communicate()
    seconds = time.monotonic() - started
    peak_mb = peak.stop()
    if process.returncode != 0:
        raise ContenderFailed(f"{contender.name}: {' '.join(map(str, contender.command[:4]))} "
                              f"ended with {process.returncode}: {errors.strip()[-500:]}")
    watch.finish()
    return Leg(rate=contender.rate_of(output, seconds), seconds=seconds,
               cpu_seconds=watch.cpu_seconds, peak_mb=peak_mb, output=output,
               disturbed=watch.disturbed())


def spin():
    """Seconds of a chain of additions that nothing can speed up but the clock; best of three, since
    a single interruption is not a change of the clock."""
    def once():
        started, value = time.perf_counter(), 1
        for _ in range(SPIN_STEPS // 3):
            value = (value * 1103515245 + 12345) & 0x7FFFFFFF
        return time.perf_counter() - started
    return min(once() for _ in range(3))


def busy_seconds():
    """Time that all processors together spent working since the machine started."""
    with open("/proc/stat", encoding="ascii") as stat:
        numbers = map(int, stat.readline().split()[1:])
    user, nice, system, _idle, _wait, irq, softirq, steal, *_ = numbers
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_cpu_seconds():
    """Time of this process and of all its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class PeakWatch:
    """Looks at a process and its descendants every 50 ms and keeps each one's VmHWM."""

    def __init__(self, pid):
        self.pid, self.peaks, self.done = pid, {}, threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        while not self.done.wait(0.05):
            for pid in descendants(self.pid):
                self.peaks[pid] = max(self.peaks.get(pid, 0), peak_kb(pid))

    def stop(self):
        self.done.set()
        self.thread.join()
        return sum(self.peaks.values()) / 1024


def descendants(pid):
    found, waiting = [], [pid]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                    waiting += map(int, children.read().split())
        except OSError:
            pass  # it has just ended
    return found


def peak_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
            match = re.search(r"^VmHWM:\s+(\d+) kB", status.read(), re.MULTILINE)
        return int(match[1]) if match else 0
    except OSError:
        return 0


def reported_rate(output, _seconds):
    """The rate in a contender's last line: JSON with images_per_second, or words "N images/s"."""
    last = output.strip().splitlines()[-1] if output.strip() else ""
    try:
        found = json.loads(last)
        return float(found.get("summary", found)["images_per_second"])
    except (ValueError, KeyError, AttributeError):
        match = re.search(r"([\d.]+) images/s", output)
        if not match:
            raise ContenderFailed(f"no images/s in the output: {last[:200]!r}") from None
        return float(match[1])


def rate_from_outside(count):
    """For a contender whose start, model loading and end count too."""
    return lambda _output, seconds: count / seconds


def warm(paths):
    """Brings the files into the page cache."""
    for path in paths:
        with open(path, "rb") as file:
            while file.read(1 << 22):
                pass
