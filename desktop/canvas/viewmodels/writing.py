"""Text layers: a click writes a new one, or changes the one that it meets."""

import asyncio
from math import floor

from PySide6.QtCore import QObject, QPoint, QPointF, Signal

from desktop.canvas.texts import TextContent
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.writing import Outlined, TextEdit, filled, outlined
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError

LARGEST_QUICK_TEXT = 512 * 512
"""Pixels of a text that is drawn within a few milliseconds."""


class Writing(QObject):
    """While a text is edited, its layer is a step in the making; `finish` or `cancel` ends it."""

    editing_begun = Signal(object)
    """The TextContent to begin with: show an editor."""
    refused = Signal(object)
    """An ErrorReport: the text can't be written so; None when it can again."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        layer_name: str,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools = tools
        self._layer_name = layer_name
        self._tasks = tasks
        self._edit: TextEdit | None = None
        self._wanted: tuple[TextContent, Outlined] | None = None
        """What is to be shown next, while a large text is being drawn."""
        self._drawn: TextEdit | None = None
        """For which one a large text is being drawn."""
        self._last = TextContent()
        current.document_replaced.connect(self._forget)

    @property
    def editing(self) -> bool:
        return self._edit is not None

    def write_at(self, point: QPointF) -> None:
        """Change the active text where the click meets it, else write a new one there."""
        layer_id = self._text_at(QPoint(floor(point.x()), floor(point.y())))
        self._begin(layer_id, point)

    def edit_active(self) -> None:
        document = self._current.document
        layer = document.active_layer if document is not None else None
        if layer is not None and layer.properties.text is not None:
            self._current.attempt(lambda: self._begin(layer.id, QPointF()))

    def change(self, content: TextContent) -> None:
        """Show the text as it is now being written."""
        edit = self._edit
        if edit is None:
            return
        try:
            text = outlined(content)
        except PentimentoError as error:
            self.refused.emit(error.report)
            return
        self._last = content
        self.refused.emit(None)
        if self._drawn is None and text.pixels <= LARGEST_QUICK_TEXT:
            edit.show(content, filled(text))
            return
        self._wanted = content, text
        if self._drawn is None:
            self._drawn = edit
            self._tasks.start(self._draw(edit))

    async def _draw(self, edit: TextEdit) -> None:
        """The newest on a thread, until there is no newer one; a text that was finished meanwhile ends here."""
        try:
            while self._wanted is not None:
                (content, text), self._wanted = self._wanted, None
                tiles = await asyncio.to_thread(filled, text)
                if self._drawn is not edit:
                    return
                edit.show(content, tiles)
        finally:
            if self._drawn is edit:
                self._drawn = None
                if self._edit is not edit:
                    edit.finish()

    def finish(self) -> None:
        edit, self._edit = self._edit, None
        if edit is not None and self._drawn is not edit:
            edit.finish()

    def cancel(self) -> None:
        edit, self._edit = self._edit, None
        if edit is not None:
            self._drawn = self._wanted = None
            edit.cancel()

    def _begin(self, layer_id: str | None, at: QPointF) -> None:
        document = self._current.document
        if document is None or self._edit is not None:
            return
        self._edit = TextEdit(document=document, layer_id=layer_id, at=at, name=self._layer_name)
        content = self._edit.content
        if content is None:
            content = self._last.model_copy(update={"text": "", "colour": self._tools.foreground.name()})
        self.editing_begun.emit(content)

    def _text_at(self, point: QPoint) -> str | None:
        document = self._current.document
        layer = document.active_layer if document is not None else None
        if layer is None or layer.properties.text is None:
            return None
        return layer.id if layer.bounds.contains(point) else None

    def _forget(self) -> None:
        """The document is gone, and its open step with it."""
        self._edit = self._drawn = self._wanted = None
