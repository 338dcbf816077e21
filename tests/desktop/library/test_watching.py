from pathlib import Path

from desktop.library.watching import FolderWatch
from shared.contracts.errors import PentimentoError
from tests.desktop.library.shelf import Shelf, png


async def test_a_new_picture_comes_in_once_it_has_stopped_growing(shelf: Shelf, tmp_path: Path) -> None:
    folder, errors = tmp_path / "camera", list[PentimentoError]()
    watch = FolderWatch(library=shelf.library, folder=folder, linked=False, on_error=errors.append)
    await watch.look()  # a folder that is not there yet is no error
    folder.mkdir()
    whole = png(1)
    (folder / "a.png").write_bytes(whole[:40])
    await watch.look()
    (folder / "a.png").write_bytes(whole)
    await watch.look()
    assert await shelf.library.count() == 0
    await watch.look()
    assert await shelf.library.count() == 1
    (folder / "broken.png").write_bytes(b"no picture")
    for _ in range(4):
        await watch.look()
    assert len(errors) == 1
    assert await shelf.library.count() == 1
