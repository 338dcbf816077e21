"""What is under way, for the line that shows it and can cancel it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from desktop.canvas.work import Work


class Working(QObject):
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works: list[Work] = []

    @property
    def current(self) -> Work | None:
        """The newest that has a name and is still wanted."""
        return next((work for work in reversed(self._works) if work.label and not work.cancelled), None)

    @contextmanager
    def begin(self, label: str) -> Iterator[Work]:
        """Until the block ends; `label` is translated already."""
        work = Work(label, changed=self.changed.emit)
        self._works.append(work)
        self.changed.emit()
        try:
            yield work
        finally:
            self._works.remove(work)
            self.changed.emit()
