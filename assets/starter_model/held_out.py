"""What training never shows: combinations kept for the evaluation. This is the only place that decides it."""

from __future__ import annotations

import zlib

ONE_IN = 10


def is_held_out(hour: str, ground: str, kind: str, colour: str) -> bool:
    """Whether a thing of this kind and colour is never drawn at this hour on this ground for training.

    One combination in ten, chosen by a checksum; each pair of its words occurs elsewhere.
    """
    return zlib.crc32(f"{hour}/{ground}/{kind}/{colour}".encode()) % ONE_IN == 0
