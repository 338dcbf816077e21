"""The journal gives back the last whole step, whatever its end looks like."""

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.canvas.document import Document
from desktop.canvas.journal import (
    JournalWriter,
    Manifest,
    journal_blobs,
    read_journal,
    read_manifest,
    remove_journal,
)
from desktop.canvas.journal_records import HEAD, MAGIC, encode_step
from shared.contracts.errors import StorageError
from tests.desktop.canvas.builders import NOW, blank, noise_tiles, paint, recipe, value, without_history
from tests.desktop.canvas.document_commands import COMMANDS, run

MANIFEST = Manifest(log="", title="A picture", file=None, modified=True, updated_at=NOW)
steps = st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 10_000)), max_size=8)


def _log(folder: Path) -> Path:
    (log,) = folder.glob("*.log")
    return log


@given(steps, st.sampled_from([1, 50_000, 10**9]))
def test_any_document_comes_back_after_any_step(
    tmp_path_factory: pytest.TempPathFactory, commands: list[tuple[str, int]], compact_above: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    document = without_history(blank("one", "two"))
    writer = JournalWriter(folder=folder, smallest_to_compact=compact_above)
    writer.append(document.committed, MANIFEST)
    for name, number in commands:
        run(document, name, number)
        if number % 5 == 0:
            document.undo()
        writer.append(document.committed, MANIFEST)
    writer.close()
    read = read_journal(folder)
    assert read is not None
    assert value(read) == value(document.snapshot())
    assert read.active_id == document.active_id


@pytest.fixture
def three_steps(tmp_path: Path) -> tuple[Path, list[tuple[object, ...]], list[int]]:
    """A journal folder, the document after each record, and where each record ends in the log."""
    document, writer = blank(), JournalWriter(folder=tmp_path)
    values, ends = [], []
    for number in range(3):
        paint(document, (20 + number * 90, 40), (60 + number * 90, 200))
        writer.append(document.committed, MANIFEST)
        values.append(value(document.snapshot()))
        ends.append(_log(tmp_path).stat().st_size)
    writer.close()
    return tmp_path, values, ends


def test_a_journal_of_the_first_release_is_read(tmp_path: Path) -> None:
    """Its records say nothing of groups, masks, clipping and guides."""
    document = without_history(blank("one", "two"))
    paint(document, (20, 40), (160, 200))
    record, *data = encode_step(None, document.committed)
    text = json.loads(record[HEAD.size :])
    del text["guides"]
    for layer in text["layers"]:
        del layer["mask"], layer["mask_kept"]
        kept = ("name", "visible", "opacity", "blend", "locked", "x", "y", "origin", "recipe")
        layer["properties"] = {name: layer["properties"][name] for name in kept}
    old, pixels = json.dumps(text).encode(), b"".join(data)
    head = HEAD.pack(MAGIC, len(old), len(pixels), zlib.crc32(pixels, zlib.crc32(old)))
    (tmp_path / "1.log").write_bytes(head + old + pixels)
    (tmp_path / "manifest.json").write_text(MANIFEST.model_copy(update={"log": "1.log"}).model_dump_json())
    read = read_journal(tmp_path)
    assert read is not None
    assert value(read) == value(document.snapshot())


def test_a_torn_end_costs_only_the_step_that_is_torn(
    three_steps: tuple[Path, list[tuple[object, ...]], list[int]],
) -> None:
    folder, values, ends = three_steps
    data = _log(folder).read_bytes()
    for cut in (ends[1], ends[1] + 1, ends[1] + 30, ends[2] - 1):
        _log(folder).write_bytes(data[:cut])
        read = read_journal(folder)
        assert read is not None
        assert value(read) == values[1]
    flipped = bytearray(data)
    flipped[ends[1] + 200] ^= 1
    _log(folder).write_bytes(flipped)
    read = read_journal(folder)
    assert read is not None
    assert value(read) == values[1]
    _log(folder).write_bytes(data + b"\0" * 5000)
    read = read_journal(folder)
    assert read is not None
    assert value(read) == values[2]


def test_no_manifest_no_journal(three_steps: tuple[Path, list[tuple[object, ...]], list[int]]) -> None:
    folder, _, _ = three_steps
    (folder / "manifest.json").write_text('{"log": "../../else.log"}')
    assert read_manifest(folder) is None
    assert read_journal(folder) is None
    remove_journal(folder)
    assert not folder.exists()


def test_a_journal_names_the_pictures_that_its_recipes_need(tmp_path: Path) -> None:
    document, writer = blank(), JournalWriter(folder=tmp_path)
    layer = document.add_layer("made", tiles=noise_tiles(2, 80, 80), recipe=recipe("a" * 64, "b" * 64))
    writer.append(document.committed, MANIFEST)
    assert journal_blobs(tmp_path) == {"a" * 64, "b" * 64}
    document.delete_layer(layer.id)
    writer.append(document.committed, MANIFEST)
    writer.close()
    assert journal_blobs(tmp_path) == frozenset()


def test_a_stroke_adds_only_the_tiles_that_it_touched(tmp_path: Path) -> None:
    document = Document(width=2048, height=2048, new_id=iter("abc").__next__)
    document.add_layer("noise", tiles=noise_tiles(1, 2048, 2048))
    writer = JournalWriter(folder=tmp_path)
    writer.append(document.committed, MANIFEST)
    before = _log(tmp_path).stat().st_size
    paint(document, (100, 100))
    writer.append(document.committed, MANIFEST)
    writer.close()
    assert _log(tmp_path).stat().st_size - before < 300_000


def test_the_log_is_replaced_when_it_has_grown(tmp_path: Path) -> None:
    document, writer = blank(), JournalWriter(folder=tmp_path, smallest_to_compact=10_000)
    for number in range(40):
        paint(document, (number * 9, 50), (number * 9, 200))
        writer.append(document.committed, MANIFEST)
    writer.close()
    assert _log(tmp_path).name != "1.log"
    assert _log(tmp_path).stat().st_size < 400_000


def test_after_the_disk_refused_the_next_step_writes_all_that_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.write_text("a file where the folder should be")
    document, writer = blank(), JournalWriter(folder=folder)
    paint(document, (50, 50))
    with pytest.raises(StorageError):
        writer.append(document.committed, MANIFEST)
    folder.unlink()
    paint(document, (90, 90))
    writer.append(document.committed, MANIFEST)
    writer.close()
    read = read_journal(folder)
    assert read is not None
    assert value(read) == value(document.snapshot())
