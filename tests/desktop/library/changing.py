"""Changes a library at random without end, telling of each change before and after it; a test kills it."""

import asyncio
import json
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from desktop.library.boards import Boards
from desktop.library.query import Query
from tests.desktop.library.shelf import Shelf, png, recipe

LABELS = ("", "red", "blue")
TAGS = ("sketch", "밤", "cover")


def tell(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def change_without_end(shelf: Shelf, start: int) -> None:
    chance = random.Random(start)
    boards = Boards(database=shelf.database, new_id=shelf.new_id)
    board = next(iter(await boards.all()), None) or await boards.make("Board")
    source = shelf.root / f"import-{start}.png"
    number = start * 10_000
    while True:
        number += 1
        pictures = await shelf.library.page(limit=50)
        kind = chance.choice(("add", "import", "rate", "label", "tag", "board", "rename", "trash", "empty"))
        picture = chance.choice(pictures) if pictures else None
        if picture is None and kind not in {"add", "import"}:
            continue
        if kind in {"add", "import"}:
            tell(begin=kind)
            if kind == "add":
                made = await shelf.library.add(png(number), recipe(f"picture {number}", seed=number))
            else:
                source.write_bytes(png(number))
                made = await shelf.library.import_file(source)
            tell(done=made.id, there=True)
        elif kind == "empty":
            trashed = await shelf.library.page(Query(place="trash"))
            tell(begin=kind, ids=[each.id for each in trashed])
            await shelf.library.empty_trash(older_than=timedelta(0))
            tell(emptied=[each.id for each in trashed])
        else:
            assert picture is not None
            value = await act(shelf, boards, board.id, kind, picture.id, chance)
            tell(done=picture.id, **value)


async def act(
    shelf: Shelf, boards: Boards, board_id: str, kind: str, picture_id: str, chance: random.Random
) -> dict[str, Any]:
    """What is so afterwards, told before it is begun as well."""
    library = shelf.library
    value: dict[str, Any]
    if kind == "rate":
        value = {"rating": chance.randint(0, 5)}
        tell(begin=kind, id=picture_id, **value)
        await library.rate([picture_id], value["rating"])
    elif kind == "label":
        value = {"label": chance.choice(LABELS)}
        tell(begin=kind, id=picture_id, **value)
        await library.label([picture_id], value["label"])
    elif kind == "tag":
        value = {"tag": chance.choice(TAGS)}
        tell(begin=kind, id=picture_id, **value)
        await library.tag([picture_id], value["tag"])
    elif kind == "board":
        value = {"board": True}
        tell(begin=kind, id=picture_id, **value)
        await boards.add(board_id, [picture_id])
    elif kind == "rename":
        value = {"title": f"title {chance.randint(0, 999_999)}"}
        tell(begin=kind, id=picture_id, **value)
        await library.rename(picture_id, value["title"])
    else:
        value = {"trashed": True}
        tell(begin=kind, id=picture_id, **value)
        await library.trash([picture_id])
    return value


if __name__ == "__main__":
    folder, begun = Path(sys.argv[1]), int(sys.argv[2])
    asyncio.run(change_without_end(Shelf(folder, prefix=f"start-{begun}"), begun))
