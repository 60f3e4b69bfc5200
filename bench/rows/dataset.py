# SPDX-License-Identifier: Apache-2.0
"""A training set out of photographs: 50 of 1024 pixels out of a ZIP archive, and telephones'."""

import io
import shutil
import zipfile

import protocol
import quality
from results import Group, Row, at_least, at_most, ratio_row
from rows.decode import NO_WORSE, behind_rows
from workplace import one_processor, two_processors

PICTURES = 50
SIDE = 1024
TELEPHONE_PICTURES = 30
PEER_THREADS = 8  # how the tools of Python are run, whatever the processors
SHARP_THREADS = 2
JUDGED_PICTURES = 8
RESIZED_SIDE = 640
PAIRS, PAIRS_BESIDE = 10, 4  # where a ratio must be reached, and where it only stands beside

# Title, albumen's flags, format, what the ratio to Pillow must and should be, and the total size.
WORKS = (
    ("PNG, balanced", ["--format", "png", "--png-effort", "balanced"], "png",
     at_least(7), at_least(12), at_most(1.01)),
    ("PNG, fast", ["--format", "png", "--png-effort", "fast"], "png",
     at_least(12), at_least(25), at_most(1.15)),
    ("JPEG 85, same size", ["--format", "jpeg", "--quality", "85"], "jpeg",
     at_least(2.5), at_least(4), None),
)
# Each peer is met with its own filter: Pillow is asked for bilinear, the others take Lanczos.
TELEPHONE_PEERS = (("pillow", "Pillow draft", "bilinear", at_least(1.4), at_least(1.8)),
                   ("vips", "libvips thumbnail", "lanczos", at_least(1.2), at_least(1.5)),
                   ("sharp", "sharp", "lanczos", None, None))


def measure(work):
    with work.scratch() as scratch:
        archive = archive_of(work, scratch)
        for title, flags, kind, must, aim, largest in WORKS:
            ours = albumen(work, scratch, [archive], flags)
            for name, peer_title in able(work, (("pillow", "Pillow"), ("vips", "libvips"),
                                                ("opencv", "OpenCV"), ("sharp", "sharp"))):
                peer = other(work, scratch, name, [archive], kind)
                limits, pairs = ((must, aim), PAIRS) if name == "pillow" else \
                    ((None, None), PAIRS_BESIDE)
                comparison = protocol.compare(ours, peer, work.pairs(pairs), two_processors())
                yield ratio_row(f"{PICTURES} pictures of {SIDE} px to {title}: albumen / "
                                f"{peer_title}", comparison, *limits)
                yield size_row(scratch, title, name, peer_title,
                               largest if name == "pillow" else None)
        yield from loss_rows(scratch, archive)
        yield resize_row(work, scratch, archive)


def measure_telephones(work):
    paths = work.photographs("timing", TELEPHONE_PICTURES)
    wanted = {path.stem: resized_exactly(path) for path in paths[:JUDGED_PICTURES]}
    with work.scratch() as scratch:
        for name, title, filter_name, must, aim in able(work, TELEPHONE_PEERS):
            ours = albumen(work, scratch, paths,
                           ["--format", "jpeg", "--quality", "85", "--resample", filter_name],
                           ["--threads", "1"])
            peer = other(work, scratch, name, paths, "jpeg", threads=1)
            comparison = protocol.compare(ours, peer, work.pairs(PAIRS), one_processor())
            yield ratio_row(f"12 MP to {SIDE} px JPEG 85, one core: albumen / {title}", comparison,
                            must, aim, filter_name)
            yield size_row(scratch, "JPEG 85", name, title, None)
            found = [{"a full decode resized in floating point by Lanczos":
                      quality.likeness((samples(path), wanted[path.stem])
                                       for path in pictures_in(scratch / folder)
                                       if path.stem in wanted)}
                     for folder in ("albumen", name)]
            yield from behind_rows(f"JPEGs of {SIDE} px: albumen - {title}", *found,
                                   f"{len(wanted)} pictures; {filter_name}")


def samples(source):
    import numpy
    from PIL import Image
    with Image.open(source) as image:
        return numpy.asarray(image.convert("RGB"))


def resized_exactly(path):
    """Full decode, upright, each channel resized by Lanczos without rounding."""
    import numpy
    from PIL import Image, ImageOps
    with Image.open(path) as image:
        image = ImageOps.exif_transpose(image).convert("RGB")
    scale = SIDE / max(image.size)
    size = tuple(round(length * scale) for length in image.size)
    bands = [Image.fromarray(numpy.asarray(band, numpy.float32)).resize(
        size, Image.Resampling.LANCZOS) for band in image.split()]
    return numpy.clip(numpy.stack([numpy.asarray(band) for band in bands], axis=-1), 0, 255)


