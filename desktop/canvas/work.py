"""Something that takes a while: how far it is, and whether it is still wanted."""

import asyncio
from collections.abc import Callable
from threading import Event

from shared.contracts.errors import PentimentoError


class WorkCancelledError(PentimentoError):
    """The artist's own wish: nobody needs to be told of it."""

    code = "WORK_CANCELLED"

    def __init__(self) -> None:
        super().__init__("This was cancelled.", advice="Begin it again whenever you like.")


class Work:
    """Made in the loop that waits for it; `changed` is called there."""

    def __init__(self, label: str, *, changed: Callable[[], None]) -> None:
        """`label` is shown as it is."""
        self.label = label
        self.part: float | None = None
        """From 0 to 1; None while nobody knows."""
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._cancelled = Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()
        self._changed()

    def tell(self, part: float) -> None:
        """Any thread. Raises WorkCancelledError, so that what is not wanted ends here."""
        self.check()
        self._loop.call_soon_threadsafe(self._take, part)

    def check(self) -> None:
        if self.cancelled:
            raise WorkCancelledError

    def _take(self, part: float) -> None:
        self.part = part
        self._changed()
