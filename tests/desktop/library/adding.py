"""Adds pictures without end and prints each id once it is told to be safe; a test kills it."""

import asyncio
import sys
from pathlib import Path

from tests.desktop.library.shelf import Shelf, png, recipe


async def add_without_end(shelf: Shelf, first: int) -> None:
    number = first
    while True:
        made = await asyncio.gather(
            *(
                shelf.library.add(png(number + k), recipe(f"picture {number + k}", seed=number + k))
                for k in range(3)
            )
        )
        number += 3
        for picture in made:
            sys.stdout.write(f"{picture.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    folder, start = Path(sys.argv[1]), int(sys.argv[2])
    asyncio.run(add_without_end(Shelf(folder, prefix=f"start-{start}"), start * 10_000))
