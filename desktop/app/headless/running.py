"""How a command runs: on the studio's parts, with its errors in words and a status of 1 or 130."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from desktop.app.headless.terminal import say_aside, say_error
from shared.contracts.errors import PentimentoError

if TYPE_CHECKING:
    from desktop.app.container import Container

Result = TypeVar("Result")

FAILED = 1
INTERRUPTED = 130

AsJson = Annotated[bool, typer.Option("--json", help="Everything, for programs.")]


@dataclass(frozen=True)
class Profile:
    """What the switches before a command say."""

    data_dir: Path | None = None
    debug: bool = False


def run_command(context: typer.Context, work: Callable[["Container"], Awaitable[Result]]) -> Result:
    """`work` with the parts of the studio, without Qt's widgets and without a display."""
    profile: Profile = context.obj
    with speaking_errors(profile):
        return with_container(profile, work)


def with_container(profile: Profile, work: Callable[["Container"], Awaitable[Result]]) -> Result:
    from desktop.app.container import Container
    from desktop.app.data_folder import find_data_folders
    from desktop.app.logs import start_logging

    folders = find_data_folders(profile.data_dir, os.environ)
    stop_logging = start_logging(folders.log_file, debug=profile.debug)

    async def work_and_close() -> Result:
        container = Container(folders=folders)
        try:
            return await work(container)
        finally:
            await container.close()

    try:
        return asyncio.run(work_and_close())
    finally:
        stop_logging()


@contextmanager
def speaking_errors(profile: Profile) -> Iterator[None]:
    try:
        yield
    except PentimentoError as error:
        say_error(error.report, debug=profile.debug)
        raise typer.Exit(FAILED) from error
    except KeyboardInterrupt as interrupt:
        say_aside("Stopped.")
        raise typer.Exit(INTERRUPTED) from interrupt
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if profile.debug:
            raise
        from desktop.widgets.tasks import report_of

        say_error(report_of(error))
        raise typer.Exit(FAILED) from error
