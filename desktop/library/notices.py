"""How a room without Qt tells others that something happened."""

from collections.abc import Callable
from typing import Generic, TypeVar

Change = TypeVar("Change")


class Notice(Generic[Change]):
    """Calls its listeners in the order in which they subscribed, on the thread that tells."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Returns the way to unsubscribe; calling that twice does no harm."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
