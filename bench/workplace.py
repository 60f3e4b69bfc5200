# SPDX-License-Identifier: Apache-2.0
"""What a group of rows works with: programs, photographs, processors, a scratch folder, and how
much is to be measured."""

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import sys
import tempfile

import protocol

HERE = pathlib.Path(__file__).resolve().parent
LONGEST_SIDE = 640  # of the views that photographs are decoded to


@dataclasses.dataclass(frozen=True)
class Workplace:
    albumen: pathlib.Path
    sets: pathlib.Path
    nets: pathlib.Path
    quick: bool = False
    asked_pairs: int | None = None
    asked_pictures: int | None = None
    node: pathlib.Path | None = None  # where bench/node was installed

    def program(self, name):
        """A program of the same build as albumen."""
        path = self.albumen.parent / name
        if not path.exists():
            raise protocol.ContenderFailed(f"{path} is not built")
        return path

    def pairs(self, usual):
        return self.asked_pairs or (1 if self.quick else usual)

    def amount(self, usual, quick):
        """How many of something: pictures, files, faces, rounds."""
        return quick if self.quick else usual

    def photographs(self, set_name, usual, quick=4):
        """The first so many of a composed set, in the page cache."""
        count = self.asked_pictures or self.amount(usual, quick)
        paths = sorted((self.sets / set_name).glob("*.jpg"))[:count]
        if not paths:
            raise protocol.ContenderFailed(f"no photographs in {self.sets / set_name}; compose "
                                           "them with scripts/compose_sets.py")
        protocol.warm(paths)
        return paths

    def truth(self, set_name):
        """What is where in a composed set: one entry for each picture."""
        return json.loads((self.sets / set_name / "truth.json").read_text())["pictures"]

    @contextlib.contextmanager
    def scratch(self):
        """A folder for one group, beside the photographs, so that they can be linked into it."""
        with tempfile.TemporaryDirectory(dir=self.sets, prefix=".bench-") as folder:
            yield pathlib.Path(folder)

    def peer(self, name, paths, side=LONGEST_SIDE, more=()):
        return [sys.executable, HERE / "peers.py", name, "--longest-side", str(side), *more, *paths]

    def dataset_peer(self, name, sources, folder, kind, threads):
        return [sys.executable, HERE / "dataset_peers.py", name, "--format", kind, "--out", folder,
                "--threads", str(threads), *sources]

    def lacks_sharp(self):
        """Why sharp cannot run here; None: it can."""
        if not shutil.which("node"):
            return "there is no Node.js"
        if not (self.node and (self.node / "node_modules" / "sharp").is_dir()):
            return "set-up found no npm to install it with"
        return None

    def sharp_peer(self, sources, folder, kind, threads):
        return ["node", HERE / "sharp_peer.mjs", "--modules", self.node, "--format", kind,
                "--out", folder, "--threads", str(threads), *sources]

    def decode(self, paths, side=LONGEST_SIDE, more=()):
        return [self.albumen, "bench", "decode", "--longest-side", str(side), *more, *paths]

    def index(self, library, *sources):
        return [self.albumen, "--library", library, "--json", "index", *sources]

    def python_pipeline(self, folder, more=()):
        return [sys.executable, HERE / "python_faces.py", "--nets", self.nets, *more, folder]


def one_processor():
    return {max(os.sched_getaffinity(0))}


def two_processors():
    return set(sorted(os.sched_getaffinity(0))[:2])


def folder_of(paths, folder):
    """A folder that shows just these photographs."""
    folder.mkdir()
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy(path, folder / path.name)
    return folder


def forget(library):
    """Removes a library with all that lies beside it."""
    for file in library.parent.glob(library.name + "*"):
        file.unlink()


def index_summary(output):
    """The last line of `albumen --json index`."""
    return json.loads(output.strip().splitlines()[-1])["summary"]


def megapixels_and_density(truth, paths):
    """Of the photographs: megapixels of one, bytes a pixel over all."""
    pixels = {entry["file"]: entry["width"] * entry["height"] for entry in truth}
    total = sum(pixels[path.name] for path in paths)
    return total / len(paths) / 1e6, sum(path.stat().st_size for path in paths) / total
