#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Brings the packages of packages.tsv into albumen's cache folder.

Archives come through pip and apt-get, so their settings decide where from. Each is checked against
the SHA-256 in the table, unpacked without running anything of it, and appears under its final name
only when it is complete; a folder that is already there is left alone. Standard library only.

usage: fetch_packages.py --cache FOLDER GROUP...
       fetch_packages.py --cache FOLDER --folder-of PACKAGE
"""

import argparse
import csv
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

SCRIPTS = pathlib.Path(__file__).resolve().parent
STAMP = ".fetched"  # inside each folder: the SHA-256 of the archive that it came from
PICTURES_AND_NOTES = {".jpg", ".jpeg", ".png", ".gif", ".tif", ".txt"}
# The wheel wanted whatever interpreter runs this script; albumen takes the libraries inside.
WHEEL_OF = ["--only-binary=:all:", "--python-version=3.11", "--implementation=cp", "--abi=cp311",
            "--platform=manylinux_2_28_x86_64"]


class FetchError(Exception):
    """What could not be brought, and why, in one sentence."""


def read_table():
    with open(SCRIPTS / "packages.tsv", encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def run_showing_life(name, command, folder, environment):
    """Runs a download; says so every five seconds; on failure shows what the program said."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    while True:
        try:
            output, _ = process.communicate(timeout=5)
            break
        except subprocess.TimeoutExpired:
            print(f"   {name}: {time.monotonic() - started:.0f} s", flush=True)
    if process.returncode != 0:
        raise FetchError(f"{name}: {' '.join(command[:4])} failed:\n{output.strip()}")


def download(row, folder):
    """Leaves exactly one archive in the empty folder and returns its path."""
    name = f"{row['package']} {row['version']}"
    environment = dict(os.environ)
    if row["kind"] == "deb":
        command = ["apt-get", "-q", "download", f"{row['package']}={row['version']}"]
        # apt gives up root for a download; let it write here without a warning.
        folder.chmod(0o777)
    else:
        (folder / "wanted.txt").write_text(
            f"{row['package']}=={row['version']} --hash=sha256:{row['sha256']}\n")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes",
                   "--progress-bar=off", "--disable-pip-version-check", "-r", "wanted.txt"]
        if row["kind"] == "wheel":
            command += WHEEL_OF
        else:
            # See pip_backend: pip reads the metadata of a source archive, nothing runs.
            command += [f"--no-binary={row['package']}", "--no-build-isolation", "--use-pep517"]
            environment["PYTHONPATH"] = str(SCRIPTS / "pip_backend")
    run_showing_life(name, command, folder, environment)
    archives = [path for path in folder.iterdir() if path.name != "wanted.txt"]
    if len(archives) != 1:
        raise FetchError(f"{name}: expected one archive, got {len(archives)}")
    return archives[0]


def check_sha256(row, archive):
    digest = hashlib.sha256()
    with open(archive, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != row["sha256"]:
        raise FetchError(f"{archive.name}: SHA-256 is {digest.hexdigest()}, the table says "
                         f"{row['sha256']}; nothing of it was used")


def members(row, archive, scratch):
    """Yields (path inside the archive, open binary file) for every plain file of the archive."""
    if row["kind"] == "wheel":
        with zipfile.ZipFile(archive) as wheel:
            for entry in wheel.infolist():
                if not entry.is_dir():
                    yield entry.filename, wheel.open(entry)
    elif row["kind"] == "sdist":
        with tarfile.open(archive) as source:
            for entry in source:
                if entry.isfile():
                    # The first folder of a source archive is its name and version.
                    yield entry.name.partition("/")[2], source.extractfile(entry)
    else:
        subprocess.run(["dpkg-deb", "-x", archive, scratch], check=True)
        for path in sorted(scratch.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(scratch).as_posix(), open(path, "rb")


def relative_target(row, name):
    """Where a member goes below the target folder; None for what is not wanted."""
    take = row["take"]
    if name == take:
        return pathlib.PurePosixPath(name).name
    if not take.endswith("/") or not name.startswith(take):
        return None
    rest = pathlib.PurePosixPath(name[len(take):])
    if rest.is_absolute() or ".." in rest.parts:
        raise FetchError(f"{row['package']}: member {name!r} leads outside its folder")
    if row["group"] == "samples" and rest.suffix.lower() not in PICTURES_AND_NOTES:
        return None
    return rest


def unpack(row, archive, target, scratch):
    count = 0
    for name, file in members(row, archive, scratch):
        with file:
            relative = relative_target(row, name)
            if relative is None:
                continue
            path = target / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as out:
                shutil.copyfileobj(file, out, 1 << 20)
            count += 1
    if count == 0:
        raise FetchError(f"{archive.name}: holds nothing under {row['take']}")
    (target / STAMP).write_text(row["sha256"] + "\n")


def replace_folder(new, final):
    """Puts the finished folder in its place; an older one is moved away first and then dropped."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        final.rename(new.with_name("old"))
    new.rename(final)


def fetch(row, cache):
    final = cache / row["into"]
    try:
        if (final / STAMP).read_text().strip() == row["sha256"]:
            return
    except FileNotFoundError:
        pass
    started = time.monotonic()
    name = f"{row['package']} {row['version']}"
    print(f"== fetching {name}: {row['use']} ({row['megabytes']} MB, licence: {row['licence']})",
          flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=cache) as temporary:
        work = pathlib.Path(temporary)
        work.chmod(0o755)
        for folder in ("download", "unpacked", "scratch"):
            (work / folder).mkdir()
        archive = download(row, work / "download")
        check_sha256(row, archive)
        unpack(row, archive, work / "unpacked", work / "scratch")
        replace_folder(work / "unpacked", final)
    print(f"== {name}: done in {time.monotonic() - started:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--folder-of", metavar="PACKAGE")
    parser.add_argument("groups", nargs="*", metavar="GROUP")
    arguments = parser.parse_args()
    table = read_table()
    if arguments.folder_of:
        print(next(row["into"] for row in table if row["package"] == arguments.folder_of))
    unknown = set(arguments.groups) - {row["group"] for row in table}
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    for row in table:
        if row["group"] in arguments.groups:
            fetch(row, arguments.cache.absolute())


if __name__ == "__main__":
    try:
        main()
    except (FetchError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"fetch_packages: {error}")
