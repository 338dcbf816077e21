"""Text layers: a click writes a new one, or changes the one that it meets."""

from math import floor

from PySide6.QtCore import QObject, QPoint, QPointF, Signal

from desktop.canvas.texts import TextContent
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.writing import TextEdit
from shared.contracts.errors import PentimentoError


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
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools = tools
        self._layer_name = layer_name
        self._edit: TextEdit | None = None
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
        if self._edit is None:
            return
        try:
            self._edit.show(content)
        except PentimentoError as error:
            self.refused.emit(error.report)
        else:
            self._last = content
            self.refused.emit(None)

    def finish(self) -> None:
        edit, self._edit = self._edit, None
        if edit is not None:
            edit.finish()

    def cancel(self) -> None:
        edit, self._edit = self._edit, None
        if edit is not None:
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
        self._edit = None
