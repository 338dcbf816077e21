"""The frame for the model on the open document."""

from PySide6.QtCore import QObject, QRect, Signal

from desktop.canvas.model_frame import FrameSides, fitted


class GenerationFrame(QObject):
    """There is one or none. It may reach beyond the page."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rect: QRect | None = None
        self._sides = FrameSides()

    @property
    def rect(self) -> QRect | None:
        return QRect(self._rect) if self._rect is not None else None

    @property
    def sides(self) -> FrameSides:
        return self._sides

    def show(self, rect: QRect | None) -> None:
        """None takes it away."""
        if rect != self._rect:
            self._rect = QRect(rect) if rect is not None else None
            self.changed.emit()

    def set_sides(self, sides: FrameSides) -> None:
        """Another model is chosen: the frame becomes one that it likes."""
        if sides != self._sides:
            self._sides = sides
            if self._rect is not None:
                self.show(fitted(self._rect, sides))
