"""kill -9 while a document is saved leaves the file as it was, or as it shall be: never half of it."""

import random
from pathlib import Path

import pytest

from desktop.canvas.composing import flatten
from desktop.canvas.formats.ora import load_ora
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import bits, counting_ids
from tests.desktop.canvas.formats.saving_painter import document_of
from tests.support.killing import run_until_killed

SAVER = "tests.desktop.canvas.formats.saving_painter"
LONGEST_WAIT = 0.08
"""Seconds; longer than one save takes, so that every moment of one is met."""


def _kill_and_open(file: Path, moment: random.Random) -> None:
    done = run_until_killed(SAVER, file, moment, most_lines=6, longest_wait=LONGEST_WAIT)
    blobs = BlobFolder(file.parent / "blobs")
    loaded = load_ora(file, blobs=blobs, new_id=counting_ids(), progress=lambda _part: None)
    # The one that was told of, or the next, which was put in place before it could be told.
    names = {layer.properties.name for layer in loaded.snapshot.layers} - {"Background"}
    assert names in ({f"layer {done % 2}"}, {f"layer {(done + 1) % 2}"})
    number = int(names.pop()[-1])
    assert bits(flatten(loaded.snapshot)) == bits(flatten(document_of(number).snapshot()))


@pytest.mark.parametrize("seed", range(5))
def test_a_file_is_whole_after_a_kill(tmp_path: Path, seed: int) -> None:
    _kill_and_open(tmp_path / "a.ora", random.Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_file_is_whole_after_a_hundred_kills(tmp_path: Path, seed: int) -> None:
    _kill_and_open(tmp_path / "a.ora", random.Random(seed))
