import asyncio
import io

import pytest
from PIL import Image

from desktop.library.thumbnails import Thumbnails, Turns
from shared.contracts.errors import PentimentoError
from tests.desktop.library.shelf import Shelf, png, recipe


async def test_a_thumbnail_is_made_once_and_kept(shelf: Shelf) -> None:
    picture = await shelf.library.add(png(5, width=600, height=300), recipe())
    thumbnails = Thumbnails(folder=shelf.folders.thumbnails)
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
