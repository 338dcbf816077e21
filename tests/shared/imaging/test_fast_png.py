"""The quick PNG writer: any reader finds the same pixels."""

import io

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.imaging.fast_png import encode_fast_png


@given(st.integers(1, 70), st.integers(1, 50), st.sampled_from([1, 3, 4]), st.integers(0, 9))
def test_every_reader_finds_every_bit(width: int, height: int, channels: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    pixels = pixels[:, :, 0] if channels == 1 else pixels
    data = encode_fast_png(pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
    by_opencv = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(channels)
    assert np.array_equal(by_opencv if order is None else by_opencv[:, :, order], pixels)
