"""Tips that artists make of pictures: dark paints, light and transparent does not."""

import hashlib
import re

import cv2
import numpy as np
from numpy.typing import NDArray

from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import encode_png
from shared.imaging.pixels import Pixels

LARGEST_SIDE = 512
LONGEST_NAME = 48
LEAST_COVER = 8
"""Of 255: what is fainter is the paper of a scan, not the tip."""


def tip_of_picture(pixels: Pixels) -> NDArray[np.uint8]:
    """(S, S), 255 where the tip covers most; InvalidPictureError where nothing would paint.

    `pixels` are RGB or RGBA. What is empty around the shape is cut off, and it is put into the middle of a square.
    """
    dark = 255 - pixels[:, :, :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if pixels.shape[2] == 4:
        clear = pixels[:, :, 3]
        # A shape cut out in any colour is a tip by its outline alone.
        shape = clear.astype(np.float32)
        dark = shape if clear.min() < LEAST_COVER else dark * shape / np.float32(255)
    cover = np.clip(np.rint(dark), 0, 255).astype(np.uint8)
    seen = cover >= LEAST_COVER
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if rows.size == 0:
        raise InvalidPictureError(
            "Nothing in this picture is dark enough to paint with.",
            advice="Choose a picture with a dark shape on white, or with a shape on nothing.",
        )
    inner = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(inner.shape)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - inner.shape[0]) // 2, (side - inner.shape[1]) // 2
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    if side > LARGEST_SIDE:
        size = (LARGEST_SIDE, LARGEST_SIDE)
        return np.asarray(cv2.resize(square, size, interpolation=cv2.INTER_AREA), np.uint8)
    return square


def named_tip(title: str, tip: NDArray[np.uint8]) -> tuple[str, bytes]:
    """A name that no other tip has, and the PNG that it stands for: brushes of other people bring theirs along."""
    data = encode_png(np.ascontiguousarray(tip))
    kept = " ".join(re.sub(r"[^\w -]", " ", title).split())[:LONGEST_NAME].strip() or "tip"
    return f"{kept}~{hashlib.sha256(data).hexdigest()[:12]}", data


def is_named_so(name: str, data: bytes) -> bool:
    """Whether a name that came with a file is that of its bytes, and can be a file's."""
    title, _, digest = name.rpartition("~")
    plain = re.fullmatch(r"[\w -]{1,48}", title) is not None
    return plain and hashlib.sha256(data).hexdigest()[:12] == digest


def title_of(name: str) -> str:
    return name.rpartition("~")[0] or name
