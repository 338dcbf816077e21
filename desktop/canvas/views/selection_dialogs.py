"""By how much a selection grows, shrinks or softens: one number, asked without blocking the loop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QVBoxLayout, QWidget

from desktop.canvas.selection_growth import LARGEST_RADIUS
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.views.parts import name_buttons
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr

USUAL_RADIUS = 8.0


class SelectionDialogs:
    """`window` is above what the dialogs lie. Each kind of change remembers its last number."""

    def __init__(self, *, selecting: Selecting, window: QWidget) -> None:
        self._selecting = selecting
        self._window = window
        self._radii: dict[str, float] = {}

    def ask_radius(self, label: str) -> "RadiusDialog":
        dialog = RadiusDialog(self._window, label=label, radius=self._radii.get(label, USUAL_RADIUS))
        dialog.accepted.connect(lambda: self._change(label, dialog.radius.value()))
        dialog.open()
        return dialog

    def _change(self, label: str, radius: float) -> None:
        self._radii[label] = radius
        self._selecting.grow(label, radius)


class RadiusDialog(QDialog):
    def __init__(self, parent: QWidget, *, label: str, radius: float) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr(label))
        name = tr("Width") if label == "Border selection" else tr("Radius")
        self.radius = QDoubleSpinBox()
        self.radius.setRange(0.5, LARGEST_RADIUS)
        self.radius.setDecimals(1)
        self.radius.setValue(radius)
        self.radius.setSuffix(" px")
        self.radius.setAccessibleName(name)
        self.radius.setToolTip(name)
        self.radius.selectAll()
        form = QFormLayout()
        form.setHorizontalSpacing(3 * SPACE)
        form.addRow(name, self.radius)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        name_buttons(self.buttons, accept=tr("Apply"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(4 * SPACE)
        column.addLayout(form)
        column.addWidget(self.buttons)
