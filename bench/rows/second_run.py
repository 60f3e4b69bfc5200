# SPDX-License-Identifier: Apache-2.0
"""Indexing 100,000 files again when none has changed, from outside: start, nets and all."""

import made_pictures
import protocol
from results import Group, Row, at_most
from workplace import index_summary, two_processors

FILES = 100_000


def measure(work):
    count = work.amount(FILES, 1000)
    with work.scratch() as scratch:
        made_pictures.tiny_pictures(scratch / "pictures", count)
        command = work.index(scratch / "library.db", scratch / "pictures")
        run = protocol.Contender("albumen", command, protocol.rate_from_outside(count))
        first = protocol.run_leg(run, two_processors())
        again = protocol.run_alone(run, work.pairs(5), two_processors())
        unchanged = index_summary(again.legs[-1].output)["unchanged"]
        if unchanged != count:
            raise protocol.ContenderFailed(f"only {unchanged} of {count} files count as unchanged")
        yield Row(f"second run, nothing changed, {count:,} files", again.median("seconds"), "s",
                  at_most(3), at_most(1),
                  f"CPU {again.median('cpu_seconds'):.2f} s; "
                  f"peak {again.median('peak_mb'):.0f} MB; the first run over these "
                  f"16x16 pictures took {first.seconds:.0f} s",
                  again.quiet())


GROUPS = [Group("second-run", 1, measure)]
