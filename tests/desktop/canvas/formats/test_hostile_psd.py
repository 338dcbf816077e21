"""Photoshop files that lie, are damaged or want to fill the memory."""

import io
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from psd_tools.constants import ChannelID, ColorMode, Compression, SectionDivider, Tag
from psd_tools.psd import PSD
from psd_tools.psd.header import FileHeader
from psd_tools.psd.image_data import ImageData
from psd_tools.psd.layer_and_mask import (
    ChannelData,
    ChannelDataList,
    ChannelImageData,
    ChannelInfo,
    LayerAndMaskInformation,
    LayerInfo,
    LayerRecord,
    LayerRecords,
)

from desktop.canvas.formats.psd.reading import load_psd
from tests.desktop.canvas.builders import counting_ids
from tests.desktop.canvas.formats.test_psd import save, with_everything
from tests.support.mutations import mutated, read_or_refused, run_limited

Rows = list[tuple[LayerRecord, list[tuple[ChannelID, ChannelData]]]]


def psd_bytes(rows: Rows, *, width: int = 64, height: int = 64) -> bytes:
    for record, channels in rows:
        record.channel_info = [ChannelInfo(identity, 2 + len(data.data)) for identity, data in channels]
    header = FileHeader(version=1, channels=3, height=height, width=width, depth=8, color_mode=ColorMode.RGB)
    records: list[Any] = [record for record, _ in rows]
    data: list[Any] = [[channel for _, channel in channels] for _, channels in rows]
    lists: list[Any] = [ChannelDataList(channels) for channels in data]
    info = LayerInfo(
        layer_count=len(rows),
        layer_records=LayerRecords(records),
        channel_image_data=ChannelImageData(lists),
    )
    psd = PSD(
        header=header,
        layer_and_mask_information=LayerAndMaskInformation(layer_info=info),
        image_data=ImageData(compression=Compression.RAW, data=b""),
    )
    stream = io.BytesIO()
    psd.write(stream)
    return stream.getvalue()


def zip_bomb() -> bytes:
    """Thirty layers of 80 megapixels each, whose channels are deflated nothing."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(80)) + packer.flush()
    data = ChannelData(compression=Compression.ZIP, data=packed)
    layers = [LayerRecord(top=0, left=0, bottom=8000, right=10_000) for _ in range(30)]
    return psd_bytes([(layer, [(ChannelID(0), data)]) for layer in layers])


def small_layer_that_lies(compression: Compression) -> bytes:
    data = ChannelData(compression=compression, data=b"\0" * 40)
    record = LayerRecord(top=0, left=0, bottom=9000, right=9000)
    return psd_bytes([(record, [(ChannelID(0), data)])])


def nested(depth: int, *, closed: bool) -> bytes:
    rows: Rows = []
    for kind in (SectionDivider.BOUNDING_SECTION_DIVIDER, SectionDivider.OPEN_FOLDER)[: 1 + closed]:
        for _ in range(depth):
            record = LayerRecord(name="g")
            record.tagged_blocks.set_data(Tag.SECTION_DIVIDER_SETTING, kind)
            rows.append((record, []))
    return psd_bytes(rows)


def far_away() -> bytes:
    return psd_bytes([(LayerRecord(top=2**30, left=2**30, bottom=2**30 + 1, right=2**30 + 1), [])])


@cache
def valid() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        save(with_everything(), Path(folder) / "a.psd")
        return (Path(folder) / "a.psd").read_bytes()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a bomb": zip_bomb,
    "raw": lambda: small_layer_that_lies(Compression.RAW),
    "run lengths": lambda: small_layer_that_lies(Compression.RLE),
    "deflate": lambda: small_layer_that_lies(Compression.ZIP),
    "prediction": lambda: small_layer_that_lies(Compression.ZIP_WITH_PREDICTION),
    "endless groups": lambda: nested(900, closed=True),
    "groups that never end": lambda: nested(3, closed=False),
    "a million pixels away": far_away,
    "huge sides": lambda: psd_bytes([], width=30_000, height=30_000),
    "half a file": lambda: valid()[:4000],
    "a head alone": lambda: valid()[:26],
    "no PSD": lambda: b"8BPS" + b"\0" * 40,
    "nothing": lambda: b"",
}
CHILD = """
import itertools, sys
from pathlib import Path
from desktop.canvas.formats.psd.reading import load_psd
from shared.contracts.errors import PentimentoError
for name in sys.argv[1:]:
    try:
        load_psd(Path(name), new_id=map(str, itertools.count()).__next__, progress=lambda part: None)
        print("read")
    except PentimentoError as error:
        print("refused", bool(error.report.advice), error.report.code)
"""


def test_hostile_files_are_refused_in_words_within_little_memory(tmp_path: Path) -> None:
    files = []
    for number, make in enumerate(HOSTILE.values()):
        files.append(tmp_path / f"{number}.psd")
        files[-1].write_bytes(make())
    printed = run_limited(CHILD, *map(str, files), megabytes=1500).splitlines()
    told = dict(zip(HOSTILE, printed, strict=True))
    assert {name: line for name, line in told.items() if not line.startswith("refused True")} == {}


@given(mutated([valid()]))
def test_whatever_is_changed_in_a_psd_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "mutated.psd"
    file.write_bytes(data)
    loaded = read_or_refused(lambda: load_psd(file, new_id=counting_ids(), progress=lambda _part: None))
    if loaded is not None:
        assert loaded.snapshot.layers
        assert loaded.snapshot.width > 0
