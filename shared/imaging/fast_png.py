"""PNG files of plain pixels, written many times as fast as by zlib: for what is saved often and read rarely."""

import struct
import zlib

import numpy as np
from isal import isal_zlib

from shared.imaging.pixels import Pixels

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
_SUB = 1
_LEVEL = 1
LARGEST_CHUNK = 2**31 - 1


def encode_fast_png(pixels: Pixels) -> bytes:
    """Of grey (H, W), RGB or RGBA pixels; each byte is kept as its difference from the pixel to the left."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    plain = np.ascontiguousarray(pixels).reshape(height, width * channels)
    rows = np.empty((height, 1 + width * channels), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1 : 1 + channels] = plain[:, :channels]
    np.subtract(plain[:, channels:], plain[:, :-channels], out=rows[:, 1 + channels :])
    packed = isal_zlib.compress(rows, _LEVEL)
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    chunks = [_chunk(b"IHDR", head)]
    chunks += [
        _chunk(b"IDAT", packed[start : start + LARGEST_CHUNK])
        for start in range(0, len(packed), LARGEST_CHUNK)
    ]
    return b"".join((_SIGNATURE, *chunks, _chunk(b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join(
        (struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
    )
