# SPDX-License-Identifier: Apache-2.0
"""Progressive photographs to sizes that a decode at 1/8 covers, on one processor. Of 4032 pixels
1/8 is 504: at 500 libvips reads at 1/4 and halves once more for quality, which is other work, at
250 it reads at 1/8 too."""

import json
import subprocess

import made_pictures
import protocol
from results import Group, Row, at_least, ratio_row
from rows.decode import JUDGED_PICTURES, LARGEST_LOSS_DB, quality_rows
from workplace import one_processor

PICTURES = 24
# side: how albumen works, what its PSNR must reach against libvips
SIDES = {500: ([], None), 250: (["--filter", "lanczos"], at_least(-LARGEST_LOSS_DB))}


def measure(work):
    originals = work.photographs("timing", PICTURES)
    with work.scratch() as scratch:
        paths = made_pictures.progressive_copies(originals, scratch / "progressive")
        protocol.warm(paths)
        for side, (how, _must) in SIDES.items():
            yield speed_row(work, paths, side, how)
        yield equality_row(work, paths)
        for side, (how, must) in SIDES.items():
            yield from quality_rows(work, paths[:JUDGED_PICTURES], side,
                                    {"vips-thumbnail": ("libvips thumbnail", how)}, must)


def speed_row(work, paths, side, how):
    ours = protocol.Contender("albumen", work.decode(paths, side, how), protocol.reported_rate)
    peer = protocol.Contender("vips-thumbnail", work.peer("vips-thumbnail", paths, side),
                              protocol.reported_rate)
    comparison = protocol.compare(ours, peer, work.pairs(10), one_processor())
    return ratio_row(f"12 MP progressive to {side} px, one core: albumen / libvips thumbnail",
                     comparison, at_least(2), at_least(3), " ".join(how))


def equality_row(work, paths):
    """libjpeg decodes every scan, albumen leaves out what cannot matter: the samples are equal."""
    twin = work.program("albumen_bench_progressive_twin")
    outcome = subprocess.run([twin, str(max(SIDES)), *paths], capture_output=True, text=True,
                             check=True)
    found = json.loads(outcome.stdout)
    return Row("progressive: pictures whose samples equal libjpeg's decode of all scans",
               100 * found["equal"] / found["pictures"], "%", at_least(100), None,
               f"{found['equal']} of {found['pictures']} at {found['eighths']}/8")


GROUPS = [Group("progressive", 3, measure, ("timing",))]
