#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over the sources, and clang alone, for its warnings, over tests and programs; one
process a processor. Remembers what passed.

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


def compiler_command(entry):
    """The compiler alone, without a launcher before it and without its outputs."""
    command = shlex.split(entry["command"])
    while not pathlib.Path(command[0]).name.startswith("clang"):
        command = command[1:]
    for flag in ("-o", "-MF", "-MT"):
        if flag in command:
            at = command.index(flag)
            del command[at:at + 2]
    return [word for word in command if word != "-MD"]


def digest_of(entry, common):
    """What the outcome for one file depends on."""
    listing = subprocess.run([*compiler_command(entry), "-MM"], cwd=entry["directory"], check=True,
                             capture_output=True, text=True).stdout
    # Without the place of the checkout, so that a clone elsewhere knows what passed here.
    digest = hashlib.sha256(common + entry["command"].replace(str(ROOT), "").encode())
    for name in listing.replace("\\\n", " ").partition(":")[2].split():
        path = (pathlib.Path(entry["directory"]) / name).resolve()
        digest.update(str(path).replace(str(ROOT), "").encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_tidied(file):
    """Tests are not: Google Test's macros take most of the time, and sanitizers run them anyway."""
    ours = (str(ROOT / "src"), str(ROOT / "fuzz"))
    return (file.startswith(ours) and not file.endswith(("_test.cpp", "_bench.cpp"))
            and "/testing/" not in file)


def check(entry, build, memory, common):
    """Returns (file, words of clang); no words when the file passes."""
    tidied = is_tidied(entry["file"])
    command = ([CLANG_TIDY, "-quiet", "-p", build, entry["file"]] if tidied
               else [*compiler_command(entry), "-fsyntax-only"])
    passed = memory / digest_of(entry, common + (b"" if tidied else b"-fsyntax-only"))
    if passed.exists():
        return entry["file"], ""
    outcome = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True)
    if outcome.returncode != 0:
        return entry["file"], outcome.stdout + outcome.stderr
    passed.touch()
    return entry["file"], ""


def main():
    build, memory, jobs = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    memory.mkdir(parents=True, exist_ok=True)
    commands = json.loads((build / "compile_commands.json").read_text())
    entries = {entry["file"]: entry for entry in commands
               if pathlib.Path(entry["file"]).is_relative_to(ROOT)
               and not pathlib.Path(entry["file"]).is_relative_to(build)}
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
    tidied = sum(map(is_tidied, entries))
    print(f"== clang-tidy: {tidied} files, clang alone: {len(entries) - tidied}; {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
