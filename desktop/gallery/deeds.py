"""What the artist did in the gallery, kept so that it can be undone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MOST_KEPT = 100


@dataclass(frozen=True, kw_only=True)
class Deed:
    """`text` says it in the past tense, translated; `undo` takes it back."""

    text: str
    undo: Callable[[], Awaitable[object]]


class Deeds:
    """The latest is undone first."""

    def __init__(self) -> None:
        self._done: list[Deed] = []

    def add(self, deed: Deed) -> None:
        self._done.append(deed)
        del self._done[:-MOST_KEPT]

    def take_latest(self) -> Deed | None:
        return self._done.pop() if self._done else None

    def __bool__(self) -> bool:
        return bool(self._done)
