"""Who is next: jobs take their turns in the order in which they came."""

import asyncio
from collections import deque


class Turns:
    """One holder at a time. Belongs to one event loop."""

    def __init__(self) -> None:
        self._holder: str | None = None
        self._waiting: deque[tuple[str, asyncio.Future[bool]]] = deque()

    async def take(self, name: str) -> bool:
        """True when the turn has come; False where `give_up(name)` was called before."""
        if self._holder is None:
            self._holder = name
            return True
        place: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((name, place))
        return await place

    def give_up(self, name: str) -> None:
        """Of one who waits; others are left alone."""
        for waiting, place in self._waiting:
            if waiting == name and not place.done():
                place.set_result(False)

    def leave(self, name: str) -> None:
        """Passes the turn on where `name` holds it, and ends its wait where it doesn't."""
        self.give_up(name)
        if self._holder != name:
            return
        self._holder = None
        while self._waiting and self._holder is None:
            following, place = self._waiting.popleft()
            if not place.done():
                self._holder = following
                place.set_result(True)
