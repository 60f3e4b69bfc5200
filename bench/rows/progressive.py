# SPDX-License-Identifier: Apache-2.0
"""Progressive photographs to sizes that a decode at 1/8 covers, on one processor. Of 4032 pixels
1/8 is 504. At 250 libvips reads at 1/8 too: that row has what must be reached. At 500 it reads at
1/4 and halves once more, a better view for more work: there albumen's view out of 1/8 is held to
what libjpeg makes of all scans at 1/8. Its speed only stands beside, and so does that of both at
1/4, where no scan can be skipped."""

import json
import subprocess

import made_pictures
import protocol
from results import Group, Row, at_least, ratio_row
from rows.decode import JUDGED_PICTURES, NOTHING_TO_REACH, likeness_of, quality_rows
from workplace import one_processor

PICTURES = 24
PAIRS, PAIRS_BESIDE = 10, 4  # where a ratio must be reached, and where it only stands beside
LARGE, SMALL = 500, 250
FROM_EIGHTH = ["--filter", "lanczos"]
FROM_QUARTER = ["--filter", "lanczos", "--oversampling", "2"]
# Planes rounded to 8 bits before they are resized and mixed leave about 52 dB.
LEAST_PSNR, LEAST_SSIM = at_least(50), at_least(0.998)


def measure(work):
    originals = work.photographs("timing", PICTURES)
    with work.scratch() as scratch:
        paths = made_pictures.progressive_copies(originals, scratch / "progressive")
        protocol.warm(paths)
        yield speed_row(work, paths, SMALL, FROM_EIGHTH, "both from 1/8", at_least(2), at_least(3))
        yield speed_row(work, paths, LARGE, FROM_QUARTER, "both from 1/4")
        yield speed_row(work, paths, LARGE, FROM_EIGHTH, "1/8 against 1/4")
        yield equality_row(work, paths)
        judged = paths[:JUDGED_PICTURES]
        yield from eighth_rows(work, judged)
        peer = "vips-thumbnail"
        yield from quality_rows(work, judged, SMALL, {peer: ("libvips thumbnail", FROM_EIGHTH)})
        yield from quality_rows(work, judged, LARGE, {
            peer: ("libvips thumbnail, both from 1/4", FROM_QUARTER)})
        yield from quality_rows(work, judged, LARGE, {
            peer: ("libvips thumbnail, 1/8 against 1/4", FROM_EIGHTH)}, NOTHING_TO_REACH)


def speed_row(work, paths, side, how, scale, must=None, aim=None):
    ours = protocol.Contender("albumen", work.decode(paths, side, how), protocol.reported_rate)
    peer = protocol.Contender("vips-thumbnail", work.peer("vips-thumbnail", paths, side),
                              protocol.reported_rate)
    comparison = protocol.compare(ours, peer, work.pairs(PAIRS if must else PAIRS_BESIDE),
                                  one_processor())
    return ratio_row(f"12 MP progressive to {side} px, {scale}, one core: albumen / libvips "
                     "thumbnail", comparison, must, aim, " ".join(how))


def equality_row(work, paths):
    """libjpeg decodes every scan, albumen leaves out what cannot matter: the samples are equal."""
    twin = work.program("albumen_bench_progressive_twin")
    outcome = subprocess.run([twin, str(LARGE), *paths], capture_output=True, text=True,
                             check=True)
    found = json.loads(outcome.stdout)
    return Row("progressive: pictures whose samples equal libjpeg's decode of all scans",
               100 * found["equal"] / found["pictures"], "%", at_least(100), None,
               f"{found['equal']} of {found['pictures']} at {found['eighths']}/8")


def eighth_rows(work, paths):
    """The finished view against libjpeg's decode of all scans at 1/8, resized by the same filter."""
    commands = {"albumen": lambda more: work.decode(paths, LARGE, [*FROM_EIGHTH, *more])}
    reference = "reference-eighth"
    found = likeness_of(work, paths, LARGE, commands, [reference])["albumen"][reference]
    what = f"of the view of {LARGE} px to libjpeg's decode of all scans at 1/8, by Lanczos"
    beside = f"{len(paths)} pictures; {' '.join(FROM_EIGHTH)}"
    yield Row(f"PSNR {what}", found.psnr, "dB", LEAST_PSNR, None, beside)
    yield Row(f"SSIM {what}", found.ssim, "", LEAST_SSIM, None, beside)


GROUPS = [Group("progressive", 4.5, measure, ("timing",))]
