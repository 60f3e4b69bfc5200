# SPDX-License-Identifier: Apache-2.0
"""The usual Python way to index a folder of photographs with faces: what albumen is compared with.

Two worker processes of one thread: Pillow, EXIF transpose, OpenCV resize, the same nets as albumen
on ONNX Runtime with batched second and third stage, then DBSCAN of scikit-learn. It is written to
be fast for what it is: no work is done twice, arrays are not copied for nothing, the candidates of a
picture go through each net in one call. Prints one JSON line; --out writes what it found.

usage: python_faces.py --nets FOLDER [--workers 2] [--draft] [--out FILE] PICTURES_FOLDER
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import multiprocessing
import pathlib
import resource
import time

import cv2
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

LONGEST_SIDE = 640   # of the view that faces are looked for in
SMALLEST_FACE = 20   # pixels of that view
PYRAMID_STEP = 0.709
THRESHOLDS = (0.6, 0.7, 0.9)
# Eyes, nose, corners of the mouth in a 150x150 chip, pixel centres at integers.
CHIP_POINTS = np.array([(47.1, 45.0), (101.9, 45.0), (74.5, 78.2), (49.2, 102.5), (99.8, 102.5)])
CHIP_SIDE = 150
DBSCAN_EPS = 0.33  # of unit vectors


class FaceFinder:
    """The three detection nets and the embedding net, each on one thread."""

    def __init__(self, nets):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.nets = {name: onnxruntime.InferenceSession(nets / f"{name}.onnx", options,
                                                        providers=["CPUExecutionProvider"])
                     for name in ("pnet", "rnet", "onet", "dlib")}

    def run(self, net, names, batch):
        return self.nets[net].run(names, {"input": batch})

    def find(self, view):
        """Boxes (x1 y1 x2 y2), scores and five points of the faces in an RGB view."""
        boxes = self.propose(view)
        if len(boxes) == 0:
            return np.empty((0, 4)), np.empty(0), np.empty((0, 5, 2))
        boxes = squares(boxes)
        reg, prob = self.run("rnet", ["reg", "prob"], crops(view, boxes, 24))
        keep = prob[:, 1] > THRESHOLDS[1]
        boxes, scores = moved(boxes[keep], reg[keep]), prob[keep, 1]
        chosen = suppressed(boxes, scores, 0.7)
        if len(chosen) == 0:
            return np.empty((0, 4)), np.empty(0), np.empty((0, 5, 2))
        boxes = squares(boxes[chosen])
        reg, points, prob = self.run("onet", ["reg", "landmarks", "prob"], crops(view, boxes, 48))
        keep = prob[:, 1] > THRESHOLDS[2]
        boxes, reg, points, scores = boxes[keep], reg[keep], points[keep], prob[keep, 1]
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        points = np.stack([points[:, :5] * sides[:, :1] + boxes[:, :1],
                           points[:, 5:] * sides[:, 1:] + boxes[:, 1:2]], axis=2)
        boxes = moved(boxes, reg)
        chosen = suppressed(boxes, scores, 0.7, of_smaller=True)
        return boxes[chosen], scores[chosen], points[chosen]

    def propose(self, view):
        height, width = view.shape[:2]
        found_boxes, found_scores = [], []
        scale = 12 / SMALLEST_FACE
        while min(height, width) * scale >= 12:
            size = int(np.ceil(width * scale)), int(np.ceil(height * scale))
            level = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
            reg, prob = self.run("pnet", ["reg", "prob"], as_batch(level[None]))
            rows, columns = np.nonzero(prob[0, 1] > THRESHOLDS[0])
            corners = np.stack([columns * 2 + 1, rows * 2 + 1, columns * 2 + 12, rows * 2 + 12], 1)
            boxes = (corners + reg[0][:, rows, columns].T * 11) / scale
            scores = prob[0, 1, rows, columns]
            chosen = suppressed(boxes, scores, 0.5)
            found_boxes.append(boxes[chosen])
            found_scores.append(scores[chosen])
            scale *= PYRAMID_STEP
        if not found_boxes:
            return np.empty((0, 4))
        boxes = np.concatenate(found_boxes)
        return boxes[suppressed(boxes, np.concatenate(found_scores), 0.7)]

    def vectors(self, picture, points):
        """One unit vector of 128 dimensions for each face."""
        chips = np.stack([chip(picture, five) for five in points])
        batch = np.ascontiguousarray(chips.transpose(0, 3, 1, 2), np.float32)
        vectors, = self.run("dlib", ["embedding"], batch)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def as_batch(pictures):
    """Bytes, picture by picture, to what the detection nets take: channels first, -1 to 1."""
    return (pictures.transpose(0, 3, 1, 2).astype(np.float32) - 127.5) * (1 / 128)


def squares(boxes):
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)


def moved(boxes, reg):
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    return boxes + reg * np.concatenate([sides, sides], axis=1)


def crops(view, boxes, side):
    """The boxes cut out of the view and shrunk; outside of the view counts as mid-grey."""
    height, width = view.shape[:2]
    out = np.empty((len(boxes), side, side, 3), np.uint8)
    for index, box in enumerate(np.rint(boxes).astype(int)):
        x1, y1 = box[:2]
        x2, y2 = np.maximum(box[2:], box[:2] + 1)
        inside = view[max(y1, 0):max(y2, 0), max(x1, 0):max(x2, 0)]
        if inside.shape[:2] != (y2 - y1, x2 - x1):
            inside = cv2.copyMakeBorder(
                inside, max(-y1, 0), max(y2 - max(height, y1), 0), max(-x1, 0),
                max(x2 - max(width, x1), 0), cv2.BORDER_CONSTANT, value=(127, 127, 127))
        cv2.resize(inside, (side, side), dst=out[index], interpolation=cv2.INTER_AREA)
    return as_batch(out)


def suppressed(boxes, scores, limit, of_smaller=False):
    """Indices of the boxes that greedy suppression keeps, best first."""
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    order, chosen = np.argsort(-scores, kind="stable"), []
    while order.size:
        best, rest = order[0], order[1:]
        chosen.append(best)
        overlap = np.minimum(boxes[best, 2:], boxes[rest, 2:]) \
            - np.maximum(boxes[best, :2], boxes[rest, :2])
        common = np.prod(np.maximum(overlap, 0), axis=1)
        whole = np.minimum(areas[best], areas[rest]) if of_smaller \
            else areas[best] + areas[rest] - common
        order = rest[common <= limit * whole]
    return np.array(chosen, int)


def chip(picture, points):
    """The face turned and scaled so that its points fall on CHIP_POINTS, by least squares."""
    p, q = points - points.mean(axis=0), CHIP_POINTS - CHIP_POINTS.mean(axis=0)
    norm = (p * p).sum()
    a = (p * q).sum() / norm
    b = (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / norm
    matrix = np.array([[a, -b], [b, a]])
    shift = CHIP_POINTS.mean(axis=0) - matrix @ points.mean(axis=0)
    # Only the neighbourhood is touched, shrunk by area first where the face is large.
    scale = np.hypot(a, b)
    centre = points.mean(axis=0)
    reach = CHIP_SIDE / scale
    x1, y1 = np.maximum(np.floor(centre - reach).astype(int), 0)
    x2, y2 = np.ceil(centre + reach).astype(int)
    region = picture[y1:y2, x1:x2]
    shift = shift + matrix @ np.array([x1, y1])
    if scale < 1:
        size = max(round(region.shape[1] * scale), 1), max(round(region.shape[0] * scale), 1)
        ratio = np.array([region.shape[1] / size[0], region.shape[0] / size[1]])
        region = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
        shift = shift + matrix @ ((ratio - 1) / 2)
        matrix = matrix * ratio
    return cv2.warpAffine(region, np.column_stack([matrix, shift]), (CHIP_SIDE, CHIP_SIDE))


worker_finder = None
worker_draft = False


def start_worker(nets, draft, ready):
    global worker_finder, worker_draft
    cv2.setNumThreads(1)
    worker_finder, worker_draft = FaceFinder(nets), draft
    ready.wait()


def index_picture(path):
    with Image.open(path) as image:
        full_size = image.size
        if worker_draft:
            image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        picture = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    to_full = max(full_size) / max(picture.shape[:2])
    scale = min(LONGEST_SIDE / max(picture.shape[:2]), 1)
    view = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes, scores, points = worker_finder.find(view)
    vectors = worker_finder.vectors(picture, points / scale) if len(boxes) else np.empty((0, 128))
    to_full /= scale
    return path.name, boxes * to_full, scores, points * to_full, vectors


def index_folder(folder, nets, workers, draft):
    from sklearn.cluster import DBSCAN
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".jpg", ".png"))
    context = multiprocessing.get_context("spawn")
    # The clock starts when all workers are ready: nets are loaded once, pictures count.
    ready = context.Barrier(workers + 1)
    with context.Pool(workers, start_worker, (nets, draft, ready)) as pool:
        ready.wait()
        started = time.monotonic()
        found = pool.map(index_picture, paths, chunksize=4)
        vectors = np.concatenate([vectors for *_, vectors in found])
        people = DBSCAN(eps=DBSCAN_EPS, min_samples=2).fit_predict(vectors) if len(vectors) else []
        seconds = time.monotonic() - started
        pool.close()
        pool.join()
    return found, people, seconds


def to_json(found, people):
    people = iter(people)
    for name, boxes, scores, points, _ in found:
        faces = [{"box": [round(float(v), 1) for v in (x1, y1, x2 - x1, y2 - y1)],
                  "score": round(float(score), 4), "landmarks": np.round(five, 1).tolist(),
                  "person": int(next(people))}
                 for (x1, y1, x2, y2), score, five in zip(boxes, scores, points)]
        yield {"path": name, "faces": faces}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nets", type=pathlib.Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--draft", action="store_true", help="let Pillow decode at a smaller scale")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    found, people, seconds = index_folder(arguments.folder, arguments.nets, arguments.workers,
                                          arguments.draft)
    if arguments.out:
        arguments.out.write_text("".join(json.dumps(line) + "\n" for line in to_json(found, people)))
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({
        "pictures": len(found), "faces": len(people), "people": len(set(people) - {-1}),
        "seconds": round(seconds, 3), "images_per_second": round(len(found) / seconds, 2),
        "cpu_seconds": round(sum(u.ru_utime + u.ru_stime for u in usage), 2),
        # ru_maxrss of the children is that of the largest one, not their sum.
        "peak_rss_mb": round((usage[0].ru_maxrss + arguments.workers * usage[1].ru_maxrss) / 1024)}))


if __name__ == "__main__":
    main()
