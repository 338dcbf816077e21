"""One job from request to finished picture, without queue and window."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from desktop.app.container import Container
from desktop.library.picture import LibraryPicture
from shared.contracts.errors import (
    GenerationFailedError,
    ModelUnavailableError,
    PentimentoError,
    StorageError,
)
from shared.contracts.events import Cancelled, Failed, GenerationEvent, Picture
from shared.contracts.generation import GenerationRequest
from shared.contracts.models import ModelDescription
from shared.engine.catalogue import describe_model

Show = Callable[[GenerationEvent], None]


@dataclass(frozen=True)
class Painted:
    png: bytes
    """As the engine made it: a whole picture, or the region of an inpainting with its transparency."""
    event: Picture


async def find_model(container: Container, wanted: str) -> ModelDescription:
    """`wanted` is an id, a name or a path; empty for the first that there is. Raises ModelUnavailableError.

    The engine looks where `container.models` looks, so that a path is added there for this one run.
    """
    path = _existing_path(wanted)
    if path is not None:
        model = await asyncio.to_thread(describe_model, path)
        await container.models.add_folder(path)
        return container.models.find(model.id) or model
    await container.models.scan()
    models = container.models.models
    if not wanted and models:
        # The starter comes last in the list and first here: a script gives the same picture on each machine.
        return next((model for model in models if model.id == "starter"), models[0])
    found = container.models.find(wanted) or next((model for model in models if model.name == wanted), None)
    if found is None:
        raise ModelUnavailableError(
            "There is no model “{name}” on this machine." if wanted else "There is no model on this machine.",
            advice="See what there is with: pentimento models",
            name=wanted,
        )
    return found


async def paint(container: Container, request: GenerationRequest, *, show: Show) -> list[Painted]:
    """Raises what went wrong with the job."""
    painted: list[Painted] = []
    job_id = container.world.new_id()
    events = container.engine.run(job_id, request)
    async with aclosing(events) as stream:  # type: ignore[type-var]  # every engine's stream is a generator
        async for event in stream:
            show(event)
            if isinstance(event, Failed):
                raise PentimentoError.from_report(event.error)
            if isinstance(event, Cancelled):
                raise GenerationFailedError("The picture was cancelled.")
            if isinstance(event, Picture):
                png = await asyncio.to_thread(container.blobs.read, event.blob)
                painted.append(Painted(png, event))
    return painted


def check_output(file: Path | None) -> None:
    """Before a minute of painting, not after it. Raises StorageError."""
    if file is None:
        return
    if file.suffix.lower() not in {"", ".png"}:
        raise StorageError(
            "The picture is written as PNG, and {file} has another ending.",
            advice="Choose a name that ends in .png.",
            file=file,
        )
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise StorageError(
            "The picture could not be written to {file}: there is no such folder, or it is a folder itself.",
            advice="Choose a file in a folder that is there.",
            file=file,
        )


async def keep(
    container: Container, png: bytes, painted: Painted, output: Path | None
) -> tuple[Path, LibraryPicture]:
    """Write the output file where one was asked for, and add the picture to the library. Returns where it lies."""
    if output is not None:
        await asyncio.to_thread(_write, output, png)
    added = await container.library.add(png, painted.event.recipe)
    return output or added.file, added


def _existing_path(wanted: str) -> Path | None:
    path = Path(wanted).expanduser()
    return path if wanted and path.exists() else None


def _write(file: Path, data: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StorageError(
            "The picture could not be written to {file}: {reason}.",
            advice="Check that the disk has room and that the folder may be written.",
            file=file,
            reason=error.strerror or error,
        ) from error
