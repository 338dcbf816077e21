"""`pentimento gallery`: the library on the terminal."""

import json
from pathlib import Path
from typing import Any

from desktop.app.container import Container
from desktop.app.headless.terminal import say, say_aside
from desktop.library.picture import LibraryPicture
from shared.contracts.errors import NotFoundError, PentimentoError

_PAGE = 500
_SHORTEST_ID = 4


async def list_pictures(container: Container, *, search: str, limit: int, as_json: bool) -> None:
    """Newest first."""
    found: list[LibraryPicture] = []
    while len(found) < limit:
        after = found[-1].cursor if found else None
        page = await container.library.page(after, min(_PAGE, limit - len(found)), search)
        found += page
        if not page:
            break
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
        say(f"{name.replace('_', ' ')}: {value}")
    if picture.recipe is not None:
        from shared.imaging.parameters import write_parameters

        say("")
        say(write_parameters(picture.recipe, width=picture.width, height=picture.height))


async def import_pictures(container: Container, files: list[Path]) -> list[PentimentoError]:
    """Each file for itself: the errors of those that could not be taken."""
    errors: list[PentimentoError] = []
    for file in files:
        try:
            picture = await container.library.import_file(file)
        except PentimentoError as error:
            errors.append(error)
        else:
            say(f"{picture.id[:12]} {picture.file}")
    return errors


async def export_picture(container: Container, picture_id: str, target: Path) -> None:
    picture = await find_picture(container, picture_id)
    say(str(await container.library.export(picture.id, target)))


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
        matches: list[LibraryPicture] = []
        after = None
        while len(picture_id) >= _SHORTEST_ID and (page := await container.library.page(after, _PAGE)):
            matches += [picture for picture in page if picture.id.startswith(picture_id)]
            after = page[-1].cursor
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
    }


def _title(picture: LibraryPicture) -> str:
    return " ".join(picture.prompt.split()) or picture.file.name
