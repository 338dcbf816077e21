"""What the studio and the engine's process say to each other: JSON messages, each after its length in 4 bytes."""

from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract
from shared.contracts.events import GenerationEvent
from shared.contracts.generation import GenerationRequest
from shared.contracts.models import ModelDescription

LARGEST_MESSAGE = 64 * 1024 * 1024


class Start(Contract):
    """The first message: where pictures lie, and how many threads leave the artist's other work free."""

    message: Literal["start"] = "start"
    blob_folder: Path
    threads: int = Field(ge=1)


class RunJob(Contract):
    """`model` comes from the catalogue, its `sha256` filled."""

    message: Literal["run_job"] = "run_job"
    job_id: str
    request: GenerationRequest
    model: ModelDescription


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
