"""Old files that could run a stranger's code (.ckpt, .pt): opened for their tensors alone, and no larger than they are."""

import pickle
import traceback
import zipfile
from pathlib import Path
from typing import Any

import torch

from shared.contracts.errors import InvalidModelError

_ZIP = b"PK\x03\x04"
_MOST_SHARED = 2
"""So many times a file's own size may its tensors have together, since some lie on the same numbers."""


def read_pickle(path: Path) -> dict[str, torch.Tensor]:
    """Its tensors by name. Raises InvalidModelError, in words, where it holds anything that can run, is damaged, or
    would fill more memory than its size explains.
    """
    size = path.stat().st_size
    _check_packing(path, size)
    tensors = _tensors_of(_load(path))
    whole = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if whole > _MOST_SHARED * size:
        raise _too_large(path)
    return tensors


def _load(path: Path) -> Any:
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
        raise _damaged(path) from error


def _check_packing(path: Path, size: int) -> None:
    """Torch packs nothing smaller: a file that unpacks to more than it is was made to fill the memory."""
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    if packed or sum(entry.file_size for entry in entries) > size:
        raise _too_large(path)


def _tensors_of(content: Any) -> dict[str, torch.Tensor]:
    """By name, out of the dictionaries in which trainers wrap them."""
    if not isinstance(content, dict):
        return {}
    inner = content.get("state_dict", content.get("string_to_param", content))
    entries = inner.items() if isinstance(inner, dict) else ()
    return {
        str(name): value.detach()
        for name, value in entries
        if isinstance(value, torch.Tensor) and value.layout == torch.strided
    }


def _damaged(path: Path) -> InvalidModelError:
    return InvalidModelError(
        "The file {file} holds more than weights, or is damaged, and was not opened.",
        advice="Choose a .safetensors file of the same model.",
        detail=traceback.format_exc(),
        file=path.name,
    )


def _too_large(path: Path) -> InvalidModelError:
    return InvalidModelError(
        "The file {file} would unpack to far more than its size, as no model's file does, and was not opened.",
        advice="Choose a .safetensors file of the same model.",
        file=path.name,
    )
