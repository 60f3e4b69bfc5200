# SPDX-License-Identifier: Apache-2.0
"""Writes composed pictures as a camera would: stored turned, with EXIF, at a wanted file size."""

import io

import numpy as np
from PIL import Image, ImageFilter

from composing import backgrounds

# How an upright picture is stored so that a reader who honours the EXIF orientation shows it again.
STORED = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90,
          8: Image.Transpose.ROTATE_270}
ORIENTATION, MAKE, MODEL, EXIF_FOLDER, TAKEN_AT = 0x0112, 0x010F, 0x0110, 0x8769, 0x9003
STRONGEST_GRAIN = 12.0  # standard deviation in levels of 256
SEARCH_STEPS = 7
SAMPLED_ROWS = 48  # a multiple of the 16 rows of a block with halved colour


def exif(orientation, minutes):
    """EXIF of a photograph taken so many minutes after the first of the set."""
    day, hour, minute = 1 + minutes // 1440 % 28, minutes // 60 % 24, minutes % 60
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[MAKE], data[MODEL] = "albumen", "composed"
    data.get_ifd(EXIF_FOLDER)[TAKEN_AT] = f"2024:06:{day:02} {hour:02}:{minute:02}:00"
    return data


def jpeg(picture, quality, data):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling="4:2:0", exif=data)
    return out.getvalue()


def stored_turned(picture, orientation):
    turn = STORED[orientation]
    return picture if turn is None else picture.transpose(turn)


def jpeg_of_density(picture, random, density, data, quality=92):
    """A JPEG of about so many bytes a pixel: grain is added until it is as large as wanted. A
    picture that is too detailed without any is softened first. The strength is searched on an
    eighth of the rows, which gives the density of the whole within a few per cent."""
    values = np.asarray(picture)
    rows = np.arange(values.shape[0])
    sample = values[rows // SAMPLED_ROWS % 8 == 3]

    def density_of(array):
        return len(jpeg(Image.fromarray(array), quality, b"")) / (array.size / 3)

    softening = 0.0
    while density_of(sample) > density and softening < 3:
        softening += 0.6
        softened = picture.filter(ImageFilter.GaussianBlur(softening))
        values = np.asarray(softened)
        sample = values[rows // SAMPLED_ROWS % 8 == 3]
    seed = int(random.integers(1 << 30))
    low, high = 0.0, STRONGEST_GRAIN
    for _ in range(SEARCH_STEPS):
        strength = (low + high) / 2
        grainy = backgrounds.add_grain(sample, np.random.default_rng(seed), strength)
        low, high = (low, strength) if density_of(grainy) > density else (strength, high)
    grainy = backgrounds.add_grain(values, np.random.default_rng(seed), low)
    return jpeg(Image.fromarray(grainy), quality, data)
