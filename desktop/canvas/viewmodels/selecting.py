"""Changes of the selection, one after another: quick ones at once, the others on a thread."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from math import floor

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, Signal

from desktop.canvas import selection_changes as changes
from desktop.canvas.document import Document
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.selection import Selection, SelectionMode
from desktop.canvas.selection_changes import SelectionChange
from desktop.canvas.selection_growth import HALF
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner

Deed = Callable[[], None]


class Selecting(QObject):
    """What comes while a change is being computed waits for it (`after`), so that all happens in order."""

    became_idle = Signal()

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools = tools
        self._tasks = tasks
        self._waiting: deque[Deed] = deque()
        self._working = False
        self._former: Selection | None = None
        current.document_replaced.connect(self._forget)

    @property
    def busy(self) -> bool:
        return self._working

    @property
    def can_reselect(self) -> bool:
        return self._former is not None

    def after(self, deed: Deed) -> None:
        """Do it now, or as soon as all that was asked for before has happened."""
        if self._working:
            self._waiting.append(deed)
        else:
            self._current.attempt(deed)

    # What tools and commands ask for

    def select_rectangle(self, rect: QRect, mode: SelectionMode) -> None:
        self._ask(lambda state: changes.rectangle(state, rect, mode))

    def select_ellipse(self, rect: QRectF, mode: SelectionMode) -> None:
        self._ask(lambda state: changes.ellipse(state, rect, mode))

    def select_lasso(self, points: Sequence[QPointF], mode: SelectionMode) -> None:
        kept = tuple(points)
        self._ask(lambda state: changes.polygon(state, kept, mode))

    def select_by_wand(self, at: QPointF, mode: SelectionMode) -> None:
        how = self._tools.sampling
        self._ask(lambda state: changes.by_wand(state, _pixel(at), mode, how))

    def select_by_colour(self, at: QPointF, mode: SelectionMode) -> None:
        how = self._tools.sampling
        self._ask(lambda state: changes.by_likeness(state, _pixel(at), mode, how))

    def select_alpha(self, mode: SelectionMode = SelectionMode.REPLACE) -> None:
        self._ask(lambda state: changes.from_alpha(state, mode))

    def select_all(self) -> None:
        self._ask(changes.everything)

    def deselect(self) -> None:
        self._ask(lambda _state: changes.nothing())

    def reselect(self) -> None:
        former = self._former
        if former is not None:
            self._ask(lambda _state: changes.again(former))

    def invert(self) -> None:
        self._ask(changes.inverted)

    def move(self, way: QPoint) -> None:
        """The outline, without what is in it."""
        if not way.isNull():
            self._ask(lambda _state: changes.moved(way))

    def grow(self, label: str, radius: float) -> None:
        """One of `selection_changes.GROWTH`."""
        self._ask(lambda state: changes.grown(state, label, radius))

    def apply(self, change: SelectionChange) -> None:
        self._ask(lambda _state: change)

    def is_selected(self, at: QPointF) -> bool:
        """Whether at least half of the pixel there is."""
        document = self._current.document
        selection = document.selection if document is not None else None
        if selection is None or not selection.bounds.contains(_pixel(at)):
            return False
        inside = _pixel(at) - selection.bounds.topLeft()
        return bool(selection.mask[inside.y(), inside.x()] >= HALF)

    # One after another

    def _ask(self, make: Callable[[DocumentSnapshot], SelectionChange]) -> None:
        def begin() -> None:
            document = self._current.document
            if document is None:
                return
            state = document.snapshot()
            change = make(state)
            if change.is_quick and not document.in_transaction:
                self._take(document, change, change.compute(state))
            else:
                self._working = True
                self._tasks.start(self._work(document, change))

        self.after(begin)

    async def _work(self, document: Document, change: SelectionChange) -> None:
        try:
            await self._compute(document, change)
        finally:
            self._working = False
        while self._waiting and not self._working:
            self._current.attempt(self._waiting.popleft())
        if not self._working:
            self.became_idle.emit()

    async def _compute(self, document: Document, change: SelectionChange) -> None:
        """Anew, if the picture's selection or size became another one meanwhile (by undo)."""
        while document is self._current.document:
            state = document.snapshot()
            found = await asyncio.to_thread(_prepared, change, state)
            await document.between_steps()
            if document.selection is state.selection and document.rect == state.rect:
                if document is self._current.document:
                    self._take(document, change, found)
                return

    def _take(self, document: Document, change: SelectionChange, found: Selection | None) -> None:
        if document.selection is not None:
            self._former = document.selection
        document.set_selection(found, change.label)

    def _forget(self) -> None:
        self._waiting.clear()
        self._former = None


def _prepared(change: SelectionChange, state: DocumentSnapshot) -> Selection | None:
    found = change.compute(state)
    if found is not None:
        # Painting will ask for it; made here, it costs the artist nothing.
        _ = found.alpha
    return found


def _pixel(at: QPointF) -> QPoint:
    return QPoint(floor(at.x()), floor(at.y()))
