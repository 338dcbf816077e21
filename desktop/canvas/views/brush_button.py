"""The brush in hand, beside its options: a click opens all brushes; and the symmetry of its strokes."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.canvas.brushes.symmetry import LARGEST_FOLD, Symmetry, SymmetryKind
from desktop.canvas.viewmodels.brushes import BrushList
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.brush_grid import BrushGrid
from desktop.canvas.views.brush_words import preset_name
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense
from desktop.widgets.translations import tr

POPUP = QSize(76 * SPACE, 110 * SPACE)
FOLDS = (3, 4, 5, 6, 8, 12, LARGEST_FOLD)


class BrushPopup(QWidget):
    """All brushes, until one is taken or a click goes elsewhere."""

    def __init__(self, *, brushes: BrushList, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "panel")
        self.setAccessibleName(tr("Brushes"))
        self.grid = BrushGrid(brushes=brushes)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.addWidget(self.grid)
        self.resize(POPUP)
        self.grid.picked.connect(self.close)


class BrushButton(QPushButton):
    def __init__(self, *, brushes: BrushList) -> None:
        super().__init__()
        self._brushes = brushes
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIcon(icon("brush"))
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.setMaximumWidth(38 * SPACE)
        set_dense(self)
        self.clicked.connect(self.open_popup)
        brushes.chosen_changed.connect(self.refresh)
        self.refresh()

    def open_popup(self) -> BrushPopup:
        popup = BrushPopup(brushes=self._brushes, parent=self)
        popup.move(self.mapToGlobal(QPoint(0, self.height() + SPACE)))
        popup.show()
        popup.grid.setFocus()
        return popup

    def refresh(self) -> None:
        chosen = self._brushes.chosen
        name = preset_name(chosen) if chosen is not None else tr("Brushes")
        room = self.maximumWidth() - ICON_SIZE - 8 * SPACE
        self.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room))
        self.setAccessibleName(tr("Choose a brush"))
        self.setAccessibleDescription(name)
        self.setToolTip(tr("Choose a brush"))


class SymmetryButton(QToolButton):
    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self.setIcon(icon("flip-vertical-2"))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_dense(self)
        self._choices: list[tuple[Symmetry, QAction]] = []
        menu = QMenu(self)
        for symmetry in _choices():
            action = menu.addAction("")
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, chosen=symmetry: self._choose(chosen))
            self._choices.append((symmetry, action))
        self.setMenu(menu)
        tools.options_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def name(self) -> None:
        self.setAccessibleName(tr("Symmetry"))
        self.setToolTip(tr("Paint on several sides at once; the move tool (V) drags the axis"))
        texts = {
            SymmetryKind.NONE: tr("Off"),
            SymmetryKind.VERTICAL: tr("Left and right"),
            SymmetryKind.HORIZONTAL: tr("Top and bottom"),
            SymmetryKind.BOTH: tr("Both ways"),
        }
        for symmetry, action in self._choices:
            action.setText(
                texts.get(symmetry.kind) or tr("Around the middle, {count} times", count=symmetry.folds)
            )

    def _choose(self, chosen: Symmetry) -> None:
        """Around the point that was chosen before."""
        self._tools.set_symmetry(replace(self._tools.symmetry, kind=chosen.kind, folds=chosen.folds))

    def refresh(self) -> None:
        now = self._tools.symmetry
        self.setChecked(now.kind is not SymmetryKind.NONE)
        for symmetry, action in self._choices:
            same_folds = symmetry.folds == now.folds or now.kind is not SymmetryKind.RADIAL
            action.setChecked(symmetry.kind is now.kind and same_folds)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.name()
        super().changeEvent(event)


def _choices() -> list[Symmetry]:
    plain = [Symmetry(kind) for kind in SymmetryKind if kind is not SymmetryKind.RADIAL]
    return [*plain, *(Symmetry(SymmetryKind.RADIAL, folds) for folds in FOLDS)]
