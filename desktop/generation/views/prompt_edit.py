"""A text field that grows with what is written, up to a limit."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from desktop.widgets.theme import SPACE


class PromptEdit(QPlainTextEdit):
    """Alt+Up and Alt+Down walk through `history`, the newest first; Ctrl+Enter asks to submit."""

    edited = Signal(str)
    submit_asked = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        fewest_lines: int,
        most_lines: int,
        history: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        super().__init__(parent)
        self._fewest_lines = fewest_lines
        self._most_lines = most_lines
        self._history = history
        self._place = -1
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._text_changed)

    def show_text(self, text: str) -> None:
        """What is there already is left alone, with its cursor and its undo history."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        lines = min(max(self._lines(), self._fewest_lines), self._most_lines)
        inset = 2 * round(self.document().documentMargin()) + self.height() - self.viewport().height()
        return QSize(super().sizeHint().width(), lines * self.fontMetrics().lineSpacing() + inset + SPACE)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def updateGeometry(self) -> None:
        """A bar shows only where the field has stopped growing."""
        policy = Qt.ScrollBarPolicy
        full = self._lines() > self._most_lines
        self.setVerticalScrollBarPolicy(policy.ScrollBarAsNeeded if full else policy.ScrollBarAlwaysOff)
        super().updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers, key = event.modifiers(), event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.submit_asked.emit()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and modifiers & Qt.KeyboardModifier.AltModifier:
            self._walk(1 if key == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        history = self._history()
        place = min(max(self._place + by, -1), len(history) - 1)
        if place != self._place:
            self.setPlainText(history[place] if place >= 0 else "")
            self._place = place

    def _lines(self) -> int:
        block, lines = self.document().begin(), 0
        while block.isValid():
            lines += max(1, block.layout().lineCount())
            block = block.next()
        return lines

    def _text_changed(self) -> None:
        self._place = -1
        self.updateGeometry()
        self.edited.emit(self.toPlainText())
