"""Before and after: a line over the shown result that the artist draws to and fro."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from desktop.generation.staging import Staging
from desktop.generation.views.rows import name_control
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr

STEPS = 1000
WIDTH = 40 * SPACE


class CompareSlider(QWidget):
    """The button starts and ends the comparison, in the middle; the slider is there as long as it lasts."""

    def __init__(self, parent: QWidget | None = None, *, staging: Staging) -> None:
        super().__init__(parent)
        self._staging = staging
        self.button = icon_button("square-split-horizontal", tr("Compare with the picture"), checkable=True)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setFixedWidth(WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.button)
        row.addWidget(self.slider)
        self.button.clicked.connect(lambda on: staging.compare(0.5 if on else None))
        self.slider.valueChanged.connect(lambda value: staging.compare(value / STEPS))
        staging.split_changed.connect(self._show)
        staging.current_changed.connect(self._end_with_last)
        self._name()
        self._show(staging.split)

    def _name(self) -> None:
        name_control(
            self.button,
            tr("Compare with the picture"),
            tr("Show the picture as it is beside the result, with a line between them"),
        )
        name_control(self.slider, tr("Where the line lies"), tr("Left of the line is the picture as it is"))

    def _show(self, split: float | None) -> None:
        self.button.setChecked(split is not None)
        self.slider.setVisible(split is not None)
        if split is not None:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(split * STEPS))

    def _end_with_last(self, candidate: object) -> None:
        if candidate is None:
            self._staging.compare(None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
