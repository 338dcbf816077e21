"""`pentimento gallery`: the library on the terminal."""

from pathlib import Path
from typing import Annotated

import typer

from desktop.app.headless.running import FAILED, AsJson, run_command
from desktop.app.headless.terminal import say_error

gallery_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The library of all pictures.")

PictureId = Annotated[str, typer.Argument(help="A picture's id, or its beginning.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="name=value, often: place (all, starred, trash), board, tag, model, kind, label, least_rating, shape, "
        "least_side, first_day, last_day, sort (newest, oldest, best, largest, name).",
    ),
]


@gallery_app.command("list")
def list_gallery(
    context: typer.Context, *, filters: Filters = None, limit: Limit = 100, as_json: AsJson = False
) -> None:
    """List pictures, newest first unless --filter sort=… says otherwise."""
    _list(context, "", filters, limit=limit, as_json=as_json)


@gallery_app.command("search")
def search_gallery(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(help="Words of the prompt, the model, the tags or the notes.")
    ],
    *,
    filters: Filters = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List pictures that words are found in."""
    _list(context, " ".join(words), filters, limit=limit, as_json=as_json)


def _list(
    context: typer.Context, search: str, filters: list[str] | None, *, limit: int, as_json: bool
) -> None:
    from desktop.app.headless.gallery import list_pictures, read_query

    run_command(
        context,
        lambda container: list_pictures(
            container, read_query(search, filters or []), limit=limit, as_json=as_json
        ),
    )


@gallery_app.command("show")
def show_gallery(context: typer.Context, picture_id: PictureId, *, as_json: AsJson = False) -> None:
    """Tell all that is known of a picture."""
    from desktop.app.headless.gallery import show_picture

    run_command(context, lambda container: show_picture(container, picture_id, as_json=as_json))


@gallery_app.command("import")
def import_gallery(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders of them.")],
    *,
    link: Annotated[bool, typer.Option("--link", help="Leave the originals where they are.")] = False,
) -> None:
    """Copy pictures into the library."""
    from desktop.app.headless.gallery import import_pictures

    errors = run_command(context, lambda container: import_pictures(container, paths, linked=link))
    for error in errors:
        say_error(error.report)
    if errors:
        raise typer.Exit(FAILED)


@gallery_app.command("export")
def export_gallery(
    context: typer.Context,
    picture_id: PictureId,
    target: Annotated[Path, typer.Argument(help="A file or a folder.")],
    *,
    name: Annotated[str, typer.Option(help='In a folder: a pattern such as "{date} {prompt} {seed}".')] = "",
) -> None:
    """Copy a picture out of the library."""
    from desktop.app.headless.gallery import export_picture

    run_command(context, lambda container: export_picture(container, picture_id, target, pattern=name))


@gallery_app.command("mark")
def mark_gallery(
    context: typer.Context,
    picture_ids: Annotated[list[str], typer.Argument(help="Pictures' ids, or their beginnings.")],
    *,
    rating: Annotated[int | None, typer.Option(min=0, max=5, help="Stars.")] = None,
    label: Annotated[
        str | None, typer.Option(help="red, orange, yellow, green, blue, purple or none.")
    ] = None,
    star: Annotated[bool | None, typer.Option("--star/--no-star", help="A star, or none.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Add a tag; may be given often.")] = None,
    board: Annotated[
        list[str] | None, typer.Option(help="Put on the board of this id; may be given often.")
    ] = None,
) -> None:
    """Rate, label, star and tag pictures, and put them on boards."""
    from desktop.app.headless.gallery import AskedMarks, mark_pictures, read_label

    run_command(
        context,
        lambda container: mark_pictures(
            container,
            picture_ids,
            AskedMarks(
                rating=rating,
                label=read_label(label),
                starred=star,
                tags=tuple(tag or ()),
                boards=tuple(board or ()),
            ),
        ),
    )


@gallery_app.command("boards")
def boards_gallery(
    context: typer.Context,
    *,
    new: Annotated[str, typer.Option(help="Make a board of this name first.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the boards."""
    from desktop.app.headless.gallery import list_boards

    run_command(context, lambda container: list_boards(container, new=new, as_json=as_json))


@gallery_app.command("rebuild")
def rebuild_gallery(context: typer.Context) -> None:
    """Make the library's database agree with the picture files."""
    from desktop.app.headless.gallery import rebuild

    run_command(context, rebuild)
