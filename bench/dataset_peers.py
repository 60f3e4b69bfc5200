# SPDX-License-Identifier: Apache-2.0
"""Makes a training set as other programs are used for it: decode, turn upright, RGB, fit inside a
square, encode, write.

What is loaded on first use is loaded before the clock starts. The last line says images/s.

usage: dataset_peers.py NAME --format png|jpeg --out FOLDER [--threads N] SOURCE...
       NAME is pillow, vips or opencv; a SOURCE is a ZIP archive or a picture
"""

import os

os.environ["VIPS_CONCURRENCY"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import concurrent.futures
import io
import json
import pathlib
import threading
import time
import zipfile

PNG_LEVEL = 6
JPEG_QUALITY = 85


def pillow():
    from PIL import Image, ImageOps
    settings = {"png": {"compress_level": PNG_LEVEL}, "jpeg": {"quality": JPEG_QUALITY}}

    def make(data, side, kind, path):
        with Image.open(io.BytesIO(data)) as image:
            # Asks for a draft by itself, and enlarges nothing.
            image.thumbnail((side, side), Image.Resampling.BILINEAR)
            image = ImageOps.exif_transpose(image).convert("RGB")
        image.save(path, kind.upper(), **settings[kind])
    return make


def vips():
    import pyvips
    pyvips.cache_set_max(0)
    settings = {"png": {"compression": PNG_LEVEL}, "jpeg": {"Q": JPEG_QUALITY}}

    def make(data, side, kind, path):
        image = pyvips.Image.thumbnail_buffer(data, side, height=side, size="down")
        save = image.pngsave if kind == "png" else image.jpegsave
        save(str(path), keep="none", **settings[kind])
    return make


def opencv():
    import cv2
    import numpy
    cv2.setNumThreads(1)
    settings = {"png": [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL],
                "jpeg": [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]}

    def make(data, side, kind, path):
        image = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
        scale = side / max(image.shape[:2])
        if scale < 1:
            size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        if not cv2.imwrite(str(path), image, settings[kind]):
            raise OSError(f"{path} was not written")
    return make


PEERS = {"pillow": pillow, "vips": vips, "opencv": opencv}
ENDINGS = {"png": ".png", "jpeg": ".jpg"}


class Sources:
    """Members of archives and files by number; each thread has archives of its own."""

    def __init__(self, paths):
        self.members, self.mine = [], threading.local()
        for path in paths:
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    self.members += [(path, name) for name in archive.namelist()]
            else:
                self.members.append((path, None))

    def read(self, index):
        path, name = self.members[index]
        if name is None:
            return path.read_bytes()
        if not hasattr(self.mine, "archives"):
            self.mine.archives = {}
        if path not in self.mine.archives:
            self.mine.archives[path] = zipfile.ZipFile(path)
        return self.mine.archives[path].read(name)

    def stem(self, index):
        path, name = self.members[index]
        return pathlib.PurePath(name or path).stem


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("--format", choices=ENDINGS, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    make, sources = PEERS[arguments.name](), Sources(arguments.sources)
    arguments.out.mkdir()

    def one(index):
        path = arguments.out / (sources.stem(index) + ENDINGS[arguments.format])
        make(sources.read(index), arguments.side, arguments.format, path)

    one(0)
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.threads) as pool:
        list(pool.map(one, range(len(sources.members))))
    seconds = time.monotonic() - started
    print(json.dumps({"images_per_second": round(len(sources.members) / seconds, 3),
                      "seconds": round(seconds, 4)}))


if __name__ == "__main__":
    main()
