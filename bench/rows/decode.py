# SPDX-License-Identifier: Apache-2.0
"""Photographs as telephones take them to an RGB view of 640 pixels, on one processor."""

import protocol
import quality
from results import Group, Row, at_least, ratio_row
from workplace import LONGEST_SIDE, one_processor

PICTURES = 40  # one to three seconds a leg
JUDGED_PICTURES = 8
# How much worse a view of albumen's may be than the peer's, against the same reference.
NO_WORSE = {"psnr": at_least(-0.2), "ssim": at_least(-0.002)}
NOTHING_TO_REACH = {"psnr": None, "ssim": None}
UNITS = {"psnr": "dB", "ssim": ""}
# The peers do different work: OpenCV averages areas of a decode at 2/8, Pillow filters one at 4/8,
# libvips filters one at 4/8 more sharply. Against each, albumen makes a view at least as good.
FROM_SAME_SCALE = ["--filter", "lanczos"]
SHARP = ["--filter", "lanczos", "--oversampling", "2"]
SHARPER = ["--filter", "lanczos", "--oversampling", "3"]
PEERS = {  # title in the table, albumen's work, what albumen must and should reach
    "pillow-draft": ("Pillow draft", SHARP, at_least(1.4), at_least(1.6)),
    "vips-thumbnail": ("libvips thumbnail", SHARPER, at_least(1.25), at_least(1.45)),
    "opencv-reduced": ("OpenCV reduced decode", FROM_SAME_SCALE, at_least(1.0), None),
}


def measure(work):
    paths = work.photographs("timing", PICTURES)
    for name, (title, how, must, aim) in PEERS.items():
        ours = protocol.Contender("albumen", work.decode(paths, more=how), protocol.reported_rate)
        peer = protocol.Contender(name, work.peer(name, paths), protocol.reported_rate)
        comparison = protocol.compare(ours, peer, work.pairs(10), one_processor())
        yield ratio_row(f"12 MP to {LONGEST_SIDE} px, one core: albumen / {title}", comparison,
                        must, aim, " ".join(how))
    yield from quality_rows(work, paths[:JUDGED_PICTURES], LONGEST_SIDE,
                            {name: (title, how) for name, (title, how, *_) in PEERS.items()})


def quality_rows(work, paths, side, peers, must=None):
    """How far albumen's view is behind each peer's, by the same reference. `peers` maps a name to
    its title and to how albumen works against it."""
    commands = {}
    for name, (_title, how) in peers.items():
        commands[name] = lambda more, name=name: work.peer(name, paths, side, more)
        commands[f"albumen-{name}"] = lambda more, how=how: work.decode(paths, side, [*how, *more])
    found = likeness_of(work, paths, side, commands, quality.REFERENCES)
    for name, (title, how) in peers.items():
        yield from behind_rows(f"view of {side} px: albumen - {title}", found[f"albumen-{name}"],
                               found[name], f"{len(paths)} pictures; {' '.join(how)}", must)


def likeness_of(work, paths, side, commands, references):
    references = {name: lambda more, name=name: work.peer(name, paths, side, more)
                  for name in references}
    with work.scratch() as scratch:
        return quality.mean_likeness(commands, references, scratch)


def behind_rows(what, ours, theirs, beside, must=None):
    """Rows of PSNR and of SSIM, by the first reference; the others stand beside."""
    for measure_name, limit in (must or NO_WORSE).items():
        values = {reference: [getattr(side[reference], measure_name) for side in (ours, theirs)]
                  for reference in ours}
        against = "; ".join(
            f"against {quality.REFERENCES.get(reference, reference)}: "
            + " and ".join(quality.in_words(measure_name, value) for value in pair)
            for reference, pair in values.items())
        first = next(iter(values.values()))
        yield Row(f"{measure_name.upper()} of the {what}", first[0] - first[1],
                  UNITS[measure_name], limit, None, f"{against}; {beside}")


GROUPS = [Group("decode", 3.5, measure, ("timing",))]
