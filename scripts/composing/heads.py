# SPDX-License-Identifier: Apache-2.0
"""Cuts heads out of the sample photographs and pastes them, soft-edged, into a picture.

Everything is in pixels, origin at the top left. A head is cut as an ellipse that takes hair and
neck with it, because a bare face does not look like a person and detectors notice.
"""

import dataclasses
import math

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter


@dataclasses.dataclass(frozen=True)
class Source:
    """One head in one photograph: box is (x, y, width, height) of the face from brow to chin, points
    are eyes, nose and corners of the mouth, measured with the detector of docs/formats/models.md."""
    person: str
    file: str
    box: tuple
    points: tuple


# The six of the group have no names here; they are numbered from left to right.
SOURCES = [
    Source("obama", "face_recognition/obama.jpg", (383, 101, 226, 313),
           ((446, 214), (553, 213), (499, 280), (438, 324), (558, 320))),
    Source("obama", "face_recognition/obama2.jpg", (199, 228, 274, 410),
           ((253, 368), (375, 381), (289, 449), (247, 520), (356, 526))),
    Source("obama", "face_recognition/obama3.jpg", (643, 255, 270, 355),
           ((740, 385), (862, 398), (812, 441), (739, 512), (851, 526))),
    Source("biden", "face_recognition/biden.jpg", (434, 168, 279, 394),
           ((538, 323), (662, 348), (602, 406), (521, 461), (634, 484))),
    Source("astronaut", "skimage/astronaut.png", (180, 61, 86, 113),
           ((204, 101), (248, 104), (226, 130), (202, 140), (245, 143))),
    Source("group-1", "insightface/t1.jpg", (62, 262, 99, 131),
           ((87, 330), (130, 304), (117, 340), (115, 375), (151, 352))),
    Source("group-2", "insightface/t1.jpg", (268, 150, 97, 116),
           ((291, 211), (325, 191), (310, 227), (312, 249), (340, 234))),
    Source("group-3", "insightface/t1.jpg", (463, 263, 105, 148),
           ((494, 321), (543, 332), (511, 367), (485, 372), (532, 382))),
    Source("group-4", "insightface/t1.jpg", (741, 344, 99, 130),
           ((761, 399), (804, 403), (774, 435), (762, 441), (808, 445))),
    Source("group-5", "insightface/t1.jpg", (906, 62, 104, 138),
           ((918, 120), (955, 113), (926, 150), (932, 178), (960, 172))),
    Source("group-6", "insightface/t1.jpg", (1130, 274, 96, 123),
           ((1150, 327), (1194, 325), (1165, 351), (1155, 368), (1197, 366))),
]
PERSONS = sorted({source.person for source in SOURCES})
LARGEST_ENLARGEMENT = 3.2  # beyond this a head is a smear that no camera takes

# The ellipse, as multiples of the face box's width and height.
HALF_WIDTH, HALF_HEIGHT, RISE = 0.86, 0.86, 0.05
SOFT_EDGE = 0.09  # of the face's height


@dataclasses.dataclass
class Look:
    """How one head is to appear."""
    face_height: float          # pixels from brow to chin
    turn: float = 0.0           # degrees, counter-clockwise, in the plane of the picture
    mirrored: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    warmth: float = 1.0         # red over blue
    blur: float = 0.0           # sigma in pixels of the result


def vary(random, face_height):
    """A look as another photograph of the same moment might have it."""
    return Look(face_height=face_height, turn=random.uniform(-8, 8),
                mirrored=bool(random.integers(2)), brightness=random.uniform(0.8, 1.2),
                contrast=random.uniform(0.9, 1.12), warmth=random.uniform(0.94, 1.06))


