#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what is known of the sample photographs (real_photographs.tsv) as the truth.json that
measure.py and pairs.py read. Standard library only; tested by measure_test.py.

usage: real_photographs.py SAMPLES > TRUTH.json
"""

import json
import pathlib
import sys

TABLE = pathlib.Path(__file__).resolve().with_suffix(".tsv")
SUFFIXES = {".jpg", ".png", ".gif", ".tif"}


def known_faces(lines):
    """(faces, unclear places) of each picture that has any."""
    found = {}
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        picture, *numbers, person, photograph = line.rstrip("\n").split("\t")
        box = [float(number) for number in numbers]
        faces, unclear = found.setdefault(picture, ([], []))
        if person == "unclear":
            unclear.append(box)
        else:
            source = pathlib.PurePath(picture).name if photograph == "-" else photograph
            faces.append({"person": person, "source": source, "box": box})
    return found


def truth_of(names, lines):
    """One entry for each picture, by its path below the samples."""
    known = known_faces(lines)
    if gone := set(known) - set(names):
        raise ValueError(f"not among the samples: {', '.join(sorted(gone))}")
    pictures = []
    for name in sorted(names):
        faces, unclear = known.get(name, ([], []))
        pictures.append({"file": name, "faces": faces, "unclear": unclear})
    return {"set": "real photographs", "pictures": pictures}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    samples = pathlib.Path(sys.argv[1])
    names = [path.relative_to(samples).as_posix() for path in samples.rglob("*")
             if path.suffix.lower() in SUFFIXES and "sets" not in path.relative_to(samples).parts]
    print(json.dumps(truth_of(names, TABLE.read_text(encoding="utf-8").splitlines()), indent=1))


if __name__ == "__main__":
    main()
