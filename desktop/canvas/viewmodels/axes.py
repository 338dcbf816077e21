"""The axes of symmetric strokes, which the move tool takes hold of as it does of guides."""

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt

from desktop.canvas.brushes.symmetry import Symmetry
from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.aids import GRIP, Aids
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel


class AxisDrag:
    """One axis in hand; dropped outside the page it goes back to the middle."""

    def __init__(
        self, *, tools: ToolsViewModel, current: CurrentDocument, orientation: Qt.Orientation
    ) -> None:
        self._tools = tools
        self._current = current
        self._upright = orientation == Qt.Orientation.Vertical
        self._before = tools.symmetry

    def to(self, position: float) -> None:
        document = self._current.document
        if document is None:
            return
        x, y = self._before.centre_in(document.rect)
        centre = (position, y) if self._upright else (x, position)
        self._tools.set_symmetry(replace(self._before, centre=centre))

    def finish(self, position: float) -> None:
        document = self._current.document
        if document is None:
            return
        length = document.width if self._upright else document.height
        self.to(position if 0 <= position <= length else length / 2)

    def cancel(self) -> None:
        self._tools.set_symmetry(self._before)


class Axes:
    def __init__(
        self, *, tools: ToolsViewModel, current: CurrentDocument, navigation: Navigation, aids: Aids
    ) -> None:
        self._tools = tools
        self._current = current
        self._navigation = navigation
        self._aids = aids

    @property
    def _symmetry(self) -> Symmetry:
        return self._tools.symmetry

    def guide_at(self, in_view: QPointF) -> tuple[Qt.Orientation, float] | None:
        document = self._current.document
        if document is None:
            return None
        x, y = self._symmetry.centre_in(document.rect)
        at = self._navigation.to_document(in_view)
        grip = GRIP * self._navigation.pixel_ratio / self._navigation.zoom
        if self._symmetry.has_upright_axis and abs(x - at.x()) <= grip:
            return Qt.Orientation.Vertical, x
        if self._symmetry.has_level_axis and abs(y - at.y()) <= grip:
            return Qt.Orientation.Horizontal, y
        return None

    def take_guide(self, orientation: Qt.Orientation, position: float | None = None) -> AxisDrag | None:
        """There is one of each at most, so that `position` tells nothing more."""
        del position
        return AxisDrag(tools=self._tools, current=self._current, orientation=orientation)

    def snapped_guide(self, orientation: Qt.Orientation, position: float) -> float:
        return self._aids.snapped_guide(orientation, position)

    def snapped(self, point: QPointF) -> QPointF:
        return self._aids.snapped(point)
