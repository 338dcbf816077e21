"""What OpenAI's programs send as a mask, and their sizes, in our way. Pure."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels
from sync_server.platform.errors import InvalidParametersError, UnsupportedMediaTypeError

_CLEAR = 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """PNG files; no mask where the whole picture is to change."""

    image: bytes
    mask: bytes | None


def prepare_edit(image: bytes, mask: bytes | None, size: str | None) -> Edit:
    """Their mask is clear (alpha 0) where ours is white; without one, what is clear in the picture is repainted."""
    pixels = _read(image, "image")
    given = pixels if mask is None else _read(mask, "mask")
    if given.shape[:2] != pixels.shape[:2]:
        raise InvalidParametersError(
            "The mask must be as large as the picture: {size}.",
            advice="Make it of the same size, clear where the picture is repainted.",
            details=_at("mask"),
            size=f"{pixels.shape[1]}x{pixels.shape[0]}",
        )
    clear = given[..., 3] == _CLEAR if given.shape[2] == 4 else np.zeros(given.shape[:2], bool)
    if mask is not None and not clear.any():
        raise InvalidParametersError(
            "Nothing of this mask is transparent.",
            advice="Where a mask is clear (alpha 0), the picture is repainted.",
            details=_at("mask"),
        )
    picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    repainted = Image.fromarray(np.where(clear, 255, 0).astype(np.uint8))
    if size is not None:
        wanted = parse_size(size)
        if wanted[0] * picture.height != wanted[1] * picture.width:
            raise InvalidParametersError(
                "An edit keeps the shape of its picture; this size has another.",
                advice="Leave the size out, or name one of the same ratio.",
                details=_at("size"),
            )
        picture = picture.resize(wanted, Image.Resampling.LANCZOS)
        repainted = repainted.resize(wanted, Image.Resampling.NEAREST)
    return Edit(image=_png(picture), mask=_png(repainted) if clear.any() else None)


def parse_size(size: str) -> tuple[int, int]:
    across, down = size.split("x")
    return int(across), int(down)


def _read(data: bytes, field: str) -> Pixels:
    try:
        return read_picture(data)
    except InvalidPictureError as error:
        raise UnsupportedMediaTypeError(
            "This file is no picture that can be used: {reason}",
            advice="Send a PNG, JPEG, WebP, TIFF, BMP or GIF.",
            details=_at(field),
            reason=error.report.text,
        ) from error


def _at(field: str) -> dict[str, Any]:
    return {"fields": [{"path": field, "message": ""}]}


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
