"""OpenRaster files that lie, are damaged or want to fill the memory."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from desktop.canvas.errors import DocumentTooLargeError
from desktop.canvas.formats.allowance import PixelAllowance
from desktop.canvas.formats.ora import load_ora, save_ora
from desktop.canvas.masks import mask_from_pixels
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.fast_png import encode_fast_png
from tests.desktop.canvas.builders import blank, counting_ids, noise_tiles
from tests.support.mutations import mutated, read_or_refused, run_limited

TRAVERSAL = "../outside.png"


def archive_of(stack: str, **entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", stack)
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def layers_of(count: int, png: bytes) -> bytes:
    rows = "".join(f'<layer name="{number}" src="data/a.png"/>' for number in range(count))
    return archive_of(f'<image w="64" h="64"><stack>{rows}</stack></image>', **{"data/a.png": png})


@cache
def large_png() -> bytes:
    """80 megapixels of nothing, in some tens of kilobytes."""
    return encode_fast_png(np.zeros((8000, 10_000, 4), np.uint8))


def lying_png() -> bytes:
    """A picture of one pixel that says that it has 900 megapixels."""
    png = bytearray(encode_fast_png(np.zeros((1, 1, 4), np.uint8)))
    png[16:24] = (30_000).to_bytes(4, "big") * 2
    return bytes(png)


def nested(depth: int, *, closed: bool) -> bytes:
    return archive_of(
        f'<image w="64" h="64">{"<stack>" * depth}{"</stack>" * (depth if closed else 0)}</image>'
    )


@cache
def valid() -> bytes:
    document = blank(width=60, height=50)
    layer = document.add_layer("noise", tiles=noise_tiles(1, 20, 20))
    document.add_group("group")
    document.set_mask(layer.id, mask_from_pixels(np.full((9, 9), 90, np.uint8), x=2, y=2, background=255))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.ora"
        save_ora(document.snapshot(), file, blobs=BlobFolder(Path(folder) / "blobs"), progress=_ignore)
        return file.read_bytes()


def _ignore(_part: float) -> None:
    pass


HOSTILE: dict[str, Callable[[], bytes]] = {
    "more layers than any memory holds": lambda: layers_of(900, large_png()),
    "a picture that lies": lambda: layers_of(2, lying_png()),
    "endless groups": lambda: nested(5000, closed=True),
    "groups that never end": lambda: nested(30, closed=False),
    "a way out of the file": lambda: archive_of(
        f'<image w="9" h="9"><stack><layer src="{TRAVERSAL}"/></stack></image>'
    ),
    "an entity that grows": lambda: archive_of(
        '<!DOCTYPE i [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<image w="9" h="9"><stack name="&b;"/></image>'
    ),
    "huge sides": lambda: archive_of('<image w="60000" h="60000"><stack/></image>'),
    "half a file": lambda: valid()[: len(valid()) // 2],
    "nothing": lambda: b"",
}
CHILD = """
import itertools, sys
from pathlib import Path
import shared.contracts.generation  # all of pydantic, before Qt's import hook looks at half of it
from desktop.canvas.formats.ora import load_ora
from shared.contracts.errors import PentimentoError
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import LARGEST_PIXELS
for name in sys.argv[1:]:
    try:
        load_ora(
            Path(name), blobs=BlobFolder(Path(name).parent / "blobs"), most=4 * LARGEST_PIXELS,
            new_id=map(str, itertools.count()).__next__, progress=lambda part: None,
        )
        print("read")
    except PentimentoError as error:
        print("refused", bool(error.report.advice), error.report.code)
"""


def test_hostile_files_are_refused_in_words_within_little_memory(tmp_path: Path) -> None:
    files = []
    for number, make in enumerate(HOSTILE.values()):
        files.append(tmp_path / f"{number}.ora")
        files[-1].write_bytes(make())
    printed = run_limited(CHILD, *map(str, files), megabytes=2500).splitlines()
    told = dict(zip(HOSTILE, printed, strict=True))
    assert {name: line for name, line in told.items() if not line.startswith("refused True")} == {}
    assert not (tmp_path.parent / "outside.png").exists()


def test_a_document_of_more_pixels_than_is_allowed_is_told_to_be_too_large(tmp_path: Path) -> None:
    file = tmp_path / "a.ora"
    file.write_bytes(layers_of(5, encode_fast_png(np.full((100, 100, 4), 255, np.uint8))))

    def load(most: int) -> int:
        blobs = BlobFolder(tmp_path / "blobs")
        loaded = load_ora(file, blobs=blobs, new_id=counting_ids(), progress=_ignore, most=most)
        return len(loaded.snapshot.layers)

    assert load(50_000) == 5
    with pytest.raises(DocumentTooLargeError):
        load(49_999)


def test_one_picture_is_unpacked_at_a_time_where_two_would_be_too_much() -> None:
    allowance = PixelAllowance(most=1000, at_once=100)
    held = 0
    for size in (60, 300, 40):
        with allowance.unpacking(size):
            held += size
    assert held == 400
    with allowance.unpacking(60), allowance.unpacking(40):
        pass
    with pytest.raises(DocumentTooLargeError), allowance.unpacking(501):
        pass


def with_other_stack(stack: bytes) -> bytes:
    """The valid file with another stack.xml, checksums and all: what a damaged ZIP would hide is read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(valid())) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, stack if name == "stack.xml" else old.read(name))
    return stream.getvalue()


@cache
def valid_stack() -> bytes:
    with zipfile.ZipFile(io.BytesIO(valid())) as archive:
        return archive.read("stack.xml")


@given(mutated([valid_stack()]))
def test_whatever_is_changed_in_a_stack_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, stack: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    file = folder / "mutated.ora"
    file.write_bytes(with_other_stack(stack))
    blobs = BlobFolder(folder / "blobs")
    loaded = read_or_refused(lambda: load_ora(file, blobs=blobs, new_id=counting_ids(), progress=_ignore))
    if loaded is not None:
        assert loaded.snapshot.width > 0
