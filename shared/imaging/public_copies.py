"""A picture as others may have it: every pixel, and nothing that tells of a place, a person or a device.

What a file says beside its pixels is left out by a list of what stays (colour, size in print, animation), so that an
entry nobody thought of goes too. The mark of how it was made is written anew.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.provenance import Origin, digital_source_type_xmp

PREVIEW_SIDE = 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (
        b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST acTL fcTL fdAT cICP mDCV cLLI"
    ).split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_XMP, _WEBP_EXIF = 0x04, 0x08
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True, kw_only=True)
class PublicCopy:
    data: bytes
    mime_type: str
    suffix: str


def public_copy(data: bytes, origin: Origin | None) -> PublicCopy:
    """In its own format where that is PNG, JPEG or WebP, without coding the pixels anew; else as a PNG.

    Blocks: run it in a thread. Raises InvalidPictureError.
    """
    pixels = read_picture(data)
    packet = digital_source_type_xmp(origin).encode() if origin else b""
    try:
        if data.startswith(_PNG):
            return PublicCopy(data=_png(data, packet), mime_type="image/png", suffix="png")
        if data.startswith(b"\xff\xd8\xff"):
            return PublicCopy(data=_jpeg(data, packet), mime_type="image/jpeg", suffix="jpg")
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return PublicCopy(data=_webp(data, packet), mime_type="image/webp", suffix="webp")
    except (struct.error, IndexError) as error:
        raise InvalidPictureError(
            "The picture can't be read.", advice="Save it anew in another program, then try again."
        ) from error
    return PublicCopy(data=encode_png(pixels, xmp=packet.decode()), mime_type="image/png", suffix="png")


def public_preview(data: bytes, origin: Origin | None, side: int = PREVIEW_SIDE) -> bytes:
    """A WebP within `side` pixels, with the mark. Blocks. Raises InvalidPictureError."""
    image = Image.fromarray(np.ascontiguousarray(read_picture(data)))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    packet = digital_source_type_xmp(origin).encode() if origin else b""
    image.save(buffer, "WEBP", quality=88, xmp=packet)
    return buffer.getvalue()


def _png(data: bytes, packet: bytes) -> bytes:
    written = [_PNG]
    for kind, body in _png_chunks(data):
        if kind in _PNG_KEPT:
            written.append(_png_chunk(kind, body))
        if kind == b"IHDR":
            turned = _orientation(data)
            if turned != 1:
                written.append(_png_chunk(b"eXIf", _turn(turned).removeprefix(b"Exif\0\0")))
            if packet:
                written.append(_png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))
    return b"".join(written)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    while position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind = data[position + 4 : position + 8]
        yield kind, data[position + 8 : position + 8 + length]
        if kind == b"IEND":
            return
        position += 12 + length


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _jpeg(data: bytes, packet: bytes) -> bytes:
    """Of the segments those that decoding needs; the way it was held is kept in an EXIF of its own.

    What was appended after the end of the picture (a phone's previews, other pictures) goes.
    """
    written = [b"\xff\xd8"]
    position = 2
    extras = [_jpeg_segment(0xE1, extra) for extra in _jpeg_extras(_orientation(data), packet)]
    while position + 2 <= len(data):
        if data[position] != 0xFF:
            raise IndexError
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        if marker == 0xD9:
            break
        (length,) = struct.unpack_from(">H", data, position + 2)
        segment = data[position : position + 2 + length]
        if marker != 0xE0:
            written, extras = written + extras, []
        if _jpeg_stays(marker, segment):
            written.append(segment)
        position += 2 + length
        if marker == 0xDA:
            end = _end_of_scan(data, position)
            written.append(data[position:end])
            position = end
    return b"".join(written) + b"\xff\xd9"


def _jpeg_stays(marker: int, segment: bytes) -> bool:
    """Tables and frames; of the APPs those of JFIF, of a colour profile and of Adobe's colour transform."""
    if marker == 0xFE or 0xE1 <= marker <= 0xEF:
        colour = marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\0"
        return colour or (marker == 0xEE and segment[4:9] == b"Adobe")
    return True


def _end_of_scan(data: bytes, position: int) -> int:
    """Where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        following = data[position + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return position
        position += 2


def _jpeg_extras(orientation: int, packet: bytes) -> Iterator[bytes]:
    if orientation != 1:
        yield _turn(orientation)
    if packet:
        yield _JPEG_XMP + packet


def _jpeg_segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _webp(data: bytes, packet: bytes) -> bytes:
    """A file with the mark is an extended one, whatever it was before; its turn is told by EXIF alone, so kept there."""
    chunks = [(kind, body) for kind, body in _webp_chunks(data) if kind in _WEBP_KEPT]
    turned = _orientation(data)
    extras = [(b"EXIF", _turn(turned))] if turned != 1 else []
    extras += [(b"XMP ", packet)] if packet else []
    if chunks and chunks[0][0] == b"VP8X":
        flags = chunks[0][1][0] & ~(_WEBP_XMP | _WEBP_EXIF)
        head = bytes((flags | _webp_flags(extras),)) + chunks[0][1][1:]
        chunks = [(b"VP8X", head), *chunks[1:]]
    elif extras:
        with Image.open(io.BytesIO(data)) as image:
            width, height, alpha = image.width, image.height, 0x10 if image.mode == "RGBA" else 0
        head = bytes((alpha | _webp_flags(extras), 0, 0, 0))
        head += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks = [(b"VP8X", head), *chunks]
    body = b"WEBP" + b"".join(_webp_chunk(kind, content) for kind, content in [*chunks, *extras])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_flags(extras: list[tuple[bytes, bytes]]) -> int:
    flags = {b"EXIF": _WEBP_EXIF, b"XMP ": _WEBP_XMP}
    return sum(flags[kind] for kind, _ in extras)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(data):
        kind = data[position : position + 4]
        (length,) = struct.unpack_from("<I", data, position + 4)
        yield kind, data[position + 8 : position + 8 + length]
        position += 8 + length + (length & 1)


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def _orientation(data: bytes) -> int:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF of any kind tells of no turn
        return 1


def _turn(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    return exif.tobytes()
