"""One name for what is seen, whatever file it is in."""

import hashlib

import numpy as np

from shared.imaging.pixels import Pixels


def hash_of_pixels(pixels: Pixels) -> str:
    """SHA-256 in hex; opaque pictures have the same with and without an alpha channel."""
    if pixels.shape[2] == 4 and bool(np.all(pixels[:, :, 3] == 255)):
        pixels = pixels[:, :, :3]
    height, width, channels = pixels.shape
    digest = hashlib.sha256(f"{width}x{height}x{channels}\n".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
