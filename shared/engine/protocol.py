"""What the studio and the engine's process say to each other: JSON messages, each after its length in 4 bytes."""

from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract
from shared.contracts.events import GenerationEvent
from shared.contracts.generation import GenerationRequest
from shared.contracts.models import ModelDescription, ModelFile, ModelKind

LARGEST_MESSAGE = 64 * 1024 * 1024


class Start(Contract):
    """The first message: where pictures lie, and how many threads leave the artist's other work free."""

    message: Literal["start"] = "start"
    blob_folder: Path
    threads: int = Field(ge=1)


class RunJob(Contract):
    """`model` comes from the catalogue, its `sha256` filled; None where the request needs none that paints.

    `add_ons` are the other files that the request or its prompts name, `refiner` the model that it asks for.
    """

    message: Literal["run_job"] = "run_job"
    job_id: str
    request: GenerationRequest
    model: ModelDescription | None = None
    refiner: ModelDescription | None = None
    add_ons: tuple[ModelFile, ...] = ()

    def add_on(self, model_id: str) -> ModelFile | None:
        return next((file for file in self.add_ons if file.id == model_id), None)

    def add_on_named(self, name: str, kind: ModelKind) -> ModelFile | None:
        """As a prompt names it: by its file's name, or by what its maker called it."""
        wanted = name.casefold()
        known = [file for file in self.add_ons if file.kind == kind]
        return next((file for file in known if file.name.casefold() == wanted), None) or next(
            (file for file in known if file.alias.casefold() == wanted), None
        )


class CancelJob(Contract):
    message: Literal["cancel_job"] = "cancel_job"
    job_id: str


class JobEvent(Contract):
    """The only message that comes back."""

    job_id: str
    event: GenerationEvent


ToEngine = Annotated[Start | RunJob | CancelJob, Field(discriminator="message")]

to_engine_adapter: TypeAdapter[Start | RunJob | CancelJob] = TypeAdapter(ToEngine)


def write_message(stream: BinaryIO, message: Contract) -> None:
    content = message.model_dump_json().encode()
    stream.write(len(content).to_bytes(4, "big") + content)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes | None:
    """The next message's JSON; None where the pipe was closed. Raises ValueError for what is no message."""
    prefix = stream.read(4)
    if len(prefix) < 4:
        return None
    length = int.from_bytes(prefix, "big")
    if length > LARGEST_MESSAGE:
        msg = f"a message of {length} bytes"
        raise ValueError(msg)
    content = stream.read(length)
    return content if len(content) == length else None
