"""Small widgets that several rooms need."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.widgets.icons import icon, icon_pixmap
from desktop.widgets.theme import ICON_SIZE, LARGE_ICON_SIZE, SPACE, set_role, theme_of


def icon_button(name: str, text: str, *, shortcut: str = "", checkable: bool = False) -> QToolButton:
    """A button with an icon alone; `text` is its tooltip and accessible name."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
    button.setCheckable(checkable)
    button.setAccessibleName(text)
    button.setToolTip(f"{text} ({shortcut})" if shortcut else text)
    return button


class ElidedLabel(QWidget):
    """One line of text that is cut in the middle when there is no room; the tooltip has all of it."""

    def __init__(
        self, text: str = "", *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, quiet: bool = False
    ) -> None:
        super().__init__()
        self._text = ""
        self._mode = mode
        self._quiet = quiet
        self.setText(text)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 2, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(SPACE * 6, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme_of(self).colour("quiet_text" if self._quiet else "text"))
        text = self.fontMetrics().elidedText(self._text, self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)
        painter.end()


SHORTEST_GROOVE = 8 * SPACE


class LabelledSlider(QWidget):
    """A name, a slider and a number that say the same value. A person's change is told, `set_value` is not."""

    value_changed = Signal(float)
    editing_finished = Signal()

    def __init__(
        self,
        text: str,
        *,
        minimum: float,
        maximum: float,
        step: float = 1.0,
        decimals: int = 0,
        suffix: str = "",
    ) -> None:
        super().__init__()
        self._step = step
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(round(minimum / step), round(maximum / step))
        self._number = QDoubleSpinBox()
        self._number.setRange(minimum, maximum)
        self._number.setSingleStep(step)
        self._number.setDecimals(decimals)
        self._number.setSuffix(suffix)
        self._number.setKeyboardTracking(False)
        self._number.setFixedWidth(SPACE * 17)
        self._number.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._label = QLabel()
        self._label.setBuddy(self._number)
        self.set_text(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._label)
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self._slider.valueChanged.connect(self._slid)
        self._slider.sliderReleased.connect(self.editing_finished)
        self._number.valueChanged.connect(self._typed)
        self._number.editingFinished.connect(self.editing_finished)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where a groove would be too short to hit a value, the number alone is better."""
        super().resizeEvent(event)
        others = self._label.sizeHint().width() + self._number.width() + 4 * SPACE
        self._slider.setVisible(event.size().width() - others >= SHORTEST_GROOVE)

    def set_text(self, text: str, tooltip: str = "") -> None:
        self._label.setText(text)
        for control in (self._slider, self._number):
            control.setAccessibleName(text)
            control.setToolTip(tooltip or text)

    def set_range(self, minimum: float, maximum: float) -> None:
        """Other ends; nobody is told if the value had to move."""
        for control in (self._slider, self._number):
            control.blockSignals(True)
        self._slider.setRange(round(minimum / self._step), round(maximum / self._step))
        self._number.setRange(minimum, maximum)
        for control in (self._slider, self._number):
            control.blockSignals(False)

    def value(self) -> float:
        return self._number.value()

    def set_value(self, value: float) -> None:
        self._show(value, told=False)

    def _slid(self, position: int) -> None:
        self._show(position * self._step, told=True)

    def _typed(self, value: float) -> None:
        self._show(value, told=True)

    def _show(self, value: float, *, told: bool) -> None:
        for control in (self._slider, self._number):
            control.blockSignals(True)
        self._slider.setValue(round(value / self._step))
        self._number.setValue(value)
        for control in (self._slider, self._number):
            control.blockSignals(False)
        if told:
            self.value_changed.emit(self._number.value())


class Fold(QWidget):
    """A heading that shows or hides what is below it."""

    toggled = Signal(bool)

    def __init__(self, text: str, content: QWidget, *, is_open: bool = False) -> None:
        super().__init__()
        self._content = content
        self._heading = QToolButton()
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setCheckable(False)
        self._heading.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self._heading.clicked.connect(lambda: self.set_open(is_open=not self.is_open()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(content)
        self.set_text(text)
        self._apply(is_open)

    def set_text(self, text: str) -> None:
        self._heading.setText(text)
        self._heading.setAccessibleName(text)
        self._heading.setToolTip(text)

    def is_open(self) -> bool:
        return not self._content.isHidden()

    def set_open(self, *, is_open: bool) -> None:
        if is_open != self.is_open():
            self._apply(is_open)
            self.toggled.emit(is_open)

    def _apply(self, is_open: bool) -> None:  # noqa: FBT001 - a private setter, read where it stands
        self._content.setVisible(is_open)
        self._heading.setIcon(icon("chevron-down" if is_open else "chevron-right"))


class EmptyState(QWidget):
    """What a view shows when it has nothing: what this is, and one thing to do."""

    def __init__(
        self,
        *,
        icon_name: str,
        title: str,
        text: str,
        button: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._run = run
        self._picture = QLabel()
        self._title = QLabel()
        set_role(self._title, "title")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setFixedWidth(SPACE * 90)
        set_role(self._text, "quiet")
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setSpacing(2 * SPACE)
        column.addStretch(2)
        for widget in (self._picture, self._title, self._text, self._button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._button.setVisible(bool(button))  # not before it has a parent: it would be a window of its own
        self.set_texts(title=title, text=text, button=button)

    def set_texts(self, *, title: str, text: str, button: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        # A wrapped label in a layout reports the height of a line that is not wrapped.
        self._text.setMinimumHeight(self._text.heightForWidth(SPACE * 90))
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setToolTip(button)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def _act(self) -> None:
        if self._run is not None:
            self._run()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture is taken anew when theme or screen changed since."""
        scale = self.devicePixelRatioF()
        fresh = icon_pixmap(self._icon_name, side=2 * LARGE_ICON_SIZE, scale=scale, role="quiet_text")
        if self._picture.pixmap().cacheKey() != fresh.cacheKey():
            self._picture.setPixmap(fresh)
        super().paintEvent(event)
