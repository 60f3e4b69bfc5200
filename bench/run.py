# SPDX-License-Identifier: Apache-2.0
"""Measures albumen and prints a table of what was reached; README.md says what the rows are.

usage: run.py --albumen PROGRAM --sets FOLDER --nets FOLDER [--quick] [--pairs N] [WHAT...]
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

import protocol
import report
import versions
from rows import (dataset, dataset_memory, decode, grouping, index, memory, peers_alone,
                  progressive, second_run, start, writes)
from workplace import Workplace

MODULES = (decode, progressive, index, memory, second_run, grouping, dataset, dataset_memory, writes,
           start, peers_alone)
GROUPS = {group.name: group for module in MODULES for group in module.GROUPS}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--albumen", type=pathlib.Path)
    parser.add_argument("--sets", type=pathlib.Path)
    parser.add_argument("--nets", type=pathlib.Path)
    parser.add_argument("--node", type=pathlib.Path,
                        help="where bench/node was installed; without it sharp is left out")
    parser.add_argument("--quick", action="store_true",
                        help="one pair of everything, small numbers: shows that all rows run")
    parser.add_argument("--pairs", type=int, help="how many pairs or runs, instead of each row's")
    parser.add_argument("--pictures", type=int, help="how many photographs, instead of each row's")
    parser.add_argument("--out", type=pathlib.Path,
                        help="PATH.json and PATH.md; groups measured before are kept in them")
    parser.add_argument("--into", type=pathlib.Path,
                        help="also put the table into this document, between its marks")
    parser.add_argument("--list-sets", action="store_true",
                        help="only print the composed sets that WHAT needs")
    parser.add_argument("what", nargs="*", metavar="WHAT",
                        help=f"groups of rows (default: all but peers): {', '.join(GROUPS)}")
    arguments = parser.parse_args()
    arguments.what = arguments.what or [name for name, group in GROUPS.items() if group.default]
    if unknown := set(arguments.what) - set(GROUPS):
        parser.error(f"cannot measure {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if not arguments.list_sets and not (arguments.albumen and arguments.sets and arguments.nets):
        parser.error("--albumen, --sets and --nets are needed")
    return arguments


def workplace_of(arguments):
    # Only flags decide what the programs do, not the settings of whoever runs this.
    for name in [name for name in os.environ if name.startswith("ALBUMEN_")]:
        del os.environ[name]
    os.environ["XDG_CONFIG_HOME"] = str(arguments.sets.absolute())  # no configuration there
    return Workplace(arguments.albumen.absolute(), arguments.sets.absolute(),
                     arguments.nets.absolute(), arguments.quick, arguments.pairs,
                     arguments.pictures, arguments.node and arguments.node.absolute())


def print_row(row):
    limits = [f"{word} {limit.text(row.unit)}"
              for word, limit in (("must", row.must), ("aim", row.aim)) if limit]
    limits.append(f"met: {row.met()}")
    print(f"== {row.name}: {report.number(row.value)} {row.unit} ({', '.join(limits)})"
          f"{'' if row.quiet else ', disturbed'}\n   {row.beside}", flush=True)


def measure_group(group, work):
    """The rows of a group, as far as they came: (rows, went well)."""
    print(f"== {group.name}: about {group.minutes:g} min on two quiet processors", flush=True)
    started, rows = time.monotonic(), []
    try:
        for row in group.measure(work):
            rows.append(row)
            print_row(row)
    except (protocol.ContenderFailed, OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"== {group.name}: not measured: {error}\n{getattr(error, 'stderr', None) or ''}")
        return rows, False
    print(f"== {group.name}: took {(time.monotonic() - started) / 60:.1f} min", flush=True)
    return rows, True


def main():
    arguments = parse_arguments()
    if arguments.list_sets:
        print(*sorted({name for what in arguments.what for name in GROUPS[what].sets}), sep="\n")
        return 0
    work = workplace_of(arguments)
    machine = list(versions.lines(work.albumen, work.node))
    print("\n".join(f"== {line}" for line in machine))
    results = report.Results(machine)
    if arguments.out:
        results.load(arguments.out.with_suffix(".json"))
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
    all_well = True
    for what in arguments.what:
        rows, well = measure_group(GROUPS[what], work)
        all_well = all_well and well
        if rows:
            results.put(what, versions.commit(), arguments.quick, rows)
        if arguments.out:  # after each group: a run that is stopped keeps what it has
            results.save(arguments.out.with_suffix(".json"))
    table = results.markdown(GROUPS)
    print(table)
    if arguments.out:
        arguments.out.with_suffix(".md").write_text(table)
    if arguments.into:
        report.write_into(arguments.into, table)
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main())
