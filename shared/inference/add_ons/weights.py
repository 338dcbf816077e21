"""The tensors of a file that goes with a checkpoint, read without trusting it."""

import pickle
import traceback
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.engine.headers import read_safetensors_header
from shared.engine.resolving import not_allowed

Weights = dict[str, torch.Tensor]

SAFE = ".safetensors"


def read_weights(file: ModelFile, *, open_pickles: bool) -> Weights:
    """Raises InvalidModelError in words. A pickle is opened only on the artist's word, and only its tensors."""
    path = file.path
    if path.is_dir():
        path = _weights_in(path, file.name)
    if path.suffix.lower() == SAFE:
        return _safe(path)
    if not open_pickles:
        raise not_allowed(file.name)
    return tensors_of(open_pickle(path))


def open_pickle(path: Path) -> Any:
    """By torch's restricted reader, which makes tensors and plain values and runs nothing else."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
        AttributeError,
    ) as error:
        raise InvalidModelError(
            "The file {file} holds more than weights, or is damaged, and was not opened.",
            advice="Choose a .safetensors file of the same model.",
            detail=traceback.format_exc(),
            file=path.name,
        ) from error


def tensors_of(content: Any) -> Weights:
    """By name, out of the dictionaries in which trainers wrap them."""
    if not isinstance(content, dict):
        return {}
    inner = content.get("state_dict", content.get("string_to_param", content))
    entries = inner.items() if isinstance(inner, dict) else ()
    return {str(name): value.detach() for name, value in entries if isinstance(value, torch.Tensor)}


def _weights_in(folder: Path, name: str) -> Path:
    files = sorted(folder.glob(f"*{SAFE}"))
    if not files:
        raise InvalidModelError(
            "The folder of {name} holds no weights as safetensors.",
            advice="Download it again, or choose another one.",
            name=name,
        )
    return files[0]


def _safe(path: Path) -> Weights:
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
