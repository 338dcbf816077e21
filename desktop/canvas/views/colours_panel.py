"""The colour to paint with: by wheel, by numbers, by code, from the palette or from what was used last."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.viewmodels.palette import Palette
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.colour_wheel import ColourWheel
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import FOCUS_RING, SPACE, set_dense, set_role, theme_of
from desktop.widgets.translations import tr

SWATCH = 5 * SPACE


class SwatchGrid(QWidget):
    """Small squares of colour; a click takes one, arrow keys walk, Delete removes where that is allowed."""

    picked = Signal(str)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def names(self) -> tuple[str, ...]:
        return self._names

    def show_names(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._current = min(self._current, max(len(names) - 1, 0))
        self.setVisible(bool(names))
        self.updateGeometry()
        self.update()

    def set_text(self, name: str, tip: str) -> None:
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def sizeHint(self) -> QSize:
        return QSize(12 * SWATCH, self.heightForWidth(max(self.width(), 12 * SWATCH)))

    def heightForWidth(self, width: int) -> int:
        columns = max(1, width // SWATCH)
        return max(1, -(-len(self._names) // columns)) * SWATCH

    def cell(self, number: int) -> QRect:
        columns = max(1, self.width() // SWATCH)
        return QRect(number % columns * SWATCH, number // columns * SWATCH, SWATCH, SWATCH)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().toPoint())
        if number is None:
            return
        self._current = number
        if event.button() == Qt.MouseButton.RightButton:
            self.removed.emit(self._names[number])
        else:
            self.picked.emit(self._names[number])
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = max(1, self.width() // SWATCH)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if key in steps and self._names:
            self._current = min(max(self._current + steps[key], 0), len(self._names) - 1)
            self.update()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._names:
            self.picked.emit(self._names[self._current])
        elif key == Qt.Key.Key_Delete and self._names:
            self.removed.emit(self._names[self._current])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        for number, name in enumerate(self._names):
            cell = self.cell(number).adjusted(1, 1, -2, -2)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.setBrush(QColor(name))
            painter.drawRect(cell)
            if number == self._current and self.hasFocus():
                painter.setPen(QPen(theme.colour("ring"), FOCUS_RING))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell)
        painter.end()

    def _number_at(self, at: QPoint) -> int | None:
        return next((number for number in range(len(self._names)) if self.cell(number).contains(at)), None)


class ColoursPanel(QWidget):
    def __init__(self, *, tools: ToolsViewModel, palette: Palette) -> None:
        super().__init__()
        self._tools = tools
        self._palette = palette
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.wheel = ColourWheel()
        self.model = QComboBox()
        set_dense(self.model)
        self.code = QLineEdit()
        self.code.setMaxLength(7)
        set_dense(self.code)
        self.sliders = [compact_slider(minimum=0, maximum=255) for _ in range(3)]
        self.recent, self.swatches = SwatchGrid(), SwatchGrid()
        self._recent_caption, self._swatches_caption = QLabel(), QLabel()
        for caption in (self._recent_caption, self._swatches_caption):
            set_role(caption, "small")
        self.add = icon_button("plus", "")
        set_dense(self.add)
        self._lay_out()
        self.wheel.colour_changed.connect(tools.set_foreground)
        self.code.editingFinished.connect(self._take_code)
        self.model.activated.connect(self._show_model)
        for slider in self.sliders:
            slider.value_changed.connect(self._take_sliders)
        for grid in (self.recent, self.swatches):
            grid.picked.connect(lambda name: tools.set_foreground(QColor(name)))
        self.swatches.removed.connect(palette.remove)
        self.add.clicked.connect(lambda: palette.keep(tools.foreground))
        tools.colours_changed.connect(self.refresh)
        palette.changed.connect(self._show_palette)
        self._name()
        self._show_palette()

    def refresh(self) -> None:
        colour = self._tools.foreground
        self.wheel.set_colour(colour)
        self.code.setText(colour.name())
        for slider, value in zip(self.sliders, self._parts(colour), strict=True):
            slider.set_value(value)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    @property
    def _is_hsv(self) -> bool:
        return bool(self.model.currentData() == "hsv")

    def _parts(self, colour: QColor) -> tuple[int, int, int]:
        if not self._is_hsv:
            return colour.red(), colour.green(), colour.blue()
        wheel = self.wheel.colour
        hue = max(wheel.hsvHue(), 0)
        return hue, round(colour.hsvSaturationF() * 100), round(colour.valueF() * 100)

    def _take_sliders(self) -> None:
        first, second, third = (round(slider.value()) for slider in self.sliders)
        if self._is_hsv:
            colour = QColor.fromHsvF(min(first / 360, 0.9999), second / 100, third / 100)
        else:
            colour = QColor(first, second, third)
        self._tools.set_foreground(colour)

    def _take_code(self) -> None:
        text = self.code.text().strip().removeprefix("#")
        colour = QColor(f"#{text}")
        if colour.isValid():
            self._tools.set_foreground(colour)
        self.refresh()

    def _show_model(self, *_row: int) -> None:
        ranges: tuple[tuple[str, int], ...]
        if self._is_hsv:
            ranges = ((tr("Hue"), 359), (tr("Saturation"), 100), (tr("Brightness"), 100))
        else:
            ranges = ((tr("Red"), 255), (tr("Green"), 255), (tr("Blue"), 255))
        for slider, (text, most) in zip(self.sliders, ranges, strict=True):
            slider.set_range(0, most)
            slider.set_text(text)
        self.refresh()

    def _show_palette(self) -> None:
        self.recent.show_names(self._palette.recent)
        self._recent_caption.setVisible(bool(self._palette.recent))
        self.swatches.show_names(self._palette.swatches)

    def _lay_out(self) -> None:
        numbers = QHBoxLayout()
        numbers.setSpacing(2 * SPACE)
        numbers.addWidget(self.model)
        numbers.addWidget(self.code, 1)
        heading = QHBoxLayout()
        heading.addWidget(self._swatches_caption, 1)
        heading.addWidget(self.add)
        content = QWidget()
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content.setProperty("surface", "panel")
        column = QVBoxLayout(content)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.wheel, 1)
        column.addLayout(numbers)
        for slider in self.sliders:
            column.addWidget(slider)
        column.addWidget(self._recent_caption)
        column.addWidget(self.recent)
        column.addLayout(heading)
        column.addWidget(self.swatches)
        # A low panel scrolls, so that it does not take the room of those above it.
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _name(self) -> None:
        self.setAccessibleName(tr("Colours"))
        self.wheel.name()
        for value, text in (("rgb", "RGB"), ("hsv", "HSV")):
            if self.model.findData(value) < 0:
                self.model.addItem(text, value)
        _named(self.model, tr("Numbers of the colour"))
        _named(self.code, tr("Colour as a code"))
        _named(self.add, tr("Keep the colour in the palette"))
        self._recent_caption.setText(tr("Used last"))
        self._swatches_caption.setText(tr("Palette"))
        self.recent.set_text(tr("Colours used last"), tr("Click to paint with the colour"))
        self.swatches.set_text(
            tr("Palette"), tr("Click to paint with the colour; the right button or Delete removes it")
        )
        self._show_model()


def _named(control: QWidget, text: str) -> None:
    control.setAccessibleName(text)
    control.setToolTip(text)
