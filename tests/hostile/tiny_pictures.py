# SPDX-License-Identifier: Apache-2.0
"""Small pictures by hand, honest and lying. Standard library only."""

import random
import struct
import zlib

PNG_START = b"\x89PNG\r\n\x1a\n"
GREY, RGB = 0, 2
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]  # first column, first row, steps


def png_chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def grey_png(width, height, data=None, interlaced=False, more=b"", bits=8):
    """`data`: of IDAT, before compression; a black picture where there is none."""
    if data is None:
        data = black_interlaced(width, height) if interlaced else bytes((width + 1) * height)
    header = struct.pack(">IIBBBBB", width, height, bits, GREY, 0, 0, int(interlaced))
    return (PNG_START + png_chunk(b"IHDR", header) + more +
            png_chunk(b"IDAT", zlib.compress(data, 9)) + png_chunk(b"IEND", b""))


def black_interlaced(width, height):
    data = b""
    for x, y, right, down in ADAM7:
        columns, rows = -(-(width - x) // right), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            data += bytes((columns + 1) * rows)
    return data


def jpeg_segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def grey_jpeg(width, height, more=b"", seed=1, blocks=None):
    """Blocks of one grey each. Code words: 4 bits for the size of a difference, 0 for the end of a
    block. `blocks`: how many there really are; as many as the picture has where that is None."""
    rng = random.Random(seed)
    if blocks is None:
        blocks = -(-width // 8) * -(-height // 8)
    bits = []
    for number in range(blocks):
        # Up and down by turns, so that the greys stay within range.
        size, value = 4, rng.randrange(8, 16) if number % 2 else rng.randrange(8)
        bits.append(f"{size:04b}{value:04b}0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0") if text else b""
    return (b"\xff\xd8" + more + jpeg_segment(0xDB, b"\0" + b"\2" * 64) +
            jpeg_segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)) +
            jpeg_segment(0xC4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))) +
            jpeg_segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0") +
            jpeg_segment(0xDA, b"\1\1\0\0\x3f\0") + scan + b"\xff\xd9")


def webp_claiming(width, height, frame=b"VP8L", data=b"\x2f" + bytes(40)):
    """An extended header with these sides, at most 2^24."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<I", 10) + bytes(4) + sides
    chunks += frame + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def webp_lossy_claiming(width, height):
    """The header of a key frame alone; a side has 14 bits."""
    data = b"\x10\2\0\x9d\1\x2a" + struct.pack("<HH", width, height) + bytes(20)
    chunk = b"VP8 " + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def exif(entries, next_directory=0):
    """Of TIFF entries (tag, type, count, value), the first directory at 8."""
    body = struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + body + struct.pack("<I", next_directory)


def with_exif(block):
    """Segments for `grey_jpeg`."""
    return jpeg_segment(0xE1, b"Exif\0\0" + block)


def profile(tags=0, size=None, entries=b""):
    """The head of a colour profile, and what it says of its tags."""
    body = struct.pack(">I", tags) + entries
    size = 128 + len(body) if size is None else size
    head = struct.pack(">I4sI4s4s4s12s4s", size, b"none", 0x04400000, b"mntr", b"GRAY", b"XYZ ",
                       bytes(12), b"acsp")
    return head.ljust(128, b"\0") + body


def with_profile(data, number=1, count=1):
    """Segments for `grey_jpeg`."""
    return jpeg_segment(0xE2, b"ICC_PROFILE\0" + bytes([number, count]) + data)
