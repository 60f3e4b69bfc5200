# SPDX-License-Identifier: Apache-2.0
"""What was measured on what: the processor, the peers and the libraries inside them."""

import os
import pathlib
import platform
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        text = info.read()
    names = re.findall(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    flags = set((re.search(r"^flags\s*:\s*(.*)$", text, re.MULTILINE) or [""] * 2)[1].split())
    known = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
             if flag in flags]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors, " \
           f"{' '.join(known)}"


def machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{pages / 2**30:.0f} GiB of memory, {name}, Linux {platform.release()}"


def commit():
    """What the sources are: the commit, and whether they differ from it."""
    try:
        return subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty", "--exclude=*"],
                              capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def albumen(program):
    """The program's version, and what it runs its nets with: the line "inference" of its doctor."""
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True,
                                 check=True).stdout.strip()
        doctor = subprocess.run([program, "doctor"], capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        return f"does not run: {error}"
    inference = re.search(r"^inference\s+(.*)$", doctor, re.MULTILINE)
    return f"{version}, {inference[1]}" if inference else version


def opencv_jpeg(information):
    match = re.search(r"^\s*JPEG:\s*(.*)$", information, re.MULTILINE)
    return match[1].strip() if match else "unknown"


CODEC_TEXTS = {  # what the libraries inside libvips' file say of themselves
    "libjpeg-turbo": rb"libjpeg-turbo version ([\d.]+)", "mozjpeg": rb"mozjpeg version ([\d.]+)",
    "zlib-ng": rb"([\d.]+)\.zlib-ng"}


def vips_codecs():
    """libvips does not say by version what it decodes with; its library, and those loaded from
    beside it, do."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        files = {pathlib.Path(line.split(maxsplit=5)[5].strip()) for line in maps
                 if re.search(r"/(libvips|libjpeg|libz)\S*\.so", line)}
    homes = {file.parent for file in files if file.name.startswith("libvips")}
    found = {}
    for file in sorted(file for file in files if file.parent in homes):
        data = file.read_bytes()
        for name, text in CODEC_TEXTS.items():
            if match := re.search(text, data):
                found[name] = match[1].decode()
    if "zlib-ng" in found:
        found["zlib-ng"] = f"as zlib {found['zlib-ng']}"
    return ", ".join(f"{name} {version}" for name, version in found.items()) or "codecs unknown"


def sharp(node):
    """With what runs it and what it is made of; None where it is not installed."""
    script = ("const v = require('sharp').versions; console.log(`${v.sharp} (libvips ${v.vips}, "
              "mozjpeg ${v.mozjpeg}) on Node.js ${process.versions.node}`)")
    try:
        return subprocess.run(["node", "-e", script], cwd=node, capture_output=True, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def peers():
    import cv2
    import numpy
    import onnxruntime
    import PIL
    import pyvips
    import sklearn
    from PIL import features
    vips = ".".join(str(pyvips.version(part)) for part in range(3))
    turbo = features.version("libjpeg_turbo") or "not turbo"
    return {
        "Python": platform.python_version(), "NumPy": numpy.__version__,
        "Pillow": f"{PIL.__version__} (libjpeg-turbo {turbo})",
        "libvips": f"{vips} through pyvips {pyvips.__version__} ({vips_codecs()})",
        "OpenCV": f"{cv2.__version__} (JPEG: {opencv_jpeg(cv2.getBuildInformation())})",
        "ONNX Runtime": onnxruntime.__version__, "scikit-learn": sklearn.__version__}


def lines(program, node=None):
    yield f"processor: {processor()}"
    yield f"machine: {machine()}"
    yield f"program: {albumen(program)}"
    for name, version in peers().items():
        yield f"{name}: {version}"
    if node and (version := sharp(node)):
        yield f"sharp: {version}"
