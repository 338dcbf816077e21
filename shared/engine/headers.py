"""What a safetensors file says of itself, read without its weights and without trusting it."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.contracts.errors import InvalidModelError

LARGEST_HEADER = 16 * 1024 * 1024
"""Bytes; tens of times what any model's takes. The format allows 100 MB, which would take gigabytes to read."""
_MOST_DIMENSIONS = 16
_LARGEST_NUMBER = 2**53

_BYTES_OF = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
}  # fmt: skip
_ADVICE = "Download the file again, or remove it from the models folder."

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Header:
    """`shapes` of every tensor by its name; `metadata` is what the file's maker wrote beside, all of it text."""

    shapes: Shapes
    metadata: dict[str, str]


def read_safetensors_shapes(path: Path) -> Shapes:
    """As `read_safetensors_header`, the shapes alone."""
    return read_safetensors_header(path).shapes


def read_safetensors_header(path: Path) -> Header:
    """Raises InvalidModelError where the file is unreadable, cut off, or where its header contradicts its size."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or not 2 <= length <= min(size - 8, LARGEST_HEADER):
                raise _broken(path, "its header is cut off")
            header = json.loads(file.read(length), object_pairs_hook=_without_repetition)
    except OSError as error:
        raise InvalidModelError(
            "The model {file} can't be read: {reason}",
            advice="Check that the file is there and that you may read it.",
            file=path,
            reason=error.strerror or error,
        ) from error
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its header is not valid") from error
    if not isinstance(header, dict):
        raise _broken(path, "its header is not valid")
    metadata = header.pop("__metadata__", None)
    shapes = {name: _shape(path, entry, size - 8 - length) for name, entry in header.items()}
    _check_places(path, header)
    return Header(
        shapes,
        {str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, dict) else {},
    )


def _shape(path: Path, entry: Any, weights_size: int) -> tuple[int, ...]:
    try:
        shape = tuple(entry["shape"])
        begin, end = entry["data_offsets"]
        width = _BYTES_OF[entry["dtype"]]
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, "its header is not valid") from error
    # Before they are multiplied: a million large numbers would keep a processor for hours.
    possible = len(shape) <= _MOST_DIMENSIONS and all(
        type(number) is int and 0 <= number <= _LARGEST_NUMBER for number in (*shape, begin, end)
    )
    if not possible or end - begin != math.prod(shape) * width:
        raise _broken(path, "its header is not valid")
    if end > weights_size:
        raise _broken(path, "the file ends too early")
    return shape


def _check_places(path: Path, header: dict[str, Any]) -> None:
    """No tensor may lie over another, as in files that are made to confuse."""
    reached = 0
    for begin, end in sorted(entry["data_offsets"] for entry in header.values()):
        if begin < reached:
            raise _broken(path, "its tensors lie over one another")
        reached = end


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two entries of one name counts, so that no two may be there."""
    content = dict(pairs)
    if len(content) != len(pairs):
        msg = "a name that stands twice"
        raise ValueError(msg)
    return content


def _broken(path: Path, reason: str) -> InvalidModelError:
    return InvalidModelError(
        "The model {file} is broken: {reason}.", advice=_ADVICE, file=path.name, reason=reason
    )
