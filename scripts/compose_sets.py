#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Composes sets of pictures with known people in them from the sample photographs.

Packages carry few faces, so every set pastes the heads of nine persons into wallpapers: who is where
is then known and written to truth.json beside the pictures (boxes and points in pixels after EXIF
orientation). The same samples give the same bytes. A set that is already there is left alone.

  demo          group pictures of 2 to 12 megapixels, some duplicates, PNG and WebP
  timing        photographs of 4032x3024, q92, 0.14-0.17 bytes a pixel, EXIF orientations 1 3 6 8,
                1.8 faces each on average at 5-40 % of the height
  timing_dense  the same at 0.28-0.32 bytes a pixel, as recent telephones write
  crops         pieces of photographs, 1024x768, q90
  accuracy      one property changed at a time: scale, turn, blur, quality

usage: compose_sets.py --samples FOLDER --out FOLDER SET[:COUNT]...
"""

import argparse
import dataclasses
import hashlib
import json
import math
import multiprocessing
import pathlib
import shutil
import sys
import time

import numpy as np

from composing import backgrounds, heads, writing

# Faces in a picture: of 300, how many have none, one, two ...; 540 in all, 1.8 on average.
FACE_COUNTS = [0] * 45 + [1] * 108 + [2] * 75 + [3] * 36 + [4] * 21 + [6] * 15
ORIENTATIONS = [1, 1, 1, 3, 6, 6, 8]
CAMERA_SIZE = 4032, 3024

# What the accuracy set changes, and how far. Sizes are of a face in pixels when the picture is
# fitted to 640; blur is in hundredths of the face's height.
ACCURACY_LEVELS = {
    "scale": [16, 20, 24, 32, 48, 64, 96, 160],
    "turn": [0, 10, 20, 30, 45, 60, 90],
    "blur": [0, 1, 2, 3, 4, 6],
    "quality": [95, 75, 50, 30, 15],
}
ACCURACY_SIZE = 1600, 1200
PICTURES_A_LEVEL = 24


@dataclasses.dataclass(frozen=True)
class Job:
    set_name: str
    number: int
    count: int


def random_for(job, salt=0):
    """Each picture has its own numbers, so that neither order nor process matters."""
    seed = hashlib.sha256(f"{job.set_name}/{job.number}/{salt}".encode()).digest()
    return np.random.default_rng(np.frombuffer(seed, np.uint32))


def choose_heads(random, count):
    """Heads of so many different persons."""
    persons = random.permutation(len(heads.PERSONS))[:count]
    chosen = []
    for person in persons:
        of_person = [index for index, source in enumerate(heads.SOURCES)
                     if source.person == heads.PERSONS[person]]
        chosen.append(of_person[random.integers(len(of_person))])
    return chosen


def paste_people(canvas, random, chosen, smallest, largest):
    """Pastes heads whose faces take that share of the height; large ones first, they need room."""
    taken = heads.TakenPlaces(random)
    sized = []
    for index in chosen:
        limit = max(min(largest, worker_heads.largest_face(index) / canvas.height), smallest)
        share = math.exp(random.uniform(math.log(smallest), math.log(limit)))
        sized.append((share * canvas.height, index))
    faces = []
    for height, index in sorted(sized, reverse=True):
        truth = None
        while truth is None and height > smallest * canvas.height / 2:
            truth = worker_heads.paste(canvas, index, heads.vary(random, height), taken)
            height *= 0.8
        if truth:
            faces.append(truth)
    return faces


def camera_photograph(job, densities):
    random = random_for(job)
    # One permutation for the whole set, so that the counts come out exactly.
    order = random_for(dataclasses.replace(job, number=-1)).permutation(len(FACE_COUNTS))
    faces_wanted = FACE_COUNTS[order[job.number % len(FACE_COUNTS)]]
    orientation = ORIENTATIONS[random.integers(len(ORIENTATIONS))]
    size = CAMERA_SIZE if orientation in (1, 3) else CAMERA_SIZE[::-1]
    canvas = backgrounds.mosaic(worker_samples, random, size)
    faces = paste_people(canvas, random, choose_heads(random, faces_wanted), 0.05, 0.40)
    encoded = writing.jpeg_of_density(writing.stored_turned(canvas, orientation), random,
                                      random.uniform(*densities),
                                      writing.exif(orientation, 7 * job.number))
    name = f"IMG_{job.number + 1:04}.jpg"
    (worker_out / name).write_bytes(encoded)
    return [entry(name, canvas.size, faces, orientation=orientation)]


def entry(name, size, faces, **more):
    return {"file": name, "width": size[0], "height": size[1], **more, "faces": faces}


def demo_picture(job):
    random = random_for(job)
    megapixels = math.exp(random.uniform(math.log(2), math.log(12)))
    ratio = (3 / 2, 4 / 3, 16 / 9, 3 / 4)[random.integers(4)]
    size = (round(math.sqrt(megapixels * 1e6 * ratio)), round(math.sqrt(megapixels * 1e6 / ratio)))
    orientation = ORIENTATIONS[random.integers(len(ORIENTATIONS))]
    canvas = backgrounds.one_photograph(worker_samples, random, size)
    chosen = choose_heads(random, int(random.choice([1, 2, 3, 4, 5], p=[.25, .3, .2, .15, .1])))
    faces = paste_people(canvas, random, chosen, 0.10, 0.35)
    data = writing.exif(orientation, 95 * job.number)
    stem = f"party-{job.number + 1:02}"
    if job.number % 20 in (7, 13):
        suffix = ".png" if job.number % 20 == 7 else ".webp"
        canvas.thumbnail((1600, 1600))
        scale = canvas.width / size[0]
        faces = [scaled(face, scale) for face in faces]
        canvas.save(worker_out / (stem + suffix), quality=88)
        return [entry(stem + suffix, canvas.size, faces)]
    (worker_out / f"{stem}.jpg").write_bytes(
        writing.jpeg(writing.stored_turned(canvas, orientation), 91, data))
    written = [entry(f"{stem}.jpg", canvas.size, faces, orientation=orientation)]
    if job.number % 12 == 4:  # somebody sent it on: smaller, and without EXIF
        small = canvas.resize((canvas.width // 2, canvas.height // 2))
        (worker_out / f"{stem}-sent.jpg").write_bytes(writing.jpeg(small, 75, b""))
        written.append(entry(f"{stem}-sent.jpg", small.size, [scaled(f, 0.5) for f in faces],
                             duplicate_of=f"{stem}.jpg"))
    return written


def scaled(face, scale):
    return {**face, "box": [round(v * scale, 1) for v in face["box"]],
            "landmarks": [[round(v * scale, 1) for v in point] for point in face["landmarks"]]}


def crop_picture(job):
    random = random_for(job)
    picture = backgrounds.crop_of(worker_samples, random, (1024, 768))
    name = f"crop-{job.number + 1:03}.jpg"
    (worker_out / name).write_bytes(writing.jpeg(picture, 90, b""))
    return [entry(name, picture.size, [])]


def accuracy_cases():
    return [(axis, level) for axis, levels in ACCURACY_LEVELS.items() for level in levels]


def accuracy_picture(job):
    """Two persons in a picture; at the same number all levels show the same two, in the same look
    but for the property that is changed."""
    axis, level = accuracy_cases()[job.number // PICTURES_A_LEVEL]
    number = job.number % PICTURES_A_LEVEL
    random = random_for(dataclasses.replace(job, number=number))
    canvas = backgrounds.one_photograph(worker_samples, random, ACCURACY_SIZE)
    faces, taken = [], heads.TakenPlaces(random)
    for index in choose_heads(random, 2):
        height = (level if axis == "scale" else 96) * max(ACCURACY_SIZE) / 640
        look = heads.vary(random, min(height, worker_heads.largest_face(index)))
        if axis == "turn":
            look.turn = level * (1 if random.integers(2) else -1)
        if axis == "blur":
            look.blur = level / 100 * look.face_height
        faces.append(worker_heads.paste(canvas, index, look, taken))
    name = f"{axis}-{level:03}-{number + 1:02}.jpg"
    (worker_out / name).write_bytes(
        writing.jpeg(canvas, level if axis == "quality" else 92, b""))
    return [entry(name, canvas.size, [face for face in faces if face], axis=axis, level=level)]


SETS = {  # how one picture is made, and how many there are
    "demo": (demo_picture, 60),
    "timing": (lambda job: camera_photograph(job, (0.14, 0.17)), 300),
    "timing_dense": (lambda job: camera_photograph(job, (0.28, 0.32)), 300),
    "crops": (crop_picture, 50),
    "accuracy": (accuracy_picture, len(accuracy_cases()) * PICTURES_A_LEVEL),
}
worker_samples = worker_out = worker_heads = None


def start_worker(samples, out):
    global worker_samples, worker_out, worker_heads
    worker_samples, worker_out, worker_heads = samples, out, heads.Heads(samples)


def make(job):
    return SETS[job.set_name][0](job)


def recipe(name, count):
    """Changes when the set would come out differently."""
    digest = hashlib.sha256(f"{name} {count}".encode())
    for file in sorted(pathlib.Path(__file__).parent.glob("compos*/*.py")) + [__file__]:
        digest.update(pathlib.Path(file).read_bytes())
    return digest.hexdigest()


def compose(name, count, samples, out):
    final = out / name
    try:
        if json.loads((final / "truth.json").read_text())["recipe"] == recipe(name, count):
            return
    except (FileNotFoundError, KeyError, ValueError):
        pass
    print(f"== composing {count} pictures: {name}", flush=True)
    part = out / f".part-{name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    started = said = time.monotonic()
    pictures = []
    with multiprocessing.Pool(initializer=start_worker, initargs=(samples, part)) as pool:
        jobs = [Job(name, number, count) for number in range(count)]
        for done, written in enumerate(pool.imap(make, jobs), start=1):
            pictures += written
            if time.monotonic() - said > 5:
                said = time.monotonic()
                print(f"   {name}: {done} of {count}", flush=True)
    truth = {"set": name, "recipe": recipe(name, count), "pictures": pictures}
    (part / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    faces = sum(len(picture["faces"]) for picture in pictures)
    megabytes = sum(file.stat().st_size for file in final.iterdir()) / 1e6
    print(f"== {name}: {len(pictures)} pictures, {faces} faces, {megabytes:.0f} MB, "
          f"{time.monotonic() - started:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("sets", nargs="+", metavar="SET[:COUNT]")
    arguments = parser.parse_args()
    for wanted in arguments.sets:
        name, _, count = wanted.partition(":")
        if name not in SETS:
            parser.error(f"no such set: {name}; there are {', '.join(SETS)}")
        compose(name, int(count) if count else SETS[name][1], arguments.samples, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
