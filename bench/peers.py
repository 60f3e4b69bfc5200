# SPDX-License-Identifier: Apache-2.0
"""Decodes photographs to an upright RGB view of a given longest side, as other programs do it.

One thread, every picture once, the view ends as bytes in memory. The last line says images/s.

usage: peers.py NAME --longest-side 640 [--dump FOLDER] FILE...
       NAME is pillow-draft, pillow-full, vips-thumbnail, opencv-reduced, reference-lanczos,
       reference-mean or reference-eighth
"""

import os

os.environ["VIPS_CONCURRENCY"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import json
import pathlib
import time


def pillow_draft():
    from PIL import Image, ImageOps

    def decode(path, side):
        with Image.open(path) as image:
            image.thumbnail((side, side), Image.Resampling.BICUBIC)  # asks for a draft by itself
            image = ImageOps.exif_transpose(image).convert("RGB")
        return image.size, image.tobytes()
    return decode


def pillow_full():
    from PIL import Image, ImageOps

    def decode(path, side):
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image).convert("RGB")
        image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=None)
        return image.size, image.tobytes()
    return decode


def vips_thumbnail():
    import pyvips
    pyvips.cache_set_max(0)

    def decode(path, side):
        image = pyvips.Image.thumbnail(str(path), side, height=side, size="down")
        return (image.width, image.height), image.write_to_memory()
    return decode


def opencv_reduced():
    import cv2
    from PIL import Image
    cv2.setNumThreads(1)
    flags = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
             8: cv2.IMREAD_REDUCED_COLOR_8}

    def decode(path, side):
        with Image.open(path) as header:
            longest = max(header.size)
        reduction = max(n for n in flags if n == 1 or longest // n >= side)
        image = cv2.imread(str(path), flags[reduction])
        scale = side / max(image.shape[:2])
        size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
        image = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA),
                             cv2.COLOR_BGR2RGB)
        return size, image.tobytes()
    return decode


def reference(filter_name):
    """Full decode and an exact filter: slow, and what the others are judged by."""
    from PIL import Image, ImageOps
    resampling = Image.Resampling[filter_name]

    def decode(path, side):
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image).convert("RGB")
        scale = side / max(image.size)
        size = tuple(max(round(length * scale), 1) for length in image.size)
        return size, image.resize(size, resampling).tobytes()
    return decode


def reference_eighth():
    """libjpeg's decode of all scans at 1/8 and an exact filter: what a view out of a decode at that
    scale is judged by, where nothing else is to differ."""
    from PIL import Image, ImageOps

    def decode(path, side):
        with Image.open(path) as image:
            scale = side / max(image.size)
            size = [max(round(length * scale), 1) for length in image.size]
            turned = image.getexif().get(0x0112, 1) >= 5
            image.draft("RGB", [length // 8 for length in image.size])
            image = ImageOps.exif_transpose(image).convert("RGB")
        size = tuple(reversed(size) if turned else size)
        return size, image.resize(size, Image.Resampling.LANCZOS).tobytes()
    return decode


PEERS = {"pillow-draft": pillow_draft, "pillow-full": pillow_full,
         "vips-thumbnail": vips_thumbnail, "opencv-reduced": opencv_reduced,
         "reference-lanczos": lambda: reference("LANCZOS"),
         "reference-mean": lambda: reference("BOX"), "reference-eighth": reference_eighth}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("--longest-side", type=int, default=640)
    parser.add_argument("--dump", type=pathlib.Path, help="write each view as FOLDER/NAME.jpg.ppm")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    decode = PEERS[arguments.name]()
    decode(arguments.files[0], arguments.longest_side)  # what is loaded on first use is loaded now

    started = time.monotonic()
    for path in arguments.files:
        (width, height), pixels = decode(path, arguments.longest_side)
        if max(width, height) != arguments.longest_side or len(pixels) != 3 * width * height:
            raise SystemExit(f"{path}: {width}x{height} with {len(pixels)} bytes")
        if arguments.dump:
            header = f"P6 {width} {height} 255\n".encode()
            (arguments.dump / f"{path.name}.ppm").write_bytes(header + pixels)
    seconds = time.monotonic() - started
    print(json.dumps({"images_per_second": round(len(arguments.files) / seconds, 3),
                      "seconds": round(seconds, 4)}))


if __name__ == "__main__":
    main()
