# SPDX-License-Identifier: Apache-2.0
"""Rows of the result: what was measured, what it must reach, whether it did, how to repeat it."""

import dataclasses
import operator

SIGNS = {">=": operator.ge, "<=": operator.le}


@dataclasses.dataclass(frozen=True)
class Limit:
    sign: str
    value: float

    def holds_for(self, value):
        return SIGNS[self.sign](value, self.value)

    def text(self, unit):
        return f"{self.sign} {number(self.value)} {unit}".rstrip()


def at_least(value):
    return Limit(">=", value)


def at_most(value):
    return Limit("<=", value)


@dataclasses.dataclass(frozen=True)
class Row:
    """`beside` is what a reader needs to judge the value: spread, the other side, memory."""
    name: str
    value: float
    unit: str
    must: Limit | None = None
    aim: Limit | None = None
    beside: str = ""
    quiet: bool = True

    def met(self):
        """'aim', 'must', 'no'; '-' for a row that has nothing to reach."""
        if self.aim and self.aim.holds_for(self.value):
            return "aim"
        if self.must:
            return "must" if self.must.holds_for(self.value) else "no"
        return "-"


@dataclasses.dataclass(frozen=True)
class Group:
    """Rows that are measured together, under one word of `./run bench`. `measure` takes a
    Workplace and yields rows; `sets` are the composed sets that it needs."""
    name: str
    minutes: float  # on two quiet processors
    measure: callable
    sets: tuple = ()
    default: bool = True


def ratio_row(name, comparison, must=None, aim=None, more=""):
    """The ratio of a protocol.Comparison, with both rates, memory and the pairs beside it."""
    s = comparison.summary()
    beside = (f"10-90 %: {s['ratio_10']:.2f}-{s['ratio_90']:.2f}; "
              f"{s['ours_rate']:.1f} against {s['peer_rate']:.1f} images/s; "
              f"CPU {s['ours_cpu_seconds']:.1f} against {s['peer_cpu_seconds']:.1f} s a leg; "
              f"peak {s['ours_peak_mb']:.0f} against {s['peer_peak_mb']:.0f} MB; "
              f"{s['pairs']} quiet pairs, {s['disturbed_pairs']} disturbed")
    return Row(name, s["ratio"], "x", must, aim, beside + (f"; {more}" if more else ""), s["quiet"])


def number(value):
    """Three or more significant digits, as a reader writes them; four where little lacks to one."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    if 0.99 < size < 1:
        return f"{value:.4f}"
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 \
        else f"{value:.2f}" if size >= 1 else f"{value:.3g}" if size >= 1e-4 else f"{value:.6f}"
