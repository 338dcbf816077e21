"""The tensors of a file that goes with a checkpoint, read without trusting it."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.engine.headers import read_safetensors_header
from shared.engine.resolving import not_allowed
from shared.inference.add_ons.pickles import read_pickle

Weights = dict[str, torch.Tensor]

SAFE = ".safetensors"


def read_weights(file: ModelFile, *, open_pickles: bool) -> Weights:
    """Raises InvalidModelError in words. A pickle is opened only on the artist's word, and only its tensors."""
    path = file.path
    if path.is_dir():
        path = _weights_in(path, file.name)
    if path.suffix.lower() == SAFE:
        return read_safe(path)
    if not open_pickles:
        raise not_allowed(file.name)
    return read_pickle(path)


def _weights_in(folder: Path, name: str) -> Path:
    files = sorted(folder.glob(f"*{SAFE}"))
    if not files:
        raise InvalidModelError(
            "The folder of {name} holds no weights as safetensors.",
            advice="Download it again, or choose another one.",
            name=name,
        )
    return files[0]


def read_safe(path: Path) -> Weights:
    """Raises InvalidModelError in words."""
    read_safetensors_header(path)  # says in words what is wrong with a file that lies
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InvalidModelError(
            "The model {file} is broken: {reason}.",
            advice="Download the file again, or remove it from the models folder.",
            file=path.name,
            reason=error,
        ) from error
