# SPDX-License-Identifier: Apache-2.0
"""Faces into people, on made-up libraries of 128 dimensions (src/people/testing): all at once,
one face more with the vectors in memory, and one face more by a new process that indexes its
picture."""

import made_pictures
import google_benchmark
import protocol
from results import Group, Row, at_most
from workplace import index_summary, two_processors

SMALL, MIDDLE = 1790, 20_000


def measure(work):
    faces = work.amount(100_000, MIDDLE)
    yield from grouping_rows(work, faces)
    yield from new_face_rows(work, faces)


def grouping_rows(work, faces):
    program = work.program("albumen_people_bench")
    found, quiet = google_benchmark.run(
        program, f"^group_library/faces:({SMALL}|{MIDDLE}|{faces})/milli:0/threads:2/")
    small, middle, large = (found[f"group_library/faces:{count}/milli:0/threads:2/real_time"]
                            for count in (SMALL, MIDDLE, faces))
    yield Row(f"grouping {SMALL:,} faces", small["milliseconds"], "ms", at_most(50), at_most(10),
              scores(small), quiet)
    yield Row(f"grouping {faces:,} faces", large["milliseconds"] / 1000, "s", at_most(60),
              at_most(15), scores(large), quiet)
    # O(n + edges): a matrix of distances would take as many times more as there are more faces.
    yield Row(f"grouping: memory for a face, {faces:,} against {MIDDLE:,}",
              large["peak_MiB"] / faces / (middle["peak_MiB"] / MIDDLE), "x", at_most(1.5), None,
              f"{large['peak_MiB']:.0f} against {middle['peak_MiB']:.0f} MiB; with a matrix of "
              f"distances it would be {faces / MIDDLE:.0f} x", quiet)
    found, quiet = google_benchmark.run(program, f"^add_one_face/{faces}/")
    one_more = found[f"add_one_face/{faces}/real_time"]
    yield Row(f"one new face into {faces:,}, vectors in memory", one_more["milliseconds"], "ms",
              at_most(50), at_most(5), f"mean of {one_more['iterations']}", quiet)


def scores(entry):
    return (f"{entry['people']:,.0f} people, pair precision {entry['precision']:.4f}, recall "
            f"{entry['recall']:.4f}")


def new_face_rows(work, faces):
    """The library is written by a tool through the library's own writer, grouped by the program,
    and then given pictures with one new face, one process each."""
    portrait = photograph_of_one(work)
    with work.scratch() as scratch:
        library = scratch / "library.db"
        writer = protocol.Contender("face_library", [work.program("albumen_bench_face_library"),
                                                     library, str(faces)], seconds_as_rate)
        protocol.run_leg(writer, two_processors())
        regroup = protocol.run_leg(protocol.Contender(
            "regroup", [work.albumen, "--library", library, "people", "regroup"], seconds_as_rate),
            two_processors())
        yield Row(f"albumen people regroup, {faces:,} faces, a new process", regroup.seconds, "s",
                  beside=f"peak {regroup.peak_mb:.0f} MB; reads, groups, names and writes everyone",
                  quiet=not regroup.disturbed)
        copies = made_pictures.distinct_copies([portrait], scratch / "new",
                                               1 + work.amount(5, 1))
        legs = [protocol.run_leg(protocol.Contender("index", work.index(library, path),
                                                    seconds_as_rate), two_processors())
                for path in sorted(copies.iterdir())]
        # The first one finds the files of the nets and of the library cold.
        alone = protocol.Alone(legs[1:])
        summary = index_summary(alone.counted()[-1].output)
        if summary["faces"] != 1 or summary["grouped_faces"] <= faces:
            raise protocol.ContenderFailed(f"expected one face more than {faces}: {summary}")
        yield Row(f"one new face into {faces:,}, a new process", alone.median("seconds"), "s",
                  at_most(0.5), None,
                  f"albumen index of one 12 MP photograph, end to end: "
                  f"{summary['stages']['group']['p50_us'] / 1e6:.2f} s of it are grouping; peak "
                  f"{alone.median('peak_mb'):.0f} MB", alone.quiet())


def seconds_as_rate(_output, seconds):
    return 1 / seconds


def photograph_of_one(work):
    """A photograph with one face in it."""
    for entry in work.truth("timing"):
        if len(entry["faces"]) == 1:
            return work.sets / "timing" / entry["file"]
    raise protocol.ContenderFailed("no photograph with one face in the set timing")


GROUPS = [Group("grouping", 4, measure, ("timing",))]
