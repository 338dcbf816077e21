"""Foreground and background colour: two swatches, the front one over the other, and a panel to choose in."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.colour_panel import ColourPanel
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import FOCUS_RING, RADIUS, SPACE, set_dense, theme_of
from desktop.widgets.translations import tr

SWATCH = 6 * SPACE


class Swatch(QAbstractButton):
    """A button that is its colour."""

    def __init__(self, *, tools: ToolsViewModel, is_foreground: bool) -> None:
        super().__init__()
        self._tools = tools
        self._is_foreground = is_foreground
        self.setFixedSize(SWATCH, SWATCH)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tools.colours_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        name = tr("Foreground colour") if self._is_foreground else tr("Background colour")
        value = self._colour.name()
        self.setAccessibleName(name)
        self.setAccessibleDescription(value)
        self.setToolTip(f"{name}: {value}")
        self.update()

    @property
    def _colour(self) -> QColor:
        return self._tools.foreground if self._is_foreground else self._tools.background

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = theme.colour("accent") if self.hasFocus() else theme.colour("panel")
        painter.setPen(QPen(ring, FOCUS_RING))
        painter.setBrush(self._colour)
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        # A hairline, so that a colour like the panel's own is still seen as a swatch.
        painter.setPen(QPen(theme.colour("quiet_text"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), RADIUS - 1, RADIUS - 1)
        painter.end()


class ColourControl(QWidget):
    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._panel: ColourPanel | None = None
        pair = QWidget()
        pair.setFixedSize(SWATCH + 3 * SPACE, SWATCH + 3 * SPACE)
        self.background = Swatch(tools=tools, is_foreground=False)
        self.foreground = Swatch(tools=tools, is_foreground=True)
        self.background.setParent(pair)
        self.foreground.setParent(pair)
        self.background.move(3 * SPACE, 3 * SPACE)
        self.foreground.move(0, 0)
        self.foreground.raise_()
        self.swap = icon_button("arrow-left-right", "")
        set_dense(self.swap)
        self.swap.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(pair, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.swap, 0, Qt.AlignmentFlag.AlignHCenter)
        self.foreground.clicked.connect(lambda: self.open_panel(is_foreground=True))
        self.background.clicked.connect(lambda: self.open_panel(is_foreground=False))
        self.swap.clicked.connect(tools.swap_colours)
        self._name()

    def open_panel(self, *, is_foreground: bool) -> ColourPanel:
        """Beside the swatch, above everything; it closes by a click outside of it or Esc."""
        if self._panel is not None:
            self._panel.close()
        tools = self._tools
        panel = ColourPanel(
            colour=tools.foreground if is_foreground else tools.background,
            parent=self,
        )
        panel.colour_changed.connect(tools.set_foreground if is_foreground else tools.set_background)
        panel.closed.connect(self._forget_panel)
        self._panel = panel
        panel.show_beside(self.foreground if is_foreground else self.background)
        return panel

    def _forget_panel(self) -> None:
        if self._panel is not None:
            self._panel.deleteLater()
            self._panel = None

    def _name(self) -> None:
        text = tr("Swap the colours")
        self.swap.setAccessibleName(text)
        self.swap.setToolTip(f"{text} (X)")
        self.foreground.refresh()
        self.background.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
