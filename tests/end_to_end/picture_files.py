# SPDX-License-Identifier: Apache-2.0
"""What the bytes of a picture say: its format, sides, parts and, of a PNG, pixels. Standard library
only, so that a test does not take the program's word for what the program wrote."""

import struct
import zlib


def png_chunks(data):
    """Kind and content of each."""
    chunks, at = [], 8
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        chunks.append((data[at + 4:at + 8], data[at + 8:at + 8 + length]))
        at += 12 + length
    return chunks


def jpeg_segments(data):
    """Marker and content of each before the pixels."""
    segments, at = [], 2
    while data[at + 1] != 0xDA:
        length, = struct.unpack(">H", data[at + 2:at + 4])
        segments.append((data[at + 1], data[at + 4:at + 2 + length]))
        at += 2 + length
    return segments


def webp_chunks(data):
    """Kind and content of each."""
    chunks, at = [], 12
    while at < len(data):
        length, = struct.unpack("<I", data[at + 4:at + 8])
        chunks.append((data[at:at + 4], data[at + 8:at + 8 + length]))
        at += 8 + length + length % 2
    return chunks


def shape_of(data):
    """Format, width and height, by the file's own header."""
    if data.startswith(b"\x89PNG"):
        return ("png", *struct.unpack(">II", data[16:24]))
    if data.startswith(b"RIFF") and data[12:16] == b"VP8 ":
        return ("webp", *(side & 0x3FFF for side in struct.unpack("<HH", data[26:30])))
    frame = next(content for marker, content in jpeg_segments(data) if marker in (0xC0, 0xC2))
    height, width = struct.unpack(">HH", frame[1:5])
    return "jpeg", width, height


def png_pixels(data):
    """Channels, and rows of samples of 8 bits."""
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    raw = zlib.decompress(b"".join(part for name, part in png_chunks(data) if name == b"IDAT"))
    stride = width * channels
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:][:stride])
        for x in range(stride):
            left = line[x - channels] if x >= channels else 0
            corner = above[x - channels] if x >= channels else 0
            if kind == 4:
                guess = min((left, above[x], corner),
                            key=lambda value: abs(left + above[x] - corner - value))
            else:
                guess = (0, left, above[x], (left + above[x]) // 2)[kind]
            line[x] = (line[x] + guess) & 0xFF
        rows.append(bytes(line))
        above = line
    return channels, rows


def largest_difference(one, other):
    """Of two such pictures of one size, in levels."""
    return max(abs(a - b) for row, twin in zip(one, other) for a, b in zip(row, twin))
