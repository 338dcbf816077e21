"""How much of other people's files is unpacked: as many pixels in all as this machine can hold, few at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

import psutil

from desktop.canvas.formats.archive import too_large
from shared.imaging.pictures import LARGEST_PIXELS

BYTES_OF_A_PIXEL = 4
SHARE_OF_MEMORY = 0.5


def most_pixels() -> int:
    """Of all layers of a document together. What was painted on this machine can be opened on it again."""
    fitting = int(psutil.virtual_memory().total * SHARE_OF_MEMORY) // BYTES_OF_A_PIXEL
    return max(4 * LARGEST_PIXELS, fitting)


class PixelAllowance:
    """Of one file that several threads read. While a picture is unpacked it takes several times its own room."""

    def __init__(self, *, most: int, at_once: int = LARGEST_PIXELS) -> None:
        """At least one picture is unpacked at a time, however large it is."""
        self._left = most
        self._at_once = at_once
        self._held = 0
        self._changed = Condition()

    @contextmanager
    def unpacking(self, pixels: int) -> Iterator[None]:
        """Waits until there is room; DocumentTooLargeError where the file holds more than it may."""
        with self._changed:
            self._left -= pixels
            if self._left < 0:
                raise too_large("the layers hold too many pixels")
            self._changed.wait_for(lambda: self._held == 0 or self._held + pixels <= self._at_once)
            self._held += pixels
        try:
            yield
        finally:
            with self._changed:
                self._held -= pixels
                self._changed.notify_all()
