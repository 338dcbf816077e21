"""File dialogs and the page of a new picture. All of them open without blocking the loop."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.files import DOCUMENT_ENDING, OPENABLE_ENDINGS
from desktop.canvas.views.adjustment_dialogs import AdjustmentDialogs
from desktop.canvas.views.export_dialog import ExportDialog
from desktop.canvas.views.page_dialogs import PageDialogs
from desktop.canvas.views.parts import name_buttons
from desktop.canvas.views.selection_dialogs import SelectionDialogs
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr

LARGEST_SIDE = 16384
DEFAULT_SIDE = 512


class DocumentDialogs:
    """What menus and the empty canvas ask for; `window` is above what the dialogs lie."""

    def __init__(self, *, viewmodel: CanvasViewModel, window: QWidget, side: int = DEFAULT_SIDE) -> None:
        self._viewmodel = viewmodel
        self._window = window
        self._side = side
        self.selection = SelectionDialogs(selecting=viewmodel.selecting, window=window)
        self.pages = PageDialogs(viewmodel=viewmodel, window=window)
        self.adjustments = AdjustmentDialogs(adjusting=viewmodel.adjusting, window=window)

    def new(self) -> QDialog:
        dialog = NewPictureDialog(self._window, side=self._side)
        dialog.accepted.connect(
            lambda: self._viewmodel.tasks.start(
                self._viewmodel.files.new(dialog.page_width.value(), dialog.page_height.value())
            )
        )
        dialog.open()
        return dialog

    def open(self) -> QFileDialog:
        patterns = " ".join(f"*{ending}" for ending in OPENABLE_ENDINGS)
        return self._ask(
            tr("Open a picture"),
            tr("Pictures ({patterns})", patterns=patterns),
            accept=self._viewmodel.files.open,
        )

    def save(self) -> QFileDialog | None:
        """Save to the document's own file; asks for one only if it has none."""
        files = self._viewmodel.files
        if files.needs_file:
            return self.save_as()
        self._viewmodel.tasks.start(files.save())
        return None

    def save_as(self) -> QFileDialog:
        return self._ask(
            tr("Save as"),
            tr("OpenRaster, with layers and recipes (*.ora)"),
            accept=self._viewmodel.files.save_as,
            ending=DOCUMENT_ENDING,
        )

    def export(self) -> QDialog:
        """First how, then the name."""
        dialog = ExportDialog(
            self._window, exporting=self._viewmodel.exporting, export=self.ask_for_export_name
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def ask_for_export_name(self) -> QFileDialog:
        exporting, files = self._viewmodel.exporting, self._viewmodel.files
        options, layered = exporting.options, exporting.layered

        async def export(file: Path) -> None:
            if layered:
                await files.export_layers(file, marked=options.marked)
            else:
                await files.export(file, options)

        return self._ask(
            tr("Export"),
            tr("Pictures ({patterns})", patterns=f"*{exporting.ending}"),
            accept=export,
            ending=exporting.ending,
        )

    def _ask(
        self,
        title: str,
        name_filter: str,
        *,
        accept: Callable[[Path], Coroutine[Any, Any, None]],
        ending: str = "",
    ) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(name_filter)
        if ending:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(ending.lstrip("."))
            dialog.selectFile(self._viewmodel.files.title)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._viewmodel.tasks.start(accept(Path(name))))
        dialog.open()
        return dialog


class NewPictureDialog(QDialog):
    def __init__(self, parent: QWidget, *, side: int) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New picture"))
        self.page_width = _side_box(tr("Width in pixels"), side)
        self.page_height = _side_box(tr("Height in pixels"), side)
        form = QFormLayout()
        form.setHorizontalSpacing(3 * SPACE)
        form.setVerticalSpacing(2 * SPACE)
        form.addRow(tr("Width"), self.page_width)
        form.addRow(tr("Height"), self.page_height)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        name_buttons(self.buttons, accept=tr("Create"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(4 * SPACE)
        column.addLayout(form)
        column.addWidget(self.buttons)


def _side_box(name: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(16, LARGEST_SIDE)
    box.setSingleStep(8)
    box.setValue(value)
    box.setSuffix(" px")
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box
