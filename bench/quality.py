# SPDX-License-Identifier: Apache-2.0
"""PSNR and SSIM of each contender's views against a reference: speed must not cost quality."""

import dataclasses

import subprocess

import numpy as np

REFERENCES = {"reference-lanczos": "full decode and Lanczos",
              "reference-mean": "full decode and area mean"}

LUMA = (0.299, 0.587, 0.114)
# The usual constants of SSIM (Wang, Bovik, Sheikh, Simoncelli 2004), for samples of 8 bits.
WINDOW_SIGMA, WINDOW_REACH = 1.5, 5
STABLE_MEAN, STABLE_VARIANCE = (0.01 * 255)**2, (0.03 * 255)**2


@dataclasses.dataclass(frozen=True)
class Likeness:
    """How near views are to their reference, means over pictures."""
    psnr: float  # dB, of RGB
    ssim: float  # of luma, 1 for equal ones


def mean_likeness(commands, references, scratch):
    """{contender: {reference: Likeness}}. `commands` and `references` map a name to a function that
    takes more arguments and gives a command which dumps its views."""
    wanted = {name: views(name, command, scratch) for name, command in references.items()}
    found = {name: views(name, command, scratch) for name, command in commands.items()}
    return {name: {reference: likeness((of_name[file], of_reference[file])
                                       for file in of_reference)
                   for reference, of_reference in wanted.items()}
            for name, of_name in found.items()}


def likeness(pairs):
    """Of pairs (view, what was wanted)."""
    both = [(psnr(view, wanted), ssim(view, wanted)) for view, wanted in pairs]
    return Likeness(*(float(mean) for mean in np.mean(both, axis=0)))


def in_words(measure, value):
    return f"{value:.1f} dB" if measure == "psnr" else f"{value:.4f}"


def views(name, command, scratch):
    """What a contender makes of each photograph, by file name."""
    folder = scratch / f"views-{name}"
    folder.mkdir()
    subprocess.run(command(["--dump", folder]), check=True, stdout=subprocess.DEVNULL)
    return {file.name: read_ppm(file) for file in folder.iterdir()}


def read_ppm(path):
    header, pixels = path.read_bytes().split(b"\n", 1)
    _magic, width, height, _depth = header.split()
    return np.frombuffer(pixels, np.uint8).reshape(int(height), int(width), 3)


def psnr(view, wanted):
    if view.shape != wanted.shape:
        raise ValueError(f"a view of {view.shape} where {wanted.shape} was wanted")
    difference = view.astype(np.float64) - wanted
    return 10 * np.log10(255**2 / max(np.mean(difference**2), 1e-9))


def ssim(view, wanted):
    """Mean structural similarity of luma, under a Gaussian window of 11 pixels, its edges left out."""
    if view.shape != wanted.shape:
        raise ValueError(f"a view of {view.shape} where {wanted.shape} was wanted")
    a, b = (np.asarray(picture, np.float64) @ LUMA for picture in (view, wanted))
    mean_a, mean_b = smoothed(a), smoothed(b)
    variance_a, variance_b = smoothed(a * a) - mean_a**2, smoothed(b * b) - mean_b**2
    covariance = smoothed(a * b) - mean_a * mean_b
    return np.mean((2 * mean_a * mean_b + STABLE_MEAN) * (2 * covariance + STABLE_VARIANCE)
                   / ((mean_a**2 + mean_b**2 + STABLE_MEAN)
                      * (variance_a + variance_b + STABLE_VARIANCE)))


def smoothed(values):
    """Where the whole window lies inside."""
    weights = np.exp(-0.5 * (np.arange(-WINDOW_REACH, WINDOW_REACH + 1) / WINDOW_SIGMA)**2)
    weights /= weights.sum()
    for axis in (0, 1):
        room = values.shape[axis] - 2 * WINDOW_REACH
        values = sum(weight * values.take(range(at, at + room), axis)
                     for at, weight in enumerate(weights))
    return values
