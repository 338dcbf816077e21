"""Small files that claim to be, or unpack to, enormous pictures."""

import struct
import zlib


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """900 megapixels of one bit each in about a hundred kilobytes."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")
    )


def tiff_that_lies(width: int = 60_000, height: int = 60_000) -> bytes:
    """Says it has sides of 60,000 pixels, and holds eight bytes."""
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, 0xFFFFFFF0),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 16) + b"\0" * 8 + struct.pack("<H", len(tags)) + entries + b"\0" * 4


def jpeg_that_lies(small: bytes, side: int = 65_500) -> bytes:
    """A small JPEG whose frame says that it has huge sides."""
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", side, side) + small[at + 4 :]


def webp_that_lies(small: bytes, side: int = 16_383) -> bytes:
    """A small lossy WebP whose first frame says that it has huge sides."""
    at = small.index(b"\x9d\x01\x2a") + 3
    return small[:at] + struct.pack("<HH", side, side) + small[at + 4 :]


def png_text_bomb(plain: bytes, megabytes: int = 200) -> bytes:
    """A valid picture beside a compressed text that unpacks to hundreds of megabytes."""
    packer = zlib.compressobj(1)
    text = b"".join(packer.compress(b"a" * 1024 * 1024) for _ in range(megabytes)) + packer.flush()
    end = plain.index(b"IDAT") - 4
    return plain[:end] + png_chunk(b"zTXt", b"Comment\0\0" + text) + plain[end:]
