"""One window for every adjustment: its settings, a switch for the preview, and two ways out. The canvas stays alive."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from desktop.canvas.viewmodels.adjusting import Adjusting
from desktop.canvas.views.adjustment_settings import (
    BalanceSettings,
    CurvesSettings,
    LevelsSettings,
    Settings,
    blur_settings,
    contrast_settings,
    hue_settings,
    noise_settings,
    posterise_settings,
    sharpen_settings,
    threshold_settings,
)
from desktop.canvas.views.parts import name_buttons
from desktop.widgets.theme import PANEL_WIDTH, SPACE
from desktop.widgets.translations import tr

MAKERS: dict[str, Callable[[Adjusting], Settings]] = {
    "levels": LevelsSettings,
    "curves": CurvesSettings,
    "hue": hue_settings,
    "contrast": contrast_settings,
    "balance": BalanceSettings,
    "posterise": posterise_settings,
    "threshold": threshold_settings,
    "blur": blur_settings,
    "sharpen": sharpen_settings,
    "noise": noise_settings,
}


class AdjustmentDialogs:
    """`window` is above what the dialogs lie."""

    def __init__(self, *, adjusting: Adjusting, window: QWidget) -> None:
        self._adjusting = adjusting
        self._window = window

    def ask(self, name: str) -> "AdjustmentDialog | None":
        """None where nothing can be adjusted; the reason is told."""
        if not self._adjusting.begin():
            return None
        settings = MAKERS[name](self._adjusting)
        dialog = AdjustmentDialog(self._window, adjusting=self._adjusting, settings=settings)
        dialog.show()
        return dialog


class AdjustmentDialog(QDialog):
    def __init__(self, parent: QWidget, *, adjusting: Adjusting, settings: Settings) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.settings = settings
        self._adjusting = adjusting
        self._accepted = False
        self.setWindowTitle(tr(settings.adjustment.label))
        self.setMinimumWidth(PANEL_WIDTH + 20 * SPACE)
        self.preview = QCheckBox(tr("Preview"))
        self.preview.setAccessibleName(tr("Preview"))
        self.preview.setToolTip(tr("Show the change on the canvas"))
        self.preview.setChecked(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        name_buttons(self.buttons, accept=tr("Apply"))
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(settings)
        column.addWidget(self.preview)
        column.addWidget(self.buttons)
        settings.changed.connect(self._try)
        self.preview.toggled.connect(self._try)
        self.buttons.accepted.connect(self._apply)
        self.buttons.rejected.connect(self.reject)
        adjusting.ended.connect(self._on_ended)
        self._try()

    def _try(self) -> None:
        self._adjusting.show(self.settings.adjustment if self.preview.isChecked() else None)

    def _apply(self) -> None:
        self._accepted = True
        self._adjusting.accept(self.settings.adjustment)
        self.accept()

    def _on_ended(self) -> None:
        """The document is gone, or undo took the adjustment back."""
        self._accepted = True
        self.close()

    def done(self, result: int) -> None:
        if not self._accepted:
            self._accepted = True
            self._adjusting.cancel()
        super().done(result)
