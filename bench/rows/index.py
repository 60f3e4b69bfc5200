# SPDX-License-Identifier: Apache-2.0
"""Indexing with faces and people, on two processors, against the usual Python pipeline. albumen
is timed from outside, start and loading of nets included, on all photographs; the ratio comes
from pairs on some of them, because the Python pipeline takes minutes for all. That pipeline
times itself once its workers are ready."""

import functools
import json

import protocol
from results import Group, Row, at_least, ratio_row
from workplace import (folder_of, forget, index_summary, megapixels_and_density,
                       two_processors)

PICTURES = 300
PAIR_PICTURES = 80  # two seconds of albumen, eleven of the pipeline
PEERS = {  # extra flags of python_faces.py; what must be reached; pairs: ten where something must
    "Python pipeline": ((), at_least(4), 10),
    "Python pipeline with Pillow's draft": (("--draft",), None, 3),
}


def measure(work, set_name):
    paths = work.photographs(set_name, PICTURES)
    size, density = megapixels_and_density(work.truth(set_name), paths)
    kind = f"{size:.0f} MP at {density:.2f} B/px"
    with work.scratch() as scratch:
        library = scratch / "library.db"
        everything = folder_of(paths, scratch / "all")
        yield from rate_rows(kind, contender(work, library, everything, len(paths)), len(paths),
                             work.pairs(3))
        some = folder_of(paths[:PAIR_PICTURES], scratch / "some")
        ours = contender(work, library, some, min(len(paths), PAIR_PICTURES))
        for title, (flags, must, pairs) in PEERS.items():
            peer = protocol.Contender(title, work.python_pipeline(some, flags),
                                      protocol.reported_rate)
            comparison = protocol.compare(ours, peer, work.pairs(pairs), two_processors())
            yield ratio_row(f"index with faces, {kind}: albumen / {title}", comparison, must,
                            more=faces_found(comparison))


def contender(work, library, folder, count):
    return protocol.Contender("albumen", work.index(library, folder),
                              protocol.rate_from_outside(count), before=lambda: forget(library))


def rate_rows(kind, ours, count, times):
    alone = protocol.run_alone(ours, times, two_processors())
    summary = index_summary(alone.counted()[-1].output)
    yield Row(f"index with faces, {count} photographs of {kind}", alone.median("rate"), "images/s",
              at_least(33.3), at_least(45),
              f"{1000 * alone.median('cpu_seconds') / count:.0f} ms of CPU an image; "
              f"peak {alone.median('peak_mb'):.0f} MB; {summary['faces']} faces, "
              f"{summary['people']} people; {len(alone.counted())} runs", alone.quiet())


def faces_found(comparison):
    ours = index_summary(comparison.output(0))["faces"]
    theirs = json.loads(comparison.output(1).strip().splitlines()[-1])["faces"]
    return f"faces {ours} against {theirs}"


GROUPS = [
    Group("index", 4.5, functools.partial(measure, set_name="timing"), ("timing",)),
    Group("index-dense", 4.5, functools.partial(measure, set_name="timing_dense"), ("timing_dense",)),
]
