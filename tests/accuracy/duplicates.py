#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes changed copies of photographs, and counts which of them `albumen duplicates` finds.

`make` writes each photograph of a folder (.jpg, .jpeg or .png) and eight copies of it; `measure`
asks a library of them for near duplicates at several limits and prints a Markdown table: copies of
each kind in one group with their original, and pictures in a group with another photograph. Making
needs Pillow; tested by duplicates_test.py.

usage: duplicates.py make PHOTOGRAPHS OUT
       duplicates.py measure ALBUMEN LIBRARY.db
"""

import collections
import json
import pathlib
import subprocess
import sys

LIMITS = ((4, 8), (6, 10), (8, 12), (10, 16))  # bits of pHash, of dHash
QUALITY = 90
ENDINGS = (".jpg", ".jpeg", ".png")
ORIGINAL = "original"


def cropped(image, share):
    """The middle of a picture."""
    width, height = (round(side * share) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def copies_of(image):
    """(kind, picture, JPEG quality) of the original and of each copy."""
    from PIL import Image, ImageEnhance
    yield ORIGINAL, image, QUALITY
    yield "half-size", image.resize((image.width // 2, image.height // 2),
                                    Image.Resampling.BICUBIC), QUALITY
    yield "quality-40", image, 40
    yield "brighter-15", ImageEnhance.Brightness(image).enhance(1.15), QUALITY
    yield "grey", image.convert("L"), QUALITY
    yield "mirrored", image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), QUALITY
    yield "turned-90", image.transpose(Image.Transpose.ROTATE_90), QUALITY
    yield "cropped-97", cropped(image, 0.97), QUALITY
    yield "cropped-90", cropped(image, 0.90), QUALITY


def photographs_in(folder):
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)


def name_of_copy(photograph, kind):
    """With the photograph's own ending: a.jpg and a.png may lie in one folder."""
    return f"{photograph.name}.{kind}.jpg"


def make(photographs, folder):
    from PIL import Image
    paths = photographs_in(photographs)
    if not paths:
        raise SystemExit(f"no photographs ({', '.join(ENDINGS)}) in {photographs}")
    folder.mkdir(parents=True)
    for path in paths:
        with Image.open(path) as image:
            for kind, copy, quality in copies_of(image.convert("RGB")):
                copy.save(folder / name_of_copy(path, kind), "JPEG", quality=quality)


def photograph_and_kind(path):
    """What make wrote into a file's name."""
    photograph, kind, _ending = pathlib.PurePath(path).name.rsplit(".", 2)
    return photograph, kind


def count(groups):
    """(copies of each kind in a group with their original, pictures in a wrong group). A group is
    a list of paths; it belongs to the photograph that most of them come from."""
    found, wrong = collections.Counter(), 0
    for paths in groups:
        members = [photograph_and_kind(path) for path in paths]
        owner, own = collections.Counter(name for name, _kind in members).most_common(1)[0]
        wrong += len(members) - own
        if (owner, ORIGINAL) in members:
            found.update(kind for name, kind in members if name == owner and kind != ORIGINAL)
    return found, wrong


def groups_at(albumen, library, phash, dhash):
    lines = subprocess.run([albumen, "--library", library, "--json", "duplicates", "--phash",
                            str(phash), "--dhash", str(dhash)], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    groups = [json.loads(line) for line in lines]
    return [[member["path"] for member in [group["keeper"], *group["members"]]]
            for group in groups if "keeper" in group]


def table(rows, kinds, photographs):
    """Lines of the table; a row is (limits, found, wrong)."""
    yield f"| pHash, dHash | {' | '.join(kinds)} | in a wrong group |"
    yield "|---" * (len(kinds) + 2) + "|"
    for (phash, dhash), found, wrong in rows:
        cells = " | ".join(f"{found[kind]} of {photographs}" for kind in kinds)
        yield f"| {phash}, {dhash} | {cells} | {wrong} |"


def measure(albumen, library):
    import sqlite3
    with sqlite3.connect(f"file:{library}?mode=ro", uri=True) as opened:
        names = [photograph_and_kind(path) for path, in opened.execute("SELECT path FROM files")]
    kinds = list(dict.fromkeys(kind for _name, kind in sorted(names) if kind != ORIGINAL))
    photographs = sum(kind == ORIGINAL for _name, kind in names)
    rows = [(limits, *count(groups_at(albumen, library, *limits))) for limits in LIMITS]
    print(f"{photographs} photographs, {len(names)} pictures\n")
    print("\n".join(table(rows, kinds, photographs)))


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("make", "measure"):
        sys.exit(__doc__)
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    else:
        measure(sys.argv[2], sys.argv[3])


if __name__ == "__main__":
    main()
