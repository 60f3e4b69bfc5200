# SPDX-License-Identifier: Apache-2.0
"""Peak memory of indexing with faces: 300 photographs, and ten times as many, which must not take
more. The 3,000 are the 300 under ten names with other pixels, 5.6 GB for as long as it runs."""

import os
import shutil

import made_pictures
import protocol
from results import Group, Row, at_most
from rows.index import contender
from workplace import folder_of, index_summary, two_processors

PICTURES = 300
TIMES = 10


def measure(work):
    paths = work.photographs("timing", PICTURES)
    with work.scratch() as scratch:
        library = scratch / "library.db"
        few = index_leg(work, library, folder_of(paths, scratch / "few"), len(paths))
        yield Row(f"peak resident memory, index of {len(paths)} photographs", few.peak_mb, "MB",
                  at_most(600), at_most(400), "default budget and threads", not few.disturbed)
        folder = copies(paths, scratch / "many")
        many = index_leg(work, library, folder, TIMES * len(paths))
        yield Row(f"the same for {TIMES * len(paths):,}: growth", many.peak_mb / few.peak_mb, "x",
                  at_most(1.1), at_most(1.05),
                  f"{many.peak_mb:.0f} against {few.peak_mb:.0f} MB; {many.rate:.1f} images/s",
                  not many.disturbed)


def copies(paths, folder):
    """The photographs under ten names, written to the disk: that must not go on while it counts."""
    needed = TIMES * sum(path.stat().st_size for path in paths)
    if needed * 1.1 > shutil.disk_usage(folder.parent).free:
        raise protocol.ContenderFailed(f"{needed / 1e9:.1f} GB more of disk are needed")
    made_pictures.distinct_copies(paths, folder, TIMES)
    os.sync()
    return folder


def index_leg(work, library, folder, count):
    leg = protocol.run_leg(contender(work, library, folder, count), two_processors())
    done = index_summary(leg.output)
    if done["done"] != count or done["copies"] != 0:
        raise protocol.ContenderFailed(f"{count} different pictures, but {done['done']} done and "
                                       f"{done['copies']} known by their bytes")
    return leg


GROUPS = [Group("memory", 3, measure, ("timing",))]
