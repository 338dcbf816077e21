"""Colours that the artist keeps, and those that were painted with last."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

MOST_SWATCHES = 120
MOST_RECENT = 12
STARTING = (
    "#000000",
    "#4d4d4d",
    "#9a9a9a",
    "#ffffff",
    "#7a1f1f",
    "#c8452f",
    "#e9a13b",
    "#f2dc8c",
    "#2f5d34",
    "#86a95b",
    "#1d4a6e",
    "#5ea3c4",
    "#bfe0e8",
    "#4a2f63",
    "#a86aa4",
    "#f0c9b0",
)


class Palette(QObject):
    """Names of colours as "#rrggbb". Whatever is no such name is left out."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._swatches: tuple[str, ...] = STARTING
        self._recent: tuple[str, ...] = ()

    @property
    def swatches(self) -> tuple[str, ...]:
        return self._swatches

    @property
    def recent(self) -> tuple[str, ...]:
        """The last one first."""
        return self._recent

    def restore(self, swatches: Iterable[str], recent: Iterable[str]) -> None:
        """As they were when the studio was closed."""
        self._swatches = _names(swatches)[:MOST_SWATCHES] or STARTING
        self._recent = _names(recent)[:MOST_RECENT]
        self.changed.emit()

    def keep(self, colour: QColor) -> None:
        name = colour.name()
        if name not in self._swatches:
            self._set((*self._swatches, name)[-MOST_SWATCHES:], self._recent)

    def remove(self, name: str) -> None:
        self._set(tuple(each for each in self._swatches if each != name), self._recent)

    def was_used(self, colour: QColor) -> None:
        name = colour.name()
        recent = (name, *(each for each in self._recent if each != name))
        self._set(self._swatches, recent[:MOST_RECENT])

    def _set(self, swatches: tuple[str, ...], recent: tuple[str, ...]) -> None:
        if (swatches, recent) != (self._swatches, self._recent):
            self._swatches, self._recent = swatches, recent
            self.changed.emit()


def _names(colours: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(QColor(name).name() for name in colours if QColor.isValidColorName(name)))