def archive_of(work, scratch):
    """The photographs at 1024x768, stored in a ZIP archive."""
    from PIL import Image
    archive = scratch / "pictures.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in work.photographs("timing", PICTURES):
            small = scratch / path.name
            with Image.open(path) as image:
                image = image.convert("RGB")
                size = (SIDE, SIDE * 3 // 4) if image.width > image.height else (SIDE * 3 // 4, SIDE)
                image.resize(size, Image.Resampling.LANCZOS).save(small, "JPEG", quality=90)
            file.write(small, path.name)
            small.unlink()
    protocol.warm([archive])
    return archive


def albumen(work, scratch, sources, flags, more=()):
    folder = scratch / "albumen"
    command = [work.albumen, "--json", *more, "dataset", *sources, "--out", folder, *flags]
    return protocol.Contender("albumen", command, protocol.reported_rate,
                              before=lambda: shutil.rmtree(folder, ignore_errors=True))


def able(work, peers):
    """Those of the peers, their names first, that can run here."""
    why = work.lacks_sharp()
    for peer in peers:
        if peer[0] == "sharp" and why:
            print(f"== sharp: not measured: {why}")
        else:
            yield peer


def other(work, scratch, name, sources, kind, threads=None):
    folder = scratch / name
    if name == "sharp":
        command = work.sharp_peer(sources, folder, kind, threads or SHARP_THREADS)
    else:
        command = work.dataset_peer(name, sources, folder, kind, threads or PEER_THREADS)
    return protocol.Contender(
        name, command, protocol.reported_rate,
        before=lambda: shutil.rmtree(folder, ignore_errors=True))


def pictures_in(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".png", ".jpg"))


def size_row(scratch, title, name, peer_title, largest):
    ours, theirs = (sum(path.stat().st_size for path in pictures_in(scratch / folder))
                    for folder in ("albumen", name))
    return Row(f"the same: bytes of all, albumen / {peer_title}", ours / theirs, "x", largest, None,
               f"{title}: {ours / 1e6:.1f} against {theirs / 1e6:.1f} MB")


def loss_rows(scratch, archive):
    """How far the last work's pictures, JPEG to JPEG, are from their sources, against Pillow's."""
    def likeness(folder):
        with zipfile.ZipFile(archive) as file:
            return quality.likeness(
                (samples(path), samples(io.BytesIO(file.read(path.name))))
                for path in pictures_in(scratch / folder)[:JUDGED_PICTURES])
    found = [{"the source": likeness(folder)} for folder in ("albumen", "pillow")]
    yield from behind_rows("JPEG 85 out of JPEG: albumen - Pillow", *found,
                           f"{JUDGED_PICTURES} pictures; bytes as in the rows above",
                           {"psnr": at_least(0), "ssim": NO_WORSE["ssim"]})


def resize_row(work, scratch, archive):
    """The resizer alone, on pictures that lost nothing: how many samples are Pillow's Lanczos."""
    import numpy
    from PIL import Image
    folder = scratch / "lossless"
    folder.mkdir()
    with zipfile.ZipFile(archive) as file:
        for name in sorted(file.namelist())[:JUDGED_PICTURES]:
            with Image.open(io.BytesIO(file.read(name))) as image:
                image.save(folder / f"{name}.png", compress_level=1)
    protocol.run_leg(albumen(work, scratch, [folder], ["--size", str(RESIZED_SIDE)]),
                     two_processors())
    differences = []
    for path in pictures_in(folder):
        with Image.open(scratch / "albumen" / path.name) as ours, Image.open(path) as source:
            theirs = source.resize(ours.size, Image.Resampling.LANCZOS)
            differences.append(numpy.abs(numpy.asarray(ours, int) - numpy.asarray(theirs, int)))
    every = numpy.concatenate([difference.ravel() for difference in differences])
    return Row(f"{SIDE} to {RESIZED_SIDE} px by Lanczos: samples within 1 level of Pillow's",
               float(100 * numpy.mean(every <= 1)), "%", at_least(99), None,
               f"mean difference {numpy.mean(every):.2f}, largest {numpy.max(every)} (Pillow rounds "
               f"to 8 bits between its two passes); {len(differences)} pictures")


GROUPS = [Group("dataset", 5, measure, ("timing",)),
          Group("dataset-telephones", 2.5, measure_telephones, ("timing",))]
