"""Every reader of other people's files, fed with changed ones for minutes: each is read or refused in words."""

import io
import logging
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pytest

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.own_tips import named_tip
from desktop.canvas.brushes.presets import Preset, encode_brushes, read_brushes
from desktop.canvas.formats.ora import load_ora
from desktop.canvas.formats.psd.reading import load_psd
from desktop.canvas.journal import JournalWriter, Manifest, read_journal
from desktop.canvas.pictures import picture_document
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.encoding import Encoding, PictureKind, PictureTexts, encode_picture
from tests.desktop.canvas.builders import NOW, blank, counting_ids, noise_tiles, paint
from tests.desktop.canvas.formats import test_hostile_ora, test_hostile_psd
from tests.support.mutations import LONG_VALUES, Edit, read_or_refused

_log = logging.getLogger(__name__)

SECONDS = 60
"""For each reader."""
LARGEST_STEP_SECONDS = 20
"""So long no file of a few kilobytes may take."""
KINDS = ("overwrite", "overwrite", "insert", "delete", "repeat", "truncate")


def changed(file: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, 6)):
        place = random.random() ** (3 if random.random() < 0.5 else 1)
        data = random.choice(LONG_VALUES) if random.random() < 0.3 else random.randbytes(random.randint(1, 8))
        file = Edit(place, random.choice(KINDS), random.randint(1, 64), data).apply(file)
    return file


def repacked(random: Random) -> bytes:
    """An .ora with one entry changed, whose checksums are right again."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(test_hostile_ora.valid())) as old, zipfile.ZipFile(stream, "w") as new:
        names = old.namelist()
        chosen = random.choice(names[1:])
        for name in names:
            data = old.read(name)
            new.writestr(name, changed(data, random) if name == chosen else data)
    return stream.getvalue()


def pictures() -> list[bytes]:
    pixels = np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    return [encode_picture(pixels, Encoding(kind=kind), PictureTexts()) for kind in PictureKind]


def brushes() -> bytes:
    name, tip = named_tip("leaf", np.full((30, 30), 200, np.uint8))
    presets = (
        Preset(id="a", name="Leaves", brush=Brush(tip=name)),
        Preset(id="b", name="Ink", brush=Brush()),
    )
    return encode_brushes(presets, {name: tip})


def journal(folder: Path) -> tuple[Path, bytes]:
    document = blank()
    document.add_layer("noise", tiles=noise_tiles(1, 60, 60))
    writer = JournalWriter(folder=folder)
    manifest = Manifest(log="", title="a", file=None, modified=True, updated_at=NOW)
    writer.append(document.snapshot(), manifest)
    paint(document, (50, 50), (90, 90))
    writer.append(document.snapshot(), manifest)
    writer.close()
    (log,) = folder.glob("*.log")
    return log, log.read_bytes()


def readers(folder: Path) -> Iterator[tuple[str, Callable[[Random], bytes], Path, Callable[[Path], object]]]:
    blobs = BlobFolder(folder / "blobs")

    def ora(file: Path) -> object:
        return load_ora(file, blobs=blobs, new_id=counting_ids(), progress=lambda _part: None)

    def psd(file: Path) -> object:
        return load_psd(file, new_id=counting_ids(), progress=lambda _part: None)

    flat, own, (log, kept) = pictures(), brushes(), journal(folder / "journal")
    yield "ora", lambda random: changed(test_hostile_ora.valid(), random), folder / "a.ora", ora
    yield "entries of ora", repacked, folder / "b.ora", ora
    yield "psd", lambda random: changed(test_hostile_psd.valid(), random), folder / "a.psd", psd
    yield (
        "pictures",
        lambda random: changed(random.choice(flat), random),
        folder / "a.png",
        lambda file: picture_document(file, layer_id="x", name="a"),
    )
    yield "brushes", lambda random: changed(own, random), folder / "a.brushes", read_brushes
    yield "journal", lambda random: changed(kept, random), log, lambda file: read_journal(file.parent)


@pytest.mark.slow
def test_minutes_of_changed_files_break_no_reader(tmp_path: Path) -> None:
    for name, make, file, read in readers(tmp_path):
        random, count, longest = Random(7), 0, 0.0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            file.write_bytes(make(random))
            start = time.monotonic()
            read_or_refused(partial(read, file))
            longest, count = max(longest, time.monotonic() - start), count + 1
        _log.info("%s: %d files in %d s, the slowest in %.2f s", name, count, SECONDS, longest)
        assert count > 100, name
        assert longest < LARGEST_STEP_SECONDS, name
