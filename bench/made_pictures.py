# SPDX-License-Identifier: Apache-2.0
"""Pictures that are made for one measurement and then dropped."""

import os
import random
import struct
import zlib

QUANTIZATION_TABLES = 0xDB
START_OF_SCAN = 0xDA
FILES_A_FOLDER = 500
TINY_SIDE = 16


def progressive_copies(paths, folder):
    """The same photographs with the same quantization, stored progressively; EXIF stays."""
    from PIL import Image
    folder.mkdir()
    for path in paths:
        with Image.open(path) as image:
            image.save(folder / path.name, "JPEG", quality="keep", progressive=True,
                       exif=image.getexif())
    return sorted(folder.iterdir())


def distinct_copies(paths, folder, times):
    """Each JPEG under so many names, each time with slightly other pixels: metadata alone would
    leave it the same picture. Only the last entry of the last quantization table differs, so that
    decoding is the same work."""
    folder.mkdir()
    for path in paths:
        data = bytearray(path.read_bytes())
        at = last_quantization_entry(data)
        usual = data[at]
        for copy in range(times):
            data[at] = (usual - 1 + copy) % 255 + 1
            (folder / f"{path.stem}-{copy}.jpg").write_bytes(data)
    return folder


def last_quantization_entry(data):
    """Where the last byte of the last quantization table lies."""
    at, found = 2, None
    while data[at + 1] != START_OF_SCAN:
        length = struct.unpack_from(">H", data, at + 2)[0]
        if data[at + 1] == QUANTIZATION_TABLES:
            found = at + 2 + length - 1
        at += 2 + length
    if found is None:
        raise ValueError("a JPEG without quantization tables")
    return found


def tiny_pictures(folder, count):
    """PNGs of noise, all different, in folders of 500 as cameras number them."""
    source = random.Random(1)
    row_bytes = 1 + 3 * TINY_SIDE
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", TINY_SIDE, TINY_SIDE, 8, 2, 0, 0, 0))
    end = png_chunk(b"IEND", b"")
    for number in range(count):
        if number % FILES_A_FOLDER == 0:
            current = folder / f"{number // FILES_A_FOLDER:03}"
            os.makedirs(current)
        rows = bytearray(source.randbytes(TINY_SIDE * row_bytes))
        rows[::row_bytes] = bytes(TINY_SIDE)  # each row begins with its filter: none
        with open(current / f"IMG_{number:06}.png", "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + header
                       + png_chunk(b"IDAT", zlib.compress(bytes(rows), 0)) + end)


def png_chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
