# SPDX-License-Identifier: Apache-2.0
"""Pictures to paste heads on, from the wallpapers; and the grain that gives files their size."""

import functools

import numpy as np
from PIL import Image, ImageOps

# Photographs and busy pictures; flat drawings and those with transparency are left out.
PHOTOGRAPHS = [
    "mate/nature/Aqua.jpg", "mate/nature/Blinds.jpg", "mate/nature/Dune.jpg",
    "mate/nature/FreshFlower.jpg", "mate/nature/Garden.jpg", "mate/nature/GreenMeadow.jpg",
    "mate/nature/LadyBird.jpg", "mate/nature/RainDrops.jpg", "mate/nature/Storm.jpg",
    "mate/nature/TwoWings.jpg", "mate/nature/Wood.jpg", "mate/nature/YellowFlower.jpg",
]
LARGE_PICTURES = ["mate/abstract/Elephants_3840x2160.jpg", "ukui/rhythm.jpg", "ukui/string.jpg",
                  "ukui/firstgeneration.jpg"]
GRAIN_SIDE = 1024


@functools.lru_cache(maxsize=8)
def load(samples, name):
    with Image.open(samples / "wallpapers" / name) as picture:
        return picture.convert("RGB")


def one_photograph(samples, random, size):
    """One photograph, cropped and scaled to fill the size."""
    names = PHOTOGRAPHS + LARGE_PICTURES[:1]
    picture = load(samples, names[random.integers(len(names))])
    if random.integers(2):
        picture = ImageOps.mirror(picture)
    keep = random.uniform(0.7, 1.0)
    width, height = picture.size
    crop = np.array([width, height]) * keep
    low = random.uniform(0, 1, 2) * (np.array([width, height]) - crop)
    picture = picture.crop(tuple(np.rint([*low, *(low + crop)]).astype(int).tolist()))
    return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)


def mosaic(samples, random, size):
    """Four photographs side by side, as detailed per pixel as a photograph of this size is."""
    canvas = Image.new("RGB", size)
    column = int(size[0] * random.uniform(0.4, 0.6))
    row = int(size[1] * random.uniform(0.4, 0.6))
    names = random.choice(PHOTOGRAPHS + LARGE_PICTURES, 4, replace=False)
    tiles = ((0, 0, column, row), (column, 0, size[0], row),
             (0, row, column, size[1]), (column, row, *size))
    for name, (x1, y1, x2, y2) in zip(names, tiles):
        picture = load(samples, str(name))
        if random.integers(2):
            picture = ImageOps.mirror(picture)
        canvas.paste(ImageOps.fit(picture, (x2 - x1, y2 - y1), Image.Resampling.BICUBIC,
                                  centering=tuple(random.uniform(0, 1, 2))), (x1, y1))
    return canvas


def crop_of(samples, random, size):
    """A piece of a photograph, one pixel for one pixel where it is large enough."""
    large = PHOTOGRAPHS + LARGE_PICTURES
    picture = load(samples, large[random.integers(len(large))])
    if random.integers(2):
        picture = ImageOps.mirror(picture)
    if picture.width < size[0] or picture.height < size[1]:
        return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    x = int(random.integers(0, picture.width - size[0] + 1))
    y = int(random.integers(0, picture.height - size[1] + 1))
    return picture.crop((x, y, x + size[0], y + size[1]))


@functools.lru_cache(maxsize=1)
def grain_tile():
    """Grain of standard deviation 1: white noise softened a little, as a camera's is."""
    noise = np.random.default_rng(7).standard_normal((GRAIN_SIDE, GRAIN_SIDE), np.float32)
    soft = noise + 0.5 * (np.roll(noise, 1, 0) + np.roll(noise, 1, 1))
    return soft / soft.std()


def add_grain(values, random, strength):
    """A copy of an RGB array with grain in its brightness, in levels of 256."""
    if strength <= 0:
        return values
    height, width = values.shape[:2]
    tile = np.roll(grain_tile(), tuple(random.integers(0, GRAIN_SIDE, 2)), (0, 1))
    tile = np.rint(tile * strength).astype(np.int16)
    repeats = -(-height // GRAIN_SIDE), -(-width // GRAIN_SIDE)
    grain = np.tile(tile, repeats)[:height, :width, None]
    return np.clip(values.astype(np.int16) + grain, 0, 255).astype(np.uint8)
