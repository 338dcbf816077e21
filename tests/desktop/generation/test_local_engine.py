"""The desktop's own engine, as far as it goes without painting."""

from pathlib import Path

from desktop.generation.local_engine import LocalEngine, threads_for_painting
from shared.contracts.events import Failed
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.generation.studio import text_request


async def test_a_missing_model_is_an_error_in_words_and_starts_no_process(tmp_path: Path) -> None:
    folders = [tmp_path / "models"]
    engine = LocalEngine(blobs=BlobFolder(tmp_path / "blobs"), model_folders=lambda: folders, threads=1)
    for folder in (tmp_path / "models", tmp_path / "other"):
        folders[:] = [folder]
        events = [event async for event in engine.run("job", text_request())]
        assert isinstance(events[-1], Failed)
        assert "not on this machine" in events[-1].error.text
    assert engine.memory_in_use() is None
    await engine.cancel("job")
    await engine.close()


def test_one_core_is_left_to_the_window_where_there_are_many() -> None:
    assert [threads_for_painting(cores) for cores in (1, 2, 4, 16)] == [1, 2, 3, 15]
