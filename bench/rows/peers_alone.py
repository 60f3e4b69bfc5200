# SPDX-License-Identifier: Apache-2.0
"""The peers without albumen, each once: their rates say that they work, not how they compare."""

import protocol
from results import Group, Row
from rows.decode import PEERS
from workplace import folder_of, one_processor, two_processors


def measure(work):
    paths = work.photographs("timing", 20)
    with work.scratch() as scratch:
        folder = folder_of(paths, scratch / "photographs")
        jobs = [(name, work.peer(name, paths), one_processor()) for name in (*PEERS, "pillow-full")]
        jobs += [("python", work.python_pipeline(folder), two_processors()),
                 ("python-draft", work.python_pipeline(folder, ["--draft"]), two_processors())]
        for name, command, processors in jobs:
            leg = protocol.run_leg(protocol.Contender(name, command, protocol.reported_rate),
                                   processors)
            # Start and imports are in the CPU seconds, but not in the rate.
            yield Row(f"{name}, {len(processors)} processor(s)", leg.rate, "images/s",
                      beside=f"{1000 * leg.cpu_seconds / len(paths):.0f} ms of CPU an image; peak "
                             f"{leg.peak_mb:.0f} MB", quiet=not leg.disturbed)


GROUPS = [Group("peers", 0.5, measure, ("timing",), default=False)]
