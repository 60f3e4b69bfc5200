# SPDX-License-Identifier: Apache-2.0
"""Runs one of the modules' own benchmark programs and reads what it found."""

import json

import protocol
from workplace import two_processors

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(program, pattern, environment=None):
    """({name: its entry of the program's JSON, with "milliseconds" added}, was it quiet)."""
    contender = protocol.Contender(
        program.name, [program, f"--benchmark_filter={pattern}", "--benchmark_format=json"],
        lambda _output, seconds: 1 / seconds, environment=environment or {})
    leg = protocol.run_leg(contender, two_processors())
    found = {entry["name"]: entry for entry in json.loads(leg.output)["benchmarks"]}
    for name, entry in found.items():
        if entry.get("error_occurred"):
            raise protocol.ContenderFailed(f"{name}: {entry['error_message']}")
        entry["milliseconds"] = entry["real_time"] * NANOSECONDS[entry["time_unit"]] / 1e6
    return found, not leg.disturbed
