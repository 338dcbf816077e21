"""The size of the canvas and of the picture, asked without blocking the loop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.transforming.resampling import Resampling
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.parts import name_buttons
from desktop.widgets.theme import CONTROL_HEIGHT, SPACE
from desktop.widgets.translations import tr

LARGEST_SIDE = 16384


class PageDialogs:
    """`window` is above what the dialogs lie."""

    def __init__(self, *, viewmodel: CanvasViewModel, window: QWidget) -> None:
        self._viewmodel = viewmodel
        self._window = window

    def canvas_size(self) -> "CanvasSizeDialog | None":
        document = self._viewmodel.current.document
        if document is None:
            return None
        dialog = CanvasSizeDialog(self._window, width=document.width, height=document.height)
        dialog.accepted.connect(
            lambda: self._viewmodel.paging.resize_canvas(
                dialog.page_width.value(), dialog.page_height.value(), dialog.anchor
            )
        )
        dialog.open()
        return dialog

    def picture_size(self) -> "PictureSizeDialog | None":
        document = self._viewmodel.current.document
        if document is None:
            return None
        dialog = PictureSizeDialog(self._window, width=document.width, height=document.height)
        dialog.accepted.connect(
            lambda: self._viewmodel.paging.resize_picture(
                dialog.page_width.value(), dialog.page_height.value(), dialog.chosen_method
            )
        )
        dialog.open()
        return dialog


class _SizeDialog(QDialog):
    """Width and height, and what a kind of its own adds to `form`."""

    def __init__(self, parent: QWidget, *, title: str, width: int, height: int) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.page_width, self.page_height = (
            _side(tr("Width in pixels"), width),
            _side(tr("Height in pixels"), height),
        )
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(3 * SPACE)
        self.form.setVerticalSpacing(2 * SPACE)
        self.form.addRow(tr("Width"), self.page_width)
        self.form.addRow(tr("Height"), self.page_height)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        name_buttons(self.buttons, accept=tr("Apply"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(4 * SPACE)
        column.addLayout(self.form)
        column.addWidget(self.buttons)


class CanvasSizeDialog(_SizeDialog):
    def __init__(self, parent: QWidget, *, width: int, height: int) -> None:
        super().__init__(parent, title=tr("Canvas size"), width=width, height=height)
        self._anchors = QButtonGroup(self)
        grid_box = QWidget()
        grid = QGridLayout(grid_box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE // 2)
        for place, name in enumerate(_anchor_names()):
            button = QToolButton()
            button.setCheckable(True)
            button.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
            button.setAccessibleName(name)
            button.setToolTip(name)
            self._anchors.addButton(button, place)
            grid.addWidget(button, place // 3, place % 3)
        grid.setColumnStretch(3, 1)
        self._anchors.button(4).setChecked(True)
        self.form.addRow(tr("What stays"), grid_box)

    @property
    def anchor(self) -> tuple[float, float]:
        place = self._anchors.checkedId()
        return place % 3 / 2, place // 3 / 2

    def choose_anchor(self, column: int, row: int) -> None:
        self._anchors.button(3 * row + column).setChecked(True)


class PictureSizeDialog(_SizeDialog):
    def __init__(self, parent: QWidget, *, width: int, height: int) -> None:
        super().__init__(parent, title=tr("Picture size"), width=width, height=height)
        self._ratio = width / height
        self.keep_ratio = QCheckBox(tr("Keep the ratio"))
        self.keep_ratio.setAccessibleName(tr("Keep the ratio"))
        self.keep_ratio.setChecked(True)
        self.method = QComboBox()
        for method, text in _method_names().items():
            self.method.addItem(text, method)
        self.method.setCurrentIndex(2)
        self.method.setAccessibleName(tr("Resampling"))
        self.form.addRow("", self.keep_ratio)
        self.form.addRow(tr("Resampling"), self.method)
        self.page_width.valueChanged.connect(
            lambda value: self._follow(self.page_height, value / self._ratio)
        )
        self.page_height.valueChanged.connect(
            lambda value: self._follow(self.page_width, value * self._ratio)
        )

    @property
    def chosen_method(self) -> Resampling:
        return Resampling(self.method.currentData())

    def _follow(self, other: QSpinBox, value: float) -> None:
        if self.keep_ratio.isChecked():
            other.blockSignals(True)
            other.setValue(round(value))
            other.blockSignals(False)


def _method_names() -> dict[Resampling, str]:
    return {
        Resampling.NEAREST: tr("Nearest (hard pixels)"),
        Resampling.BILINEAR: tr("Bilinear"),
        Resampling.BICUBIC: tr("Bicubic"),
        Resampling.LANCZOS: tr("Lanczos (sharpest)"),
    }


def _anchor_names() -> tuple[str, ...]:
    return (
        tr("Top left"),
        tr("Top"),
        tr("Top right"),
        tr("Left"),
        tr("Middle"),
        tr("Right"),
        tr("Bottom left"),
        tr("Bottom"),
        tr("Bottom right"),
    )


def _side(name: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, LARGEST_SIDE)
    box.setValue(value)
    box.setSuffix(" px")
    box.setKeyboardTracking(False)
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box
