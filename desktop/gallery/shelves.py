"""What the library's pictures are sorted by: boards, tags, models and saved searches."""

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop.gallery.deeds import Deed
from desktop.library.boards import Board, Boards
from desktop.library.picture import LibraryPicture
from desktop.library.query import Query
from desktop.library.saved_searches import SavedSearch, SavedSearches
from desktop.library.service import Library
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr

Done = Callable[[Deed], None]


class Shelves(QObject):
    """Read anew whenever the library or its boards change. Every change is told to `done` as it can be undone."""

    changed = Signal()
    failed = Signal(object)
    """An ErrorReport."""

    def __init__(
        self,
        *,
        library: Library,
        boards: Boards,
        searches: SavedSearches,
        done: Done,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._boards = boards
        self._searches = searches
        self._done = done
        self._tasks = TaskOwner(on_error=self.failed.emit)
        self.boards: tuple[Board, ...] = ()
        self.tags: tuple[tuple[str, int], ...] = ()
        self.models: tuple[tuple[str, int], ...] = ()
        self.searches: tuple[SavedSearch, ...] = ()
        self._reading = False
        self._read_again = False
        self._subscriptions = (
            library.changes.subscribe(lambda _: self.read()),
            boards.changes.subscribe(lambda _: self.read()),
            searches.changes.subscribe(lambda _: self.read()),
        )

    @property
    def busy(self) -> bool:
        return self._tasks.busy

    def board(self, board_id: str) -> Board | None:
        return next((board for board in self.boards if board.id == board_id), None)

    def read(self) -> None:
        """One look at a time, however many changes come."""
        self._read_again = True
        if not self._reading:
            self._reading = True
            self._tasks.start(self._read())

    def make_board(self, name: str, *, parent: str | None = None) -> None:
        async def act() -> None:
            board = await self._boards.make(name, parent=parent)
            self._tell(tr("Board {name} made", name=board.name), lambda: _drop(self._boards.remove(board.id)))

        self._tasks.start(act())

    def rename_board(self, board: Board, name: str) -> None:
        async def act() -> None:
            await self._boards.rename(board.id, name)
            self._tell(
                tr("Board {name} renamed", name=board.name), lambda: self._boards.rename(board.id, board.name)
            )

        self._tasks.start(act())

    def move_board(self, board: Board, *, parent: str | None, position: int) -> None:
        async def act() -> None:
            await self._boards.move(board.id, parent=parent, position=position)
            self._tell(
                tr("Board {name} moved", name=board.name),
                lambda: self._boards.move(board.id, parent=board.parent, position=board.position),
            )

        self._tasks.start(act())

    def remove_board(self, board: Board) -> None:
        async def act() -> None:
            removed = await self._boards.remove(board.id)
            self._tell(
                tr("Board {name} removed; its pictures stay", name=board.name),
                lambda: self._boards.put_back(removed),
            )

        self._tasks.start(act())

    def put_on_board(self, board: Board, picture_ids: Sequence[str]) -> None:
        async def act() -> None:
            added = await self._boards.add(board.id, picture_ids)
            if added:
                self._tell(
                    tr("{count} put on {name}", count=len(added), name=board.name),
                    lambda: _drop(self._boards.take_off(board.id, added)),
                )

        self._tasks.start(act())

    def take_off_board(self, board: Board, pictures: Sequence[LibraryPicture]) -> None:
        async def act() -> None:
            taken = await self._boards.take_off(board.id, [picture.id for picture in pictures])
            if taken:
                self._tell(
                    tr("{count} taken off {name}", count=len(taken), name=board.name),
                    lambda: _drop(self._boards.add(board.id, taken)),
                )

        self._tasks.start(act())

    def arrange(self, board: Board, picture_ids: Sequence[str], before: str | None) -> None:
        """Lay pictures in front of another of the board, or at its end."""

        async def act() -> None:
            order = await self._boards.arrange(board.id, picture_ids, before=before)
            self._tell(
                tr("{count} moved on {name}", count=len(picture_ids), name=board.name),
                lambda: self._boards.put_in_order(board.id, order),
            )

        self._tasks.start(act())

    def save_search(self, name: str, query: Query) -> None:
        async def act() -> None:
            saved = await self._searches.save(name, query)
            self._tell(tr("Search {name} saved", name=saved.name), lambda: self._searches.remove(saved))

        self._tasks.start(act())

    def remove_search(self, saved: SavedSearch) -> None:
        async def act() -> None:
            await self._searches.remove(saved)
            self._tell(tr("Search {name} removed", name=saved.name), lambda: self._searches.put_back(saved))

        self._tasks.start(act())

    async def close(self) -> None:
        for unsubscribe in self._subscriptions:
            unsubscribe()
        await self._tasks.close()

    async def _read(self) -> None:
        try:
            while self._read_again:
                self._read_again = False
                self.boards = tuple(await self._boards.all())
                self.tags = tuple(await self._library.tags())
                self.models = tuple(await self._library.models())
                self.searches = tuple(await self._searches.all())
        finally:
            self._reading = False
        self.changed.emit()

    def _tell(self, text: str, undo: Callable[[], Awaitable[object]]) -> None:
        self._done(Deed(text=text, undo=undo))


async def _drop(awaitable: Awaitable[object]) -> None:
    await awaitable
