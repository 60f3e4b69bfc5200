# SPDX-License-Identifier: Apache-2.0
"""Photographs as telephones take them to an RGB view of 640 pixels, on one processor."""

import protocol
import quality
from results import Group, Row, at_least, ratio_row
from workplace import LONGEST_SIDE, one_processor

PICTURES = 40  # one to three seconds a leg
JUDGED_PICTURES = 8
LARGEST_LOSS_DB = 0.2
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


def quality_rows(work, paths, side, peers, must=at_least(-LARGEST_LOSS_DB)):
    """How far albumen's view is behind each peer's, by the same reference. `peers` maps a name to
    its title and to how albumen works against it; `must` is None where the work is another."""
    commands = {}
    for name, (_title, how) in peers.items():
        commands[name] = lambda more, name=name: work.peer(name, paths, side, more)
        commands[f"albumen-{name}"] = lambda more, how=how: work.decode(paths, side, [*how, *more])
    references = {name: lambda more, name=name: work.peer(name, paths, side, more)
                  for name in quality.REFERENCES}
    with work.scratch() as scratch:
        found = quality.mean_psnrs(commands, references, scratch)
    for name, (title, _how) in peers.items():
        ours = found[f"albumen-{name}"]
        against = "; ".join(
            f"against full decode and {text}: {ours[reference]:.1f} and "
            f"{found[name][reference]:.1f} dB" for reference, text in quality.REFERENCES.items())
        loss = ours["reference-lanczos"] - found[name]["reference-lanczos"]
        yield Row(f"PSNR of the view of {side} px: albumen - {title}", loss, "dB",
                  must, None, f"{against}; {len(paths)} pictures")


GROUPS = [Group("decode", 3, measure, ("timing",))]
