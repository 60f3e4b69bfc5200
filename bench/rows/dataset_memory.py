# SPDX-License-Identifier: Apache-2.0
"""Peak memory of the dataset job: single giants, over what the same run of one tiny picture takes;
and 10,000 pictures of many kinds, where it must neither pass the budget nor grow."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import made_pictures
import protocol
from results import Group, Row, at_most
from workplace import two_processors

GIANTS = (  # title, how it is made, MiB over the idle process
    ("100 MP baseline JPEG", made_pictures.giant_jpeg, 64),
    ("100 MP progressive JPEG", made_pictures.giant_progressive_jpeg, 400),
    ("20000 x 20000 PNG", made_pictures.giant_png, 64),
)
MIXED_PICTURES = 10_000
KINDS = 50  # different pictures, each under many names
BUDGET_MIB = 256
SETTLED = 500  # pictures after which memory must not grow


def measure_giants(work):
    photograph = work.photographs("timing", 1)[0]
    with work.scratch() as scratch:
        tiny = scratch / "tiny"
        made_pictures.tiny_pictures(tiny, 1)
        idle = protocol.run_leg(contender(work, scratch, tiny), two_processors())
        for title, make, most in GIANTS:
            path = make(photograph, scratch)
            leg = protocol.run_leg(contender(work, scratch, path), two_processors())
            yield Row(f"{title} to 1024 px: peak memory over the idle process",
                      leg.peak_mb - idle.peak_mb, "MiB", at_most(most), None,
                      f"{leg.peak_mb:.0f} against {idle.peak_mb:.0f} MiB; the file has "
                      f"{path.stat().st_size / 2**20:.0f} MiB; {leg.seconds:.1f} s")
            path.unlink()


def contender(work, scratch, source):
    folder = scratch / "set"
    command = [work.albumen, "--json", "dataset", source, "--out", folder, "--format", "jpeg"]
    return protocol.Contender("albumen", command, written_rate,
                              before=lambda: shutil.rmtree(folder, ignore_errors=True))


def written_rate(output, seconds):
    summary = json.loads(output.strip().splitlines()[-1])["summary"]
    if summary["written"] != 1:
        raise protocol.ContenderFailed(f"the picture was not written: {output[-300:]}")
    return 1 / seconds


def measure_mixed(work):
    count = work.amount(MIXED_PICTURES, 1000)
    photographs = work.photographs("timing", KINDS // 5, quick=KINDS // 5)
    with work.scratch() as scratch:
        with_rare = (work.albumen.parent / "albumen-longtail").exists()
        folder = made_pictures.many_kinds(photographs, scratch / "mixed", count, with_rare)
        resident, peak, summary = watched(work, scratch, folder)
        if summary["written"] != count:
            raise protocol.ContenderFailed(f"of {count} pictures {summary['written']} were written")
        early, late = (statistics.median(part) for part in
                       (resident[SETTLED:2 * SETTLED], resident[-SETTLED:]))
        beside = (f"budget {BUDGET_MIB} MiB; {summary['images_per_second']:.0f} pictures/s; JPEG "
                  "baseline, progressive, grey, CMYK; PNG, palette, alpha; WebP, lossless"
                  f"{'; TIFF, GIF, BMP, AVIF through albumen-longtail' if with_rare else ''}")
        yield Row(f"{count:,} mixed pictures: peak resident memory / (budget + idle process)",
                  peak / (BUDGET_MIB + idle_mib(work, scratch)), "x", at_most(1), None,
                  f"{peak:.0f} MiB; {beside}")
        yield Row(f"the same: resident memory at the end / after {SETTLED}", late / early, "x",
                  at_most(1.05), None, f"medians over {SETTLED} pictures: {late:.0f} against "
                  f"{early:.0f} MiB, of albumen's own process")


def idle_mib(work, scratch):
    tiny = scratch / "tiny"
    made_pictures.tiny_pictures(tiny, 1)
    return protocol.run_leg(contender(work, scratch, tiny), two_processors()).peak_mb


def watched(work, scratch, folder):
    """Resident MiB at each finished picture, its peak, and the summary."""
    command = [work.albumen, "--json", "--memory-budget", f"{BUDGET_MIB}MiB", "dataset", folder,
               "--out", scratch / "set", "--size", "256", "--format", "jpeg"]
    resident, summary = [], None
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, two_processors()))
        peak = protocol.PeakWatch(process.pid)
        for line in process.stdout:
            event = json.loads(line)
            if "summary" in event:
                summary = event["summary"]
            elif "source" in event:
                resident.append(resident_mib(process.pid))
        process.wait()
        peak_mib = peak.stop()
        if process.returncode != 0 or summary is None:
            errors.seek(0)
            raise protocol.ContenderFailed(f"albumen ended with {process.returncode}: "
                                           f"{errors.read()[-500:].decode(errors='replace')}")
    return resident, peak_mib, summary


def resident_mib(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


GROUPS = [Group("dataset-giants", 1.5, measure_giants, ("timing",)),
          Group("dataset-memory", 5, measure_mixed, ("timing",))]
