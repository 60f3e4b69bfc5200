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


GIANT_TILES = 3         # of 12 MP across and down: 110 MP
GIANT_PNG_SIDE = 20_000


def giant(photograph, path, **how):
    from PIL import Image
    with Image.open(photograph) as image:
        image.load()
        whole = Image.new("RGB", (image.width * GIANT_TILES, image.height * GIANT_TILES))
        for tile in range(GIANT_TILES ** 2):
            across, down = tile % GIANT_TILES, tile // GIANT_TILES
            whole.paste(image, (across * image.width, down * image.height))
    whole.save(path, "JPEG", quality=90, **how)
    return path


def giant_jpeg(photograph, folder):
    return giant(photograph, folder / "giant.jpg")


def giant_progressive_jpeg(photograph, folder):
    return giant(photograph, folder / "giant_progressive.jpg", progressive=True)


def giant_png(photograph, folder):
    """A photograph with each pixel enlarged to a square, row by row: whole, it has 1.2 GB."""
    import numpy
    from PIL import Image
    with Image.open(photograph) as image:
        samples = numpy.asarray(image.convert("RGB"))
    path, side = folder / "giant.png", GIANT_PNG_SIDE
    across = numpy.arange(side) * samples.shape[1] // side
    down = numpy.arange(side) * samples.shape[0] // side
    packer, same_as_above = zlib.compressobj(1), b"\x02" + bytes(3 * side)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + png_chunk(
            b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)))
        for y in range(side):
            row = same_as_above
            if y == 0 or down[y] != down[y - 1]:
                row = b"\x00" + samples[down[y], across].tobytes()
            if packed := packer.compress(row):
                file.write(png_chunk(b"IDAT", packed))
        file.write(png_chunk(b"IDAT", packer.flush()) + png_chunk(b"IEND", b""))
    return path


def many_kinds(photographs, folder, count, with_rare):
    """So many names for five kinds of picture from each photograph, most of 2 MP; `with_rare`: also
    formats that albumen-longtail decodes."""
    made = [path for number, photograph in enumerate(photographs)
            for path in kinds_of(photograph, folder, number, with_rare)]
    names = folder / "names"
    for number in range(count):
        path = made[number % len(made)]
        place = names / f"{number // FILES_A_FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        os.link(path, place / f"{number:06}{path.suffix}")
    return names


def kinds_of(photograph, folder, number, with_rare):
    """The photograph as it is, and four of the kinds in turn."""
    from PIL import Image
    folder.mkdir(exist_ok=True)
    with Image.open(photograph) as image:
        image.thumbnail((1600, 1600))
        half = image.convert("RGB")
    mask = half.convert("L")
    faded = half.copy()
    faded.putalpha(mask)
    ways = [
        (("progressive.jpg", half, {"quality": 88, "progressive": True}),
         ("grey.jpg", mask, {"quality": 88}),
         ("photo.png", half, {"compress_level": 3}),
         ("photo.webp", half, {"quality": 85})),
        (("inks.jpg", half.convert("CMYK"), {"quality": 88}),
         ("palette.png", half.quantize(200), {"compress_level": 3}),
         ("faded.png", faded, {"compress_level": 3}),
         ("lossless.webp", faded.resize((600, 400)), {"lossless": True, "quality": 20}))]
    if with_rare:
        ways.append((("packed.tif", half, {"compression": "tiff_lzw"}),
                     ("palette.gif", half.quantize(200), {}),
                     ("bare.bmp", half, {}),
                     ("photo.avif", half, {"quality": 70})))
    original = folder / f"{number}-original.jpg"
    os.link(photograph, original)
    found = [original]
    for name, image, how in ways[number % len(ways)]:
        found.append(folder / f"{number}-{name}")
        image.save(found[-1], **how)
    return found


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
