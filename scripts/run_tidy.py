#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over the tidy build, one process a processor, and remembers what passed.

A file is checked again when anything that it is made of has changed: its own text, that of every
header of ours, its compile command, .clang-tidy, or the tool. The memory is a folder of empty files
named after those digests; deleting it only costs time. Standard library only.

usage: run_tidy.py BUILD_FOLDER MEMORY_FOLDER JOBS
"""

import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLANG_TIDY = "clang-tidy-19"


def digest_of(entry, common):
    """What the outcome for one file depends on."""
    command = shlex.split(entry["command"])
    # The compiler alone, without a launcher before it and without the output file.
    while not pathlib.Path(command[0]).name.startswith("clang"):
        command = command[1:]
    output = command.index("-o")
    del command[output:output + 2]
    listing = subprocess.run([*command, "-MM"], cwd=entry["directory"], check=True,
                             capture_output=True, text=True).stdout
    # Without the place of the checkout, so that a clone elsewhere knows what passed here.
    digest = hashlib.sha256(common + entry["command"].replace(str(ROOT), "").encode())
    for name in listing.replace("\\\n", " ").partition(":")[2].split():
        path = (pathlib.Path(entry["directory"]) / name).resolve()
        digest.update(str(path).replace(str(ROOT), "").encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check(entry, build, memory, common):
    """Returns (file, words of clang-tidy); no words when the file passes."""
    passed = memory / digest_of(entry, common)
    if passed.exists():
        return entry["file"], ""
    outcome = subprocess.run([CLANG_TIDY, "-quiet", "-p", build, entry["file"]],
                             capture_output=True, text=True)
    if outcome.returncode != 0:
        return entry["file"], outcome.stdout + outcome.stderr
    passed.touch()
    return entry["file"], ""


def main():
    build, memory, jobs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    memory.mkdir(parents=True, exist_ok=True)
    ours = (str(ROOT / "src"), str(ROOT / "fuzz"))
    commands = json.loads((build / "compile_commands.json").read_text())
    # Tests are left out: Google Test's macros take most of the time, and sanitizers run them anyway.
    tests = ("_test.cpp", "_bench.cpp")
    entries = {entry["file"]: entry for entry in commands
               if entry["file"].startswith(ours) and not entry["file"].endswith(tests)
               and "/testing/" not in entry["file"]}
    version = subprocess.run([CLANG_TIDY, "--version"], check=True, capture_output=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(lambda entry: check(entry, build, memory, common), entries.values())
        for number, (file, words) in enumerate(outcomes, start=1):
            if words:
                failed += 1
                print(words, flush=True)
            if words or number % 10 == 0 or number == len(entries):
                name = pathlib.Path(file).relative_to(ROOT)
                print(f"[{number}/{len(entries)}] {name}{': FAILED' if words else ''}", flush=True)
    print(f"== clang-tidy: {len(entries)} files, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
