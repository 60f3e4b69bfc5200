# SPDX-License-Identifier: Apache-2.0
"""Measures albumen against its peers and prints ratios; see protocol.py for how.

usage: run.py --albumen PROGRAM --sets FOLDER --nets FOLDER [--pairs N] [WHAT...]
       WHAT is decode, index, index-dense or peers (the peers alone, to see that they work)
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import protocol
import versions

HERE = pathlib.Path(__file__).resolve().parent
DECODE_PEERS = ["pillow-draft", "vips-thumbnail", "opencv-reduced"]
LONGEST_SIDE = 640
DECODE_PICTURES = 40   # one to three seconds a leg
QUALITY_PICTURES = 8


def photographs(folder, count):
    paths = sorted(folder.glob("*.jpg"))[:count]
    if not paths:
        sys.exit(f"bench: no photographs in {folder}; compose them with scripts/compose_sets.py")
    protocol.warm(paths)
    return paths


def decode_peer(name, paths, more=()):
    return [sys.executable, HERE / "peers.py", name, "--longest-side", str(LONGEST_SIDE), *more,
            *paths]


def decode_ours(program, paths, more=()):
    return [program, "bench", "decode", "--longest-side", str(LONGEST_SIDE), *more, *paths]


def bench_decode(arguments):
    """Photographs to a view of 640 pixels, on one processor."""
    paths = photographs(arguments.sets / "timing", arguments.pictures or DECODE_PICTURES)
    processor = {max(os.sched_getaffinity(0))}
    ours = protocol.Contender("albumen", decode_ours(arguments.albumen, paths),
                              protocol.reported_rate)
    for name in DECODE_PEERS:
        peer = protocol.Contender(name, decode_peer(name, paths), protocol.reported_rate)
        yield protocol.compare(ours, peer, arguments.pairs or 10, processor).summary()
    print_quality(arguments, paths[:QUALITY_PICTURES])


def print_quality(arguments, paths):
    """PSNR of each contender's view against full decode and Lanczos: speed must not cost quality."""
    import numpy as np
    with tempfile.TemporaryDirectory() as folder:
        views = {}
        contenders = {"albumen": lambda more: decode_ours(arguments.albumen, paths, more)}
        for name in ["reference", *DECODE_PEERS]:
            contenders[name] = lambda more, name=name: decode_peer(name, paths, more)
        for name, command in contenders.items():
            out = pathlib.Path(folder) / name
            out.mkdir()
            outcome = subprocess.run(command(["--dump", out]), capture_output=True, text=True)
            views[name] = {file.name: read_ppm(file) for file in out.iterdir()}
            if outcome.returncode != 0 or len(views[name]) != len(paths):
                print(f"   {name}: no views to judge ({outcome.stderr.strip()[-120:]})")
        for name in ("albumen", *DECODE_PEERS):
            errors = [psnr(view, views["reference"][file], np)
                      for file, view in views[name].items() if file in views["reference"]]
            if errors:
                print(f"   {name}: PSNR {np.mean(errors):.2f} dB against full decode and Lanczos, "
                      f"{len(errors)} pictures")


def read_ppm(path):
    import numpy as np
    header, pixels = path.read_bytes().split(b"\n", 1)
    _magic, width, height, _depth = header.split()
    return np.frombuffer(pixels, np.uint8).reshape(int(height), int(width), 3)


def psnr(view, wanted, np):
    if view.shape != wanted.shape:
        return float("nan")
    difference = view.astype(np.float64) - wanted
    return 10 * np.log10(255**2 / np.mean(difference**2))


def folder_of(paths, parent):
    """A folder that shows just these photographs."""
    folder = pathlib.Path(parent) / "photographs"
    folder.mkdir()
    for path in paths:
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy(path, folder / path.name)
    return folder


