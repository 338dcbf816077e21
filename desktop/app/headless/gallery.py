"""`pentimento gallery`: the library on the terminal."""

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desktop.app.container import Container
from desktop.app.headless.terminal import say, say_aside
from desktop.gallery.importing import files_to_import
from desktop.library.picture import LABELS, Label, LibraryPicture
from desktop.library.query import Query
from shared.contracts.errors import InvalidRequestError, NotFoundError, PentimentoError

_SHORTEST_ID = 4


@dataclass(frozen=True, kw_only=True)
class AskedMarks:
    """None leaves a mark as it is; `boards` are ids."""

    rating: int | None = None
    label: Label | None = None
    starred: bool | None = None
    tags: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()


async def list_pictures(container: Container, query: Query, *, limit: int, as_json: bool) -> None:
    """In the query's order."""
    found = await container.library.page(query, limit)
    if as_json:
        say(json.dumps([_described(picture) for picture in found], indent=2, ensure_ascii=False))
        return
    for picture in found:
        star = "*" if picture.starred else " "
        size = f"{picture.width}x{picture.height}"
        say(f"{picture.id[:12]} {star} {picture.created_at:%Y-%m-%d %H:%M} {size:>11}  {_title(picture)}")


async def show_picture(container: Container, picture_id: str, *, as_json: bool) -> None:
    picture = await find_picture(container, picture_id)
    described = _described(picture)
    if as_json:
        recipe = picture.recipe.model_dump(mode="json") if picture.recipe else None
        say(json.dumps({**described, "recipe": recipe}, indent=2, ensure_ascii=False))
        return
    for name, value in described.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        say(f"{name.replace('_', ' ')}: {shown}")
    if picture.recipe is not None:
        from shared.imaging.parameters import write_parameters

        say("")
        say(write_parameters(picture.recipe, width=picture.width, height=picture.height))


async def import_pictures(container: Container, paths: list[Path], *, linked: bool) -> list[PentimentoError]:
    """Each file for itself, folders at any depth: the errors of those that could not be taken."""
    errors: list[PentimentoError] = []
    for file in await asyncio.to_thread(files_to_import, paths):
        try:
            picture = await container.library.import_file(file, linked=linked)
        except PentimentoError as error:
            errors.append(error)
        else:
            say(f"{picture.id[:12]} {picture.file}")
    return errors


async def export_picture(container: Container, picture_id: str, target: Path, *, pattern: str) -> None:
    """To a file; or into a folder, where a pattern names it."""
    picture = await find_picture(container, picture_id)
    if pattern:
        say(str(await container.library.export_named(picture, target, pattern=pattern)))
    else:
        say(str(await container.library.export(picture.id, target)))


async def mark_pictures(container: Container, picture_ids: list[str], marks: AskedMarks) -> None:
    ids = [(await find_picture(container, each)).id for each in picture_ids]
    library = container.library
    if marks.rating is not None:
        await library.rate(ids, marks.rating)
    if marks.label is not None:
        await library.label(ids, marks.label)
    if marks.starred is not None:
        await library.star(ids, starred=marks.starred)
    for tag in marks.tags:
        await library.tag(ids, tag)
    for board_id in marks.boards:
        await container.boards.add(board_id, ids)
    say(f"{len(ids)} pictures marked.")


def read_query(search: str, filters: list[str]) -> Query:
    """From `name=value` words. Raises InvalidRequestError."""
    values = dict(each.partition("=")[::2] for each in filters)
    try:
        return Query.model_validate({**values, "search": search})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidRequestError(
            "The filter {name} cannot be that: {reason}.",
            advice="See pentimento gallery list --help.",
            name=".".join(map(str, first["loc"])),
            reason=first["msg"],
        ) from error


def read_label(text: str | None) -> Label | None:
    """The label of that name; none is taken away by the word none. Raises InvalidRequestError."""
    labels: dict[str, Label] = {"none": "", **{label: label for label in LABELS}}
    if text is None:
        return None
    if text not in labels:
        raise InvalidRequestError(
            "There is no label {name}.", advice="Use {names}.", name=text, names=", ".join(labels)
        )
    return labels[text]


async def list_boards(container: Container, *, new: str, as_json: bool) -> None:
    if new:
        await container.boards.make(new)
    boards = await container.boards.all()
    if as_json:
        say(json.dumps([asdict(board) for board in boards], indent=2, ensure_ascii=False))
        return
    depth: dict[str | None, int] = {None: -1}
    for board in boards:
        depth[board.id] = depth[board.parent] + 1
        say(f"{board.id[:12]} {board.count:>7}  {'  ' * depth[board.id]}{board.name}")


async def rebuild(container: Container) -> None:
    report = await container.library.rebuild()
    say(f"{len(report.adopted)} pictures found, {report.forgotten} forgotten.")
    for file in report.unreadable:
        say_aside(f"This file could not be read and stays where it is: {file}")


async def find_picture(container: Container, picture_id: str) -> LibraryPicture:
    """By its whole id, or by as much of it as names one picture. Raises NotFoundError."""
    try:
        return await container.library.get(picture_id)
    except NotFoundError:
        if len(picture_id) < _SHORTEST_ID:
            raise
        matches = await container.library.starting_with(picture_id)
        if len(matches) == 1:
            return matches[0]
        raise


def _described(picture: LibraryPicture) -> dict[str, Any]:
    return {
        "id": picture.id,
        "file": str(picture.file),
        "width": picture.width,
        "height": picture.height,
        "created_at": picture.created_at.isoformat(),
        "prompt": picture.prompt,
        "model": picture.model_name,
        "seed": picture.seed,
        "starred": picture.starred,
        "rating": picture.rating,
        "label": picture.label,
        "kind": picture.kind,
        "tags": list(picture.tags),
        "notes": picture.notes,
    }


def _title(picture: LibraryPicture) -> str:
    return " ".join(picture.prompt.split()) or picture.file.name
