"""A collector's folder: 5,000 LoRAs are read once, and the page answers at once all the same."""

import time
from pathlib import Path

import pytest

from desktop.models.entries import Filter, counts, entries_of, matching
from desktop.models.service import ModelLibrary
from shared.engine.model_index import ModelIndex
from tests.conftest import QtRun
from tests.desktop.models.test_models_view import Room
from tests.support.many_loras import write_many_loras

COUNT = 5000


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("collection")
    (root / "models").mkdir()
    write_many_loras(root / "models", COUNT)
    return root


async def test_five_thousand_loras_are_known_at_the_second_look(collection: Path) -> None:
    index = ModelIndex(collection / "of-its-own.sqlite")
    models = ModelLibrary(own_folder=collection / "models", starter=collection / "starter", index=index)
    read: list[tuple[int, int]] = []
    models.headers_read.subscribe(read.append)
    await models.scan()
    assert len(models.files) == COUNT
    assert read[-1] == (COUNT - 50, COUNT)
    read.clear()
    await models.scan()
    assert (len(models.files), read) == (COUNT, [])
    entries = entries_of(files=models.files, problems=(), missing=(), hashes={})
    assert counts(entries)["lora"] == COUNT
    assert len(matching(entries, Filter(section="lora", family="stable_diffusion_xl"))) == COUNT // 2
    assert [entry.name for entry in matching(entries, Filter(words="WORD 004321"))] == ["lora 04321"]
    assert matching(entries, Filter(words="lora 04321 nowhere")) == []


def test_five_thousand_rows_answer_at_once(qt_run: QtRun, collection: Path) -> None:
    async def story() -> None:
        room = Room(collection)
        room.models.hashing_paused = True
        await room.look()
        assert len(room.names) == COUNT
        bar = room.view.list.verticalScrollBar()
        for place in (bar.maximum(), bar.maximum() // 2, 0):
            began = time.thread_time()
            bar.setValue(place)
            room.view.list.viewport().repaint()
            assert time.thread_time() - began < 0.1, "of its own time, whatever else runs"
        began = time.thread_time()
        room.view.search.setText("lora 0432")
        assert time.thread_time() - began < 0.1
        assert room.names == ["lora 00432", *(f"lora 0432{digit}" for digit in range(10))]
        await room.close()

    qt_run(story(), timeout=60)
