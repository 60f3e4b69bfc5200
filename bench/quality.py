# SPDX-License-Identifier: Apache-2.0
"""PSNR of each contender's views against the full decode: speed must not cost quality."""

import subprocess

import numpy as np

REFERENCES = {"reference-lanczos": "Lanczos", "reference-mean": "area mean"}


def mean_psnrs(commands, references, scratch):
    """{contender: {reference: dB}}. `commands` and `references` map a name to a function that takes
    more arguments and gives a command which dumps its views."""
    wanted = {name: views(name, command, scratch) for name, command in references.items()}
    found = {name: views(name, command, scratch) for name, command in commands.items()}
    return {name: {reference: float(np.mean([psnr(of_name[file], of_reference[file])
                                             for file in of_reference]))
                   for reference, of_reference in wanted.items()}
            for name, of_name in found.items()}


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