def bench_index(arguments, set_name="timing"):
    """Faces and people of a folder on all processors. albumen is timed from outside, start and
    model loading included; the Python pipeline times itself once its workers are ready."""
    paths = photographs(arguments.sets / set_name, arguments.pictures)
    processors = set(sorted(os.sched_getaffinity(0))[:2])
    # Beside the photographs, so that they can be linked.
    with tempfile.TemporaryDirectory(dir=arguments.sets) as work:
        folder, library = folder_of(paths, work), pathlib.Path(work) / "library.db"

        def forget():
            for file in pathlib.Path(work).glob("library.db*"):
                file.unlink()

        ours = protocol.Contender(
            "albumen", [arguments.albumen, "--library", library, "--no-progress", "index", folder], protocol.rate_from_outside(len(paths)), before=forget)
        for name, more in (("python", []), ("python-draft", ["--draft"])):
            peer = protocol.Contender(name, python_pipeline(arguments, folder, more),
                                      protocol.reported_rate)
            yield protocol.compare(ours, peer, arguments.pairs or 3, processors).summary()


def python_pipeline(arguments, folder, more):
    return [sys.executable, HERE / "python_faces.py", "--nets", arguments.nets, *more, folder]


def bench_peers(arguments):
    """The peers alone, each once: their rates say that they work, not how they compare."""
    paths = photographs(arguments.sets / "timing", arguments.pictures or 20)
    one, two = {max(os.sched_getaffinity(0))}, set(sorted(os.sched_getaffinity(0))[:2])
    with tempfile.TemporaryDirectory(dir=arguments.sets) as work:
        folder = folder_of(paths, work)
        jobs = [(name, decode_peer(name, paths), one)
                for name in (*DECODE_PEERS, "pillow-full")]
        jobs += [("python", python_pipeline(arguments, folder, []), two),
                 ("python-draft", python_pipeline(arguments, folder, ["--draft"]), two)]
        for name, command, processors in jobs:
            leg = protocol.run_leg(protocol.Contender(name, command, protocol.reported_rate),
                                   processors)
            # Start and imports are in the CPU seconds, but not in the rate.
            print(f"   {name}: {leg.rate:.2f} images/s on {len(processors)} processor(s), "
                  f"{1000 * leg.cpu_seconds / len(paths):.0f} ms of CPU an image, peak "
                  f"{leg.peak_mb:.0f} MB{', disturbed' if leg.disturbed() else ''}", flush=True)
    return []


BENCHES = {"decode": bench_decode, "index": bench_index,
           "index-dense": lambda arguments: bench_index(arguments, "timing_dense"),
           "peers": bench_peers}


def print_summary(summary):
    print(f"== {summary['ours']} / {summary['peer']}: {summary['ratio']:.2f}x "
          f"({summary['ratio_10']:.2f}-{summary['ratio_90']:.2f}), "
          f"{summary['ours_rate']:.1f} against {summary['peer_rate']:.1f} images/s, "
          f"CPU {summary['ours_cpu_seconds']:.2f} against {summary['peer_cpu_seconds']:.2f} s, "
          f"peak {summary['ours_peak_mb']:.0f} against {summary['peer_peak_mb']:.0f} MB, "
          f"{summary['pairs']} quiet pairs, {summary['disturbed_pairs']} disturbed")
    if not summary["quiet"]:
        print("   the machine was never quiet: this ratio is of disturbed pairs")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--albumen", type=pathlib.Path, required=True)
    parser.add_argument("--sets", type=pathlib.Path, required=True)
    parser.add_argument("--nets", type=pathlib.Path, required=True)
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--out", type=pathlib.Path, help="also write every summary as JSON")
    parser.add_argument("what", nargs="*", metavar="WHAT")
    arguments = parser.parse_args()
    wanted = arguments.what or ["decode", "index", "index-dense"]
    if unknown := set(wanted) - set(BENCHES):
        parser.error(f"cannot measure {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    if not os.access(arguments.albumen, os.X_OK):
        print(f"== {arguments.albumen} is not built: only the peers can be measured")
    for line in versions.lines(arguments.albumen):
        print(f"== {line}")

    summaries, failed = [], False
    for what in wanted:
        print(f"== {what}: {BENCHES[what].__doc__ or ''}".splitlines()[0], flush=True)
        try:
            for summary in BENCHES[what](arguments):
                print_summary(summary)
                summaries.append({"what": what, **summary})
        except (protocol.ContenderFailed, OSError) as error:
            failed = True
            print(f"== {what}: not measured: {error}")
    if arguments.out:
        arguments.out.write_text(json.dumps(
            {"machine": list(versions.lines(arguments.albumen)), "results": summaries}, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
