"""Checkpoints in old files that could run a stranger's code: opened once, for their weights alone, on the artist's word."""

import os
import tempfile
from pathlib import Path

from safetensors.torch import save_file

from shared.contracts.errors import InvalidModelError, StorageError
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.catalogue import describe_model
from shared.inference.add_ons.pickles import read_pickle

OPENED_MODELS = "opened-models"


def opened(file: ModelFile, folder: Path) -> ModelDescription:
    """The model in a safe copy of the file's weights, which stays in `folder` for the next time.

    Raises InvalidModelError where the file holds anything but weights, or no model.
    """
    status = file.path.stat()
    copy = folder / f"{file.path.stem}-{status.st_size}-{status.st_mtime_ns}.safetensors"
    if not copy.is_file():
        _copy(file.path, copy)
    try:
        description = describe_model(copy)
    except InvalidModelError:
        copy.unlink(missing_ok=True)
        raise
    return description.model_copy(update={"id": file.id, "name": file.name})


def _copy(source: Path, copy: Path) -> None:
    weights = {name: tensor.contiguous().clone() for name, tensor in read_pickle(source).items()}
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=copy.parent, prefix=".opening-")
        os.close(handle)
        save_file(weights, unfinished)
        Path(unfinished).replace(copy)
    except OSError as error:
        raise StorageError(
            "The folder {folder} can't be used: {reason}.",
            advice="Free some space on the disk, or make the folder writable, then try again.",
            folder=copy.parent,
            reason=error.strerror or error,
        ) from error
