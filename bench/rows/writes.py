# SPDX-License-Identifier: Apache-2.0
"""Rows written to a library in a second while eight threads query it (library_bench.cpp of
src/library)."""

import google_benchmark
from results import Group, Row, at_least

READERS = 8


def measure(work):
    with work.scratch() as scratch:
        found, quiet = google_benchmark.run(work.program("albumen_library_bench"),
                                            "^write_with_readers/", {"TMPDIR": str(scratch)})
    alone, queried = (found[f"write_with_readers/{readers}/real_time"] for readers in (0, READERS))
    yield Row(f"library writes with {READERS} readers querying", queried["items_per_second"],
              "rows/s", at_least(5000), None,
              f"{queried['queries']:,.0f} queries/s beside it; {alone['items_per_second']:,.0f} "
              "rows/s without readers", quiet)


GROUPS = [Group("writes", 0.5, measure)]
