import contextlib
import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import NotFoundError, StorageError
from shared.imaging.blob_folder import BlobFolder

LATER = datetime.now(UTC) + timedelta(days=1)


@given(data=st.lists(st.binary(max_size=200), max_size=8), kept=st.sets(st.integers(0, 7)))
def test_what_is_put_is_read_and_what_is_kept_stays(
    tmp_path_factory: pytest.TempPathFactory, data: list[bytes], kept: set[int]
) -> None:
    blobs = BlobFolder(tmp_path_factory.mktemp("blobs"))
    names = [blobs.put(item) for item in data]
    assert names == [hashlib.sha256(item).hexdigest() for item in data]
    assert [blobs.read(name) for name in names] == data
    keep = {name for index, name in enumerate(names) if index in kept}
    removed = blobs.sweep(keep, unused_since=LATER)
    assert set(removed) == set(names) - keep
    assert len(removed) == len(set(removed))
    assert {name for name in names if blobs.exists(name)} == keep
    assert {path.name for path in blobs.root.iterdir()} == keep


def test_the_same_bytes_lie_there_once(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "not" / "yet" / "there")
    assert blobs.put(b"a picture") == blobs.put(b"a picture")
    assert len(list(blobs.root.iterdir())) == 1


def test_a_blob_put_again_counts_as_new(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    old, renewed = blobs.put(b"old"), blobs.put(b"renewed")
    for name in (old, renewed):
        os.utime(blobs.path(name), (1, 1))
    blobs.put(b"renewed")
    assert blobs.sweep([], unused_since=datetime.now(UTC) - timedelta(hours=1)) == [old]
    assert blobs.read(renewed) == b"renewed"


def test_a_blob_that_was_cut_off_is_mended_by_a_put(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    name = blobs.put(b"whole picture")
    blobs.path(name).write_bytes(b"whole")
    assert blobs.put(b"whole picture") == name
    assert blobs.read(name) == b"whole picture"


def test_a_sweep_clears_up_after_a_process_that_was_killed(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    name = blobs.put(b"kept")
    blobs.path(name).rename(tmp_path / f".leaving-{name}")
    (tmp_path / ".writing-abc").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("not ours")
    assert blobs.sweep([name], unused_since=LATER) == []
    assert blobs.read(name) == b"kept"
    assert {path.name for path in tmp_path.iterdir()} == {name, "notes.txt"}


def test_a_put_during_sweeps_is_never_lost(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    name = hashlib.sha256(b"busy").hexdigest()
    began = datetime.now(UTC) - timedelta(hours=1)
    stop = threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            blobs.sweep([], unused_since=began)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(150):
            blobs.put(b"busy")
            assert blobs.read(name) == b"busy"
            with contextlib.suppress(FileNotFoundError):  # while the sweep holds it aside
                os.utime(blobs.path(name), (1, 1))
            blobs.put(b"busy")
            assert blobs.exists(name)
    finally:
        stop.set()
        sweeper.join()
    assert blobs.read(name) == b"busy"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/etc/passwd"])
def test_what_is_no_name_of_a_blob_is_not_found(tmp_path: Path, name: str) -> None:
    blobs = BlobFolder(tmp_path)
    with pytest.raises(NotFoundError):
        blobs.read(name)


def test_a_missing_blob_and_an_unusable_folder_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="missing"):
        BlobFolder(tmp_path).read("0" * 64)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="can't be used"):
        BlobFolder(tmp_path / "file").put(b"data")
    assert BlobFolder(tmp_path / "nothing").sweep([], unused_since=LATER) == []