class Heads:
    """All heads, cut once; each process has its own."""

    def __init__(self, samples):
        self.pieces = [self._cut(samples, source) for source in SOURCES]

    def largest_face(self, index):
        return SOURCES[index].box[3] * LARGEST_ENLARGEMENT

    def _cut(self, samples, source):
        x, y, width, height = source.box
        centre = np.array([x + width / 2, y + height * (0.5 - RISE)])
        half = np.array([width * HALF_WIDTH, height * HALF_HEIGHT])
        with Image.open(samples / source.file) as photograph:
            low = np.maximum(np.floor(centre - half), 0).astype(int)
            high = np.minimum(np.ceil(centre + half), photograph.size).astype(int)
            picture = photograph.convert("RGB").crop((*low, *high))
        edge = height * SOFT_EDGE
        mask = Image.new("L", picture.size)
        inner = half - 1.5 * edge
        ImageDraw.Draw(mask).ellipse([*(centre - inner - low), *(centre + inner - low)], fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(edge / 2))
        return picture, mask, low

    def render(self, index, look):
        """(picture, mask, map) of a head; map takes points of the photograph into the picture."""
        picture, mask, low = self.pieces[index]
        scale = look.face_height / SOURCES[index].box[3]
        size = tuple(max(round(side * scale), 4) for side in picture.size)
        ratio = np.array(size) / picture.size
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        mask = mask.resize(size, Image.Resampling.BILINEAR)
        matrix, shift = np.diag(ratio), -low * ratio
        if look.mirrored:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            matrix = np.diag([-1.0, 1.0]) @ matrix
            shift = shift * [-1, 1] + [size[0], 0]
        picture, mask, matrix, shift = turned(picture, mask, matrix, shift, look.turn)
        if look.blur > 0:
            picture = picture.filter(ImageFilter.GaussianBlur(look.blur))
        picture = ImageEnhance.Contrast(picture).enhance(look.contrast)
        gains = np.array([math.sqrt(look.warmth), 1, 1 / math.sqrt(look.warmth)])
        values = np.asarray(picture, np.float32) * (gains * look.brightness).astype(np.float32)
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
        return picture, mask, (matrix, shift)

    def paste(self, canvas, index, look, taken):
        """Pastes a head where none of the taken rectangles is; returns its truth, or None if there
        is no room. Adds its rectangle to taken. The place comes from taken.random."""
        picture, mask, (matrix, shift) = self.render(index, look)
        place = taken.find(canvas.size, picture.size)
        if place is None:
            return None
        canvas.paste(picture, place, mask)
        source = SOURCES[index]
        shift = shift + place
        points = np.array(source.points) @ matrix.T + shift
        if look.mirrored:
            points = points[[1, 0, 2, 4, 3]]  # the eye that is left in the picture comes first
        x, y, width, height = source.box
        centre = matrix @ np.array([x + width / 2, y + height / 2]) + shift
        half = np.array([width, height]) * look.face_height / height / 2
        return {"person": source.person, "source": source.file,
                "box": [round(float(v), 1) for v in (*(centre - half), *(2 * half))],
                "landmarks": np.round(points, 1).tolist(), "turn": round(look.turn, 1)}


def turned(picture, mask, matrix, shift, degrees):
    """Turns a picture and its mask about the centre, growing them to hold the corners."""
    if degrees == 0:
        return picture, mask, matrix, shift
    before = np.array(picture.size) / 2
    picture = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    mask = mask.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return picture, mask, turn @ matrix, turn @ (shift - before) + np.array(picture.size) / 2


class TakenPlaces:
    """Rectangles of a canvas that already hold a head."""

    def __init__(self, random):
        self.random, self.rectangles = random, []

    def find(self, canvas_size, size):
        room = np.array(canvas_size) - size
        if (room < 0).any():
            return None
        for _ in range(60):
            x, y = (int(self.random.integers(0, side + 1)) for side in room)
            if not any(self._overlap((x, y, *size), other) for other in self.rectangles):
                self.rectangles.append((x, y, *size))
                return x, y
        return None

    @staticmethod
    def _overlap(a, b):
        """Soft corners may touch: the rectangles count at nine tenths of their size."""
        return all(abs((a[i] + a[i + 2] / 2) - (b[i] + b[i + 2] / 2)) < 0.45 * (a[i + 2] + b[i + 2])
                   for i in (0, 1))
