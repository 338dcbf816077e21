"""Brushes with names: what comes with the studio, and files of brushes that artists give each other."""

import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Base64Bytes, Field, ValidationError, field_validator

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.tips import BRUSH_FOLDER
from shared.contracts.base import Contract
from shared.contracts.errors import PentimentoError

BRUSHES_SUFFIX = ".brushes"
LARGEST_FILE = 16 * 1024 * 1024
MOST_BRUSHES = 500
LONGEST_NAME = 60


class BrushFileError(PentimentoError):
    code = "BRUSH_FILE"


class Preset(Contract):
    """`name` of one that comes with the studio is English, a key for translation."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    brush: Brush
    own: bool = False
    """Made or changed by the artist."""

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        kept = " ".join("".join(sign for sign in name if unicodedata.category(sign)[0] != "C").split())
        if not kept:
            message = "a name without a sign that can be seen"
            raise ValueError(message)
        return kept


class NamedBrush(Contract):
    """What a file says of one brush."""

    name: str
    brush: Brush


class BrushFile(Contract):
    format: Literal["pentimento-brushes"] = "pentimento-brushes"
    version: Literal[1] = 1
    brushes: tuple[NamedBrush, ...] = Field(min_length=1, max_length=MOST_BRUSHES)
    tips: dict[str, Base64Bytes] = Field(default_factory=dict, max_length=MOST_BRUSHES)
    """Bitmaps (PNG) by the names that brushes call them."""


class SuppliedBrush(Contract):
    id: str
    name: str
    brush: Brush


class SuppliedBrushes(Contract):
    brushes: tuple[SuppliedBrush, ...]


def supplied_presets() -> tuple[Preset, ...]:
    """What comes with the studio, in the order of the panel."""
    text = (BRUSH_FOLDER / "presets.json").read_text(encoding="utf-8")
    supplied = SuppliedBrushes.model_validate_json(text).brushes
    return tuple(Preset(id=each.id, name=each.name, brush=each.brush) for each in supplied)


def encode_brushes(presets: tuple[Preset, ...], tips: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """`tips` are PNG files that the brushes name."""
    brushes = tuple(NamedBrush(name=preset.name, brush=preset.brush) for preset in presets)
    packed = {name: b64encode(data) for name, data in tips.items()}
    return BrushFile(brushes=brushes, tips=packed).model_dump_json(indent=1).encode()


def decode_brushes(data: bytes, *, name: str) -> BrushFile:
    """Raises BrushFileError, in words, for whatever is no file of brushes; `name` is the file's own."""
    if len(data) > LARGEST_FILE:
        raise BrushFileError(
            "The file “{file}” is too large to be one of brushes.",
            advice="Choose a file that Pentimento has exported.",
            file=name,
        )
    try:
        return BrushFile.model_validate_json(data)
    except ValidationError as error:
        raise BrushFileError(
            "The file “{file}” holds no brushes that can be read ({reason}).",
            advice="Choose a file that Pentimento has exported.",
            file=name,
            reason=_first_reason(error),
        ) from error


def read_brushes(file: Path) -> BrushFile:
    """Reads no more than a file of brushes may hold. Raises BrushFileError. Any thread."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BrushFileError(
            "The file “{file}” can't be read: {reason}.",
            advice="Check that it is there and may be read.",
            file=file.name,
            reason=error.strerror or str(error),
        ) from error
    return decode_brushes(data, name=file.name)


def _first_reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
