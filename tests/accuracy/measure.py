#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what was found in a composed set with what was put there.

Reads the set's truth.json and the lines of `albumen export --format jsonl` (or of
bench/python_faces.py --out), and prints one Markdown row for the whole set and one for each level of
each property that the set changes. Standard library only; tested by measure_test.py.

  faces      faces in the truth
  found      share of them that a found box covers
  false      found boxes that cover no face, those in a place that the truth calls unclear left out
  precision  of all pairs of faces put together as one person, the share that is one person
  recall     of all pairs of faces of one person, the share put together
  across     the same, for pairs from different photographs of that person: the harder question,
             since pasted copies of one photograph are easily recognised

usage: measure.py TRUTH.json EXPORT.jsonl
"""

import collections
import itertools
import json
import pathlib
import sys

SMALLEST_OVERLAP = 0.4  # intersection over union; turned faces keep upright boxes


def overlap(a, b):
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def match(truth_faces, found_faces):
    """Pairs (face of the truth, found face), best overlaps first, each used once."""
    candidates = sorted(
        ((overlap(truth["box"], found["box"]), i, j)
         for i, truth in enumerate(truth_faces) for j, found in enumerate(found_faces)),
        reverse=True)
    used_truth, used_found, pairs = set(), set(), []
    for amount, i, j in candidates:
        if amount >= SMALLEST_OVERLAP and i not in used_truth and j not in used_found:
            used_truth.add(i)
            used_found.add(j)
            pairs.append((truth_faces[i], found_faces[j]))
    return pairs


def is_false(found, picture):
    """Whether an unmatched box claims a face where the truth has none and is sure of it."""
    x, y = (found["box"][i] + found["box"][i + 2] / 2 for i in (0, 1))
    return not any(box[0] <= x < box[0] + box[2] and box[1] <= y < box[1] + box[3]
                   for box in picture.get("unclear", []))


def belongs_together(a, b):
    """Whether two found faces were given one person; a face without a person is alone."""
    return a["person"] not in (None, -1) and a["person"] == b["person"]


def share(part, whole):
    return part / whole if whole else None


def found_in(found_by_path, picture):
    """What was found in a picture of the truth, which names it by the end of its path."""
    wanted = pathlib.PurePath(picture["file"]).parts
    return next((faces for path, faces in found_by_path.get(wanted[-1], [])
                 if pathlib.PurePath(path).parts[-len(wanted):] == wanted), [])


def measure(pictures, found_by_name):
    """The numbers of one row."""
    faces = matched = false = 0
    people = []
    for picture in pictures:
        found = found_in(found_by_name, picture)
        pairs = match(picture["faces"], found)
        faces += len(picture["faces"])
        matched += len(pairs)
        taken = {id(face) for _, face in pairs}
        false += sum(id(face) not in taken and is_false(face, picture) for face in found)
        people += pairs
    counts = collections.Counter()
    for (truth_a, found_a), (truth_b, found_b) in itertools.combinations(people, 2):
        same = truth_a["person"] == truth_b["person"]
        together = belongs_together(found_a, found_b)
        counts["same"] += same
        counts["together"] += together
        counts["right"] += same and together
        across = same and truth_a["source"] != truth_b["source"]
        counts["across"] += across
        counts["across_right"] += across and together
    return {"pictures": len(pictures), "faces": faces, "found": share(matched, faces),
            "false": false, "precision": share(counts["right"], counts["together"]),
            "recall": share(counts["right"], counts["same"]),
            "across": share(counts["across_right"], counts["across"])}


def rows(truth, found_by_name):
    """Yields (name, numbers): the whole set, then each level."""
    yield truth["set"], measure(truth["pictures"], found_by_name)
    levels = collections.defaultdict(list)
    for picture in truth["pictures"]:
        if "axis" in picture:
            levels[picture["axis"], picture["level"]].append(picture)
    for (axis, level), pictures in levels.items():
        yield f"{axis} {level}", measure(pictures, found_by_name)


def as_text(value):
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def read_export(path):
    """By file name: (path, found faces) of all pictures of that name."""
    found = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            picture = json.loads(line)
            if "path" in picture:
                name = pathlib.PurePath(picture["path"]).name
                found[name].append((picture["path"], picture.get("faces") or []))
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    truth = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    columns = ["pictures", "faces", "found", "false", "precision", "recall", "across"]
    print(f"| set | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for name, numbers in rows(truth, read_export(sys.argv[2])):
        print(f"| {name} | {' | '.join(as_text(numbers[column]) for column in columns)} |")


if __name__ == "__main__":
    main()
