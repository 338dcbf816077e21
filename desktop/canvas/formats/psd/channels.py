"""One channel of a PSD to bytes and back, never larger than its declared sides and never by more than it can hold."""

import zlib

import numpy as np
from numpy.typing import NDArray
from psd_tools.compression import decode_prediction, decode_rle, encode_rle
from psd_tools.constants import Compression
from psd_tools.psd.layer_and_mask import ChannelData

from desktop.canvas.errors import InvalidDocumentError

Plane = NDArray[np.uint8]

# A byte of PackBits stands for at most 64, a byte of deflate for about 1,030.
_LARGEST_GROWTH = {Compression.RAW: 1, Compression.RLE: 128, Compression.ZIP: 1100}


def damaged(detail: str) -> InvalidDocumentError:
    return InvalidDocumentError(
        "This Photoshop file is damaged, or is of a kind that can't be read.",
        advice="Open it in the program that made it and save it again as a PSD with layers.",
        detail=detail,
    )


def decode_plane(channel: ChannelData, width: int, height: int, depth: int, version: int) -> Plane:
    """(height, width), brought to 8 bits. InvalidDocumentError where the data is not what the sides need."""
    return eight_bits(decode_bytes(channel, width, height, depth, version), width, height, depth)


def decode_bytes(channel: ChannelData, width: int, height: int, depth: int, version: int) -> bytes:
    length = (width * depth + 7) // 8 * height
    growth = _LARGEST_GROWTH.get(channel.compression, _LARGEST_GROWTH[Compression.ZIP])
    if length > growth * len(channel.data) + 1024:
        raise damaged(f"{len(channel.data)} bytes can't hold a channel of {width} x {height}")
    try:
        match channel.compression:
            case Compression.RAW:
                data = channel.data[:length]
            case Compression.RLE:
                data = decode_rle(channel.data, width, height, depth, version)
            case Compression.ZIP:
                data = zlib.decompressobj().decompress(channel.data, length)
            case _:
                packed = zlib.decompressobj().decompress(channel.data, length)
                data = decode_prediction(packed, width, height, depth) if len(packed) == length else packed
    except (ValueError, IndexError, OSError, zlib.error) as error:
        raise damaged(f"a channel: {error}") from error
    if len(data) != length:
        raise damaged(f"a channel of {len(data)} bytes instead of {length}")
    return data


def eight_bits(data: bytes, width: int, height: int, depth: int) -> Plane:
    match depth:
        case 8:
            return np.frombuffer(data, np.uint8).reshape(height, width)
        case 16:
            values = np.frombuffer(data, ">u2").reshape(height, width)
            scaled: Plane = ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
            return scaled
        case 32:
            linear = np.nan_to_num(np.frombuffer(data, ">f4").reshape(height, width)).clip(0, 1)
            # 32-bit documents hold light, not sRGB's curve of it.
            curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
            light: Plane = np.rint(curved * 255).astype(np.uint8)
            return light
        case 1:
            bits = np.unpackbits(np.frombuffer(data, np.uint8).reshape(height, -1), axis=1)[:, :width]
            inked: Plane = ((1 - bits) * 255).astype(np.uint8)
            return inked
    raise damaged(f"a depth of {depth} bits")


def encode_plane(plane: Plane, version: int) -> ChannelData:
    """By PackBits, which every program reads."""
    height, width = plane.shape
    if plane.size == 0:
        return ChannelData(compression=Compression.RAW, data=b"")
    data = encode_rle(np.ascontiguousarray(plane).tobytes(), width, height, 8, version)
    return ChannelData(compression=Compression.RLE, data=data)
