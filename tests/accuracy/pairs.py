#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Same person or not, for all pairs of known faces that were found and have a vector.

Reads a truth.json and the library that `albumen index` wrote, and prints two Markdown tables: how
many pairs the threshold of the embedder accepts, and where the distances of both kinds of pairs lie.
The distance is the cosine distance of the two vectors, 1 - their product. Standard library only;
tested by pairs_test.py.

  same, across       pairs of one person out of different photographs
  same, all          these, and pairs of copies of one photograph
  different          pairs of two persons

usage: pairs.py TRUTH.json LIBRARY.db [THRESHOLD]
"""

import array
import collections
import itertools
import json
import operator
import os
import pathlib
import sqlite3
import struct
import sys

import measure

SAME_PERSON = 0.065  # same_person of the default embedder's card, models/dlib-resnet29.toml
SHARES = (0.01, 0.05, 0.5, 0.95, 0.99)
KINDS = ("same, across", "same, all", "different")


def read_library(path):
    """As measure.read_export: (path, found faces) by file name; a face has its vector, or None."""
    found = collections.defaultdict(list)
    library = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    library.text_factory = os.fsdecode
    faces = collections.defaultdict(list)
    for picture, x, y, width, height, vector in library.execute(
            "SELECT picture_key, x, y, width, height, vector FROM faces JOIN analyzers "
            "USING (analyzer_key) WHERE current = 1"):
        numbers = vector and array.array("d", struct.unpack(f"<{len(vector) // 2}e", vector))
        faces[picture].append({"box": [x, y, width, height], "vector": numbers})
    for file, picture in library.execute(
            "SELECT path, picture_key FROM files WHERE missing = 0 AND picture_key IS NOT NULL"):
        found[pathlib.PurePath(file).name].append((file, faces.get(picture, [])))
    return found


def known_faces(truth, found_by_name):
    """(truth, vector) of every face of the truth that was found and was large enough for one."""
    for picture in truth["pictures"]:
        for known, found in measure.match(picture["faces"],
                                          measure.found_in(found_by_name, picture)):
            if found["vector"]:
                yield known, found["vector"]


def distances(known):
    """Sorted distances of the pairs, by kind."""
    of_kind = {kind: [] for kind in KINDS}
    for (a, a_vector), (b, b_vector) in itertools.combinations(known, 2):
        # 16-bit vectors are not quite of unit length.
        distance = max(1 - sum(map(operator.mul, a_vector, b_vector)), 0.0)
        if a["person"] != b["person"]:
            of_kind["different"].append(distance)
            continue
        of_kind["same, all"].append(distance)
        if a["source"] != b["source"]:
            of_kind["same, across"].append(distance)
    return {kind: sorted(values) for kind, values in of_kind.items()}


def accepted(values, threshold):
    return sum(value <= threshold for value in values)


def percentile(values, share):
    return values[min(int(share * len(values)), len(values) - 1)]


def tables(name, faces, of_kind, threshold):
    """Lines of both tables."""
    yield f"{name}: {faces} faces with a vector, threshold {threshold}"
    yield ""
    yield "| pairs | n | accepted | share |"
    yield "|---|---|---|---|"
    for kind, values in of_kind.items():
        count = accepted(values, threshold)
        yield f"| {kind} | {len(values)} | {count} | {measure.as_text(measure.share(count, len(values)))} |"
    yield ""
    yield f"| distance at | {' | '.join(f'{100 * share:g} %' for share in SHARES)} | least | largest |"
    yield "|---" * (len(SHARES) + 3) + "|"
    for kind, values in of_kind.items():
        if values:
            places = [percentile(values, share) for share in SHARES] + [values[0], values[-1]]
            yield f"| {kind} | {' | '.join(f'{place:.3f}' for place in places)} |"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    truth = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    threshold = float(sys.argv[3]) if len(sys.argv) == 4 else SAME_PERSON
    known = list(known_faces(truth, read_library(sys.argv[2])))
    print("\n".join(tables(truth["set"], len(known), distances(known), threshold)))


if __name__ == "__main__":
    main()
