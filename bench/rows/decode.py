# SPDX-License-Identifier: Apache-2.0
"""Photographs as telephones take them to an RGB view of 640 pixels, on one processor."""

import protocol
import quality
from results import Group, Row, at_least, ratio_row
from workplace import LONGEST_SIDE, one_processor

PICTURES = 40  # one to three seconds a leg
JUDGED_PICTURES = 8
LARGEST_LOSS_DB = 0.2
PEERS = {  # what they are called in the table, and what albumen must and should reach
    "pillow-draft": ("Pillow draft", at_least(1.4), at_least(1.6)),
    "vips-thumbnail": ("libvips thumbnail", at_least(1.25), at_least(1.45)),
    "opencv-reduced": ("OpenCV reduced decode", at_least(1.0), None),
}


def measure(work):
    paths = work.photographs("timing", PICTURES)
    ours = protocol.Contender("albumen", work.decode(paths), protocol.reported_rate)
    for name, (title, must, aim) in PEERS.items():
        peer = protocol.Contender(name, work.peer(name, paths), protocol.reported_rate)
        comparison = protocol.compare(ours, peer, work.pairs(10), one_processor())
        yield ratio_row(f"12 MP to {LONGEST_SIDE} px, one core: albumen / {title}", comparison,
                        must, aim)
    yield from quality_rows(work, paths[:JUDGED_PICTURES], LONGEST_SIDE,
                            {name: title for name, (title, *_) in PEERS.items()})


def quality_rows(work, paths, side, peers):
    """How far albumen's view is behind each peer's, by the same reference."""
    commands = {name: lambda more, name=name: work.peer(name, paths, side, more) for name in peers}
    commands["albumen"] = lambda more: work.decode(paths, side, more)
    references = {name: lambda more, name=name: work.peer(name, paths, side, more)
                  for name in quality.REFERENCES}
    with work.scratch() as scratch:
        found = quality.mean_psnrs(commands, references, scratch)
    for name, title in peers.items():
        against = "; ".join(
            f"against full decode and {text}: {found['albumen'][reference]:.1f} and "
            f"{found[name][reference]:.1f} dB" for reference, text in quality.REFERENCES.items())
        loss = found["albumen"]["reference-lanczos"] - found[name]["reference-lanczos"]
        yield Row(f"PSNR of the view of {side} px: albumen - {title}", loss, "dB",
                  at_least(-LARGEST_LOSS_DB), None, f"{against}; {len(paths)} pictures")


GROUPS = [Group("decode", 3, measure, ("timing",))]
