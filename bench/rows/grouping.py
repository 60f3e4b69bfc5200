# SPDX-License-Identifier: Apache-2.0
"""Faces into people, on made-up libraries of 128 dimensions (src/people/testing): all at once, how
right that is, one face more with the vectors in memory, and one face more by a new process that indexes its
picture."""

import made_pictures
import google_benchmark
import protocol
from results import Group, Row, at_least, at_most
from workplace import index_summary, two_processors

SMALL, MIDDLE = 1790, 20_000
# Of pairs put together, the share that must be right, or should be in a library of any size.
LEAST_PRECISION = at_least(0.995)
JUDGED = {2_000: (LEAST_PRECISION, None), MIDDLE: (LEAST_PRECISION, None),
          200_000: (None, LEAST_PRECISION)}


def measure(work):
    faces = work.amount(100_000, MIDDLE)
    yield from grouping_rows(work, faces)
    yield from precision_rows(work)
    yield from new_face_rows(work, faces)


def grouping_rows(work, faces):
    program = work.program("albumen_people_bench")
    found, quiet = google_benchmark.run(
        program, f"^group_library/faces:({SMALL}|{MIDDLE}|{faces})/milli:0/threads:2/")
    small, middle, large = (entry_of(found, count) for count in (SMALL, MIDDLE, faces))
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


def entry_of(found, faces):
    return found[f"group_library/faces:{faces}/milli:0/threads:2/real_time"]


def precision_rows(work):
    counts = [count for count in JUDGED if count <= work.amount(max(JUDGED), MIDDLE)]
    found, quiet = google_benchmark.run(
        work.program("albumen_people_bench"),
        f"^group_library/faces:({'|'.join(map(str, counts))})/milli:0/threads:2/")
    for count in counts:
        entry = entry_of(found, count)
        yield Row(f"grouping {count:,} faces: pair precision", entry["precision"], "",
                  *JUDGED[count],
                  f"recall {entry['recall']:.4f}; {entry['people']:,.0f} people found, "
                  f"{entry['true_people']:,.0f} made; {entry['milliseconds'] / 1000:.2f} s; "
                  f"{entry['peak_MiB']:.0f} MiB of budget", quiet)


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
        paths = sorted(copies.iterdir())
        # The first one finds the files of the nets and of the library cold.
        legs = [index_leg(work, library, path) for path in paths][1:]
        expect_one_more(legs, faces, pictures=1)
        photographs = protocol.Alone(legs)
        known = []
        for seed in range(len(legs)):
            more = protocol.Contender("one face", [work.program("albumen_bench_face_library"),
                                                   library, "1", str(100 + seed)], seconds_as_rate)
            protocol.run_leg(more, two_processors())
            known.append(index_leg(work, library, paths[0]))
        expect_one_more(known, faces, pictures=0)
        alone = protocol.Alone(known)
        yield Row(f"one new face into {faces:,}, a new process", alone.median("seconds"), "s",
                  at_most(0.5), None,
                  "albumen index of a known photograph, start to end, where the library has a "
                  "face that was never grouped: reads all faces and people, finds whose it is, "
                  f"writes; peak {alone.median('peak_mb'):.0f} MB", alone.quiet())
        yield Row(f"one new 12 MP photograph with a face into {faces:,}, a new process",
                  photographs.median("seconds"), "s", None, None,
                  f"the same with nets, decode and analysis; "
                  f"{grouping_seconds(photographs.counted()[-1]):.2f} s of it are grouping; peak "
                  f"{photographs.median('peak_mb'):.0f} MB", photographs.quiet())


def index_leg(work, library, path):
    return protocol.run_leg(protocol.Contender("index", work.index(library, path),
                                               seconds_as_rate), two_processors())


def expect_one_more(legs, faces, pictures):
    """Each leg analyzed so many pictures and grouped one face more than the one before."""
    summaries = [index_summary(leg.output) for leg in legs]
    grouped = [summary["grouped_faces"] for summary in summaries]
    more = [after - before for before, after in zip(grouped, grouped[1:])]
    if grouped[0] <= faces or set(more) - {1} or {s["done"] for s in summaries} != {pictures}:
        raise protocol.ContenderFailed(f"expected one face more than {faces}, and then one more "
                                       f"each time, not {grouped}")


def grouping_seconds(leg):
    return index_summary(leg.output)["stages"]["group"]["p50_us"] / 1e6


def seconds_as_rate(_output, seconds):
    return 1 / seconds


def photograph_of_one(work):
    """A photograph with one face in it."""
    for entry in work.truth("timing"):
        if len(entry["faces"]) == 1:
            return work.sets / "timing" / entry["file"]
    raise protocol.ContenderFailed("no photograph with one face in the set timing")


GROUPS = [Group("grouping", 5, measure, ("timing",))]
