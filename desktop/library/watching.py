"""A folder whose new pictures come in by themselves."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from desktop.library.picture_files import list_pictures
from desktop.library.service import Library
from shared.contracts.errors import PentimentoError

PAUSE_SECONDS = 2.0


class FolderWatch:
    """Looks every two seconds, since no system tells reliably of folders on other machines.

    A file comes in once its size has stayed the same from one look to the next, so that none is taken half written.
    """

    def __init__(
        self,
        *,
        library: Library,
        folder: Path,
        linked: bool,
        on_error: Callable[[PentimentoError], None],
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._library = library
        self._folder = folder
        self._linked = linked
        self._on_error = on_error
        self._pause = pause_seconds
        self._seen: dict[Path, tuple[int, int]] = {}
        self._taken: dict[Path, tuple[int, int]] = {}

    async def run(self) -> None:
        """Until it is cancelled. What lies there already comes in too."""
        while True:
            await self.look()
            await asyncio.sleep(self._pause)

    async def look(self) -> None:
        states = await asyncio.to_thread(self._states)
        for file, state in states.items():
            if self._seen.get(file) == state and self._taken.get(file) != state:
                self._taken[file] = state
                try:
                    await self._library.import_file(file, linked=self._linked)
                except PentimentoError as error:
                    self._on_error(error)
        self._seen = states

    def _states(self) -> dict[Path, tuple[int, int]]:
        """Size and time of each picture; none where the folder is not there today."""
        states = {}
        for file in list_pictures(self._folder):
            try:
                stat = file.stat()
            except OSError:
                continue
            states[file] = (stat.st_size, stat.st_mtime_ns)
        return states
