import asyncio
import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from desktop.library.thumbnails import Turns
from shared.contracts.errors import PentimentoError
from tests.desktop.library.shelf import Shelf, png, recipe


async def test_a_thumbnail_is_made_once_and_kept(shelf: Shelf) -> None:
    picture = await shelf.library.add(png(5, width=600, height=300), recipe())
    thumbnails = shelf.thumbnails
    data = await thumbnails.get(picture, 256)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 128))
    picture.file.unlink()
    assert await thumbnails.get(picture, 256) == data
    with pytest.raises(PentimentoError):
        await thumbnails.get(picture, 512)
    await thumbnails.forget([picture.blob])
    with pytest.raises(PentimentoError):
        await thumbnails.get(picture, 256)


async def test_what_comes_in_brings_its_small_thumbnail_along(shelf: Shelf, tmp_path: Path) -> None:
    camera = tmp_path / "camera.png"
    camera.write_bytes(png(5, width=600, height=300))
    pictures = [await shelf.library.import_file(camera), await shelf.library.add(png(6), recipe())]
    lying = shelf.folders.pictures / "laid in by hand.png"
    lying.write_bytes(png(7, width=40, height=400))
    pictures += (await shelf.library.adopt_strays()).adopted
    for picture, size in zip(pictures, [(256, 128), (16, 16), (26, 256)], strict=True):
        picture.file.unlink()
        with Image.open(io.BytesIO(await shelf.thumbnails.get(picture, 256))) as image:
            assert image.size == size


async def test_a_cache_that_cannot_be_written_loses_nothing(shelf: Shelf) -> None:
    shutil.rmtree(shelf.folders.thumbnails)
    shelf.folders.thumbnails.write_bytes(b"a file where the folder should be")
    picture = await shelf.library.add(png(5, width=600, height=300), recipe())
    assert await shelf.thumbnails.get(picture, 256)
    assert picture.file.exists()


async def test_the_newest_waiter_goes_first_and_cancelled_ones_cost_no_turn() -> None:
    turns = Turns(at_once=1)
    order: list[int] = []
    gate = asyncio.Event()

    async def work(number: int) -> None:
        async with turns.turn():
            order.append(number)
            await gate.wait()

    tasks = [asyncio.create_task(work(number)) for number in range(5)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 4, 2, 1]
    await asyncio.wait_for(work(9), 1)
    assert order[-1] == 9
