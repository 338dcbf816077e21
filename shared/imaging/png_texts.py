"""The texts of a PNG, read without decoding its pixels, so that no picture is too large or too broken for it."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
LONGEST_TEXT = 16 * 1024 * 1024
MOST_CHUNKS = 100_000


def read_png_texts(source: Path | bytes) -> dict[str, str]:
    """The tEXt, zTXt and iTXt entries, the first of a name; {} for what is no PNG or can't be read.

    Of a damaged file, what stands before the damage. Texts over 16 MiB are left out.
    """
    texts: dict[str, str] = {}
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            for kind, data in _text_chunks(file):
                entry = _entry(kind, data)
                if entry is not None:
                    texts.setdefault(*entry)
    except OSError:
        return texts
    return texts


def _text_chunks(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return
    for _ in range(MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        if kind in {b"tEXt", b"zTXt", b"iTXt"} and length <= LONGEST_TEXT:
            data = file.read(length)
            if len(data) < length:
                return
            yield kind, data
            file.seek(4, io.SEEK_CUR)
        else:
            file.seek(length + 4, io.SEEK_CUR)


def _entry(kind: bytes, data: bytes) -> tuple[str, str] | None:
    name, _, rest = data.partition(b"\0")
    try:
        match kind:
            case b"tEXt":
                text = rest.decode("latin-1")
            case b"zTXt":
                text = _inflated(rest[1:]).decode("latin-1")
            case _:
                compressed, rest = rest[:1] == b"\1", rest[2:]
                body = rest.split(b"\0", 2)[2]
                text = (_inflated(body) if compressed else body).decode("utf-8")
    except (UnicodeDecodeError, zlib.error, IndexError):
        return None
    return name.decode("latin-1"), text


def _inflated(data: bytes) -> bytes:
    """Raises zlib.error for what grows beyond the longest text."""
    decompressor = zlib.decompressobj()
    inflated = decompressor.decompress(data, LONGEST_TEXT)
    if not decompressor.eof:
        raise zlib.error("longer than a text may be, or cut off")
    return inflated
