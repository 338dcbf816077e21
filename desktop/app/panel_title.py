"""The handle of a panel: its name, or a thin grip where a tab above it has the name already."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QWidget

from desktop.widgets.theme import DENSE_HEIGHT, SPACE, theme_of

GRIP_HEIGHT = 2 * SPACE
GRIP_WIDTH = 6 * SPACE


class PanelTitle(QWidget):
    """Qt drags the panel by it. Panels are hidden and shown from the View menu, so it has no buttons."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        self._is_grip = False
        dock.windowTitleChanged.connect(self.update)

    def show_as_grip(self, *, is_grip: bool) -> None:
        if is_grip != self._is_grip:
            self._is_grip = is_grip
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(GRIP_WIDTH, GRIP_HEIGHT if self._is_grip else DENSE_HEIGHT + SPACE)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        if not self._is_grip:
            painter.setPen(theme.colour("quiet_text"))
            room = self.rect().adjusted(3 * SPACE, SPACE, -SPACE, 0)
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
            painter.drawText(room, middle, self._dock.windowTitle())
        painter.end()
