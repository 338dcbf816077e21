"""The brushes of the studio and the artist: to find, to take, to change and to keep."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.brushes.presets import BRUSHES_SUFFIX, Preset
from desktop.canvas.viewmodels.brushes import BrushList
from desktop.canvas.viewmodels.files import PICTURE_ENDINGS
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.brush_editor import BrushEditor
from desktop.canvas.views.brush_grid import BrushGrid
from desktop.canvas.views.brush_words import preset_name
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.icons import icon
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport


class BrushesPanel(QWidget):
    def __init__(self, *, brushes: BrushList, tools: ToolsViewModel, tasks: TaskOwner) -> None:
        super().__init__()
        self._brushes = brushes
        self._tasks = tasks
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        set_dense(self.search)
        self.edit = icon_button("sliders-horizontal", "", checkable=True)
        self.grid = BrushGrid(brushes=brushes)
        self.editor = BrushEditor(brushes=brushes, tools=tools, tasks=tasks)
        self.errors = ErrorLine()
        self.name_label = ElidedLabel(mode=Qt.TextElideMode.ElideRight)
        self.add = icon_button("plus", "")
        self.save = icon_button("save", "")
        self.reset = icon_button("undo", "")
        self.import_ = icon_button("folder-open", "")
        self.export = icon_button("file-output", "")
        self.delete = icon_button("trash-2", "")
        self._pages = QStackedWidget()
        self._lay_out()
        self.search.textChanged.connect(self.grid.found.search)
        self.edit.toggled.connect(self._show_editor)
        self.add.clicked.connect(self.save_as_new)
        self.save.clicked.connect(brushes.save_changes)
        self.reset.clicked.connect(brushes.reset)
        self.import_.clicked.connect(self.ask_import)
        self.export.clicked.connect(self.ask_export)
        self.delete.clicked.connect(lambda: brushes.delete(brushes.chosen_row))
        brushes.chosen_changed.connect(self.refresh)
        brushes.error_raised.connect(self.errors.show_error)
        brushes.preset_deleted.connect(self._offer_back)
        self._name()
        self.refresh()

    def refresh(self) -> None:
        chosen = self._brushes.chosen
        own = chosen is not None and chosen.own
        changed = self._brushes.is_changed
        self.save.setEnabled(own and changed)
        self.reset.setEnabled(changed)
        self.delete.setEnabled(own)
        self.export.setEnabled(chosen is not None)
        if chosen is None:
            self.name_label.setText(tr("A brush of your own making"))
        elif changed:
            self.name_label.setText(tr("{name} (changed)", name=preset_name(chosen)))
        else:
            self.name_label.setText(preset_name(chosen))

    def save_as_new(self) -> None:
        """Under a name that says where it comes from; F2 gives it another."""
        chosen = self._brushes.chosen
        self._brushes.save_as_new(
            tr("My {name}", name=preset_name(chosen)) if chosen is not None else tr("My brush")
        )

    def ask_import(self) -> QFileDialog:
        dialog = self._file_dialog(tr("Import brushes"))
        patterns = " ".join(f"*{ending}" for ending in (BRUSHES_SUFFIX, *PICTURE_ENDINGS))
        dialog.setNameFilter(tr("Brushes, and pictures as tips ({patterns})", patterns=patterns))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._tasks.start(self._brushes.import_file(Path(name))))
        dialog.open()
        return dialog

    def ask_export(self) -> QFileDialog:
        """The brush in hand alone, or all that a search has left."""
        rows = self.grid.shown_rows if self.search.text().strip() else (self._brushes.chosen_row,)
        dialog = self._file_dialog(tr("Export brushes"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(BRUSHES_SUFFIX.lstrip("."))
        dialog.fileSelected.connect(
            lambda name: self._tasks.start(self._brushes.export_file(Path(name), rows))
        )
        dialog.open()
        return dialog

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.refresh()
        super().changeEvent(event)

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(tr("Brushes ({patterns})", patterns=f"*{BRUSHES_SUFFIX}"))
        return dialog

    def _show_editor(self, *_checked: bool) -> None:
        shown = self.edit.isChecked()
        self._pages.setCurrentWidget(self.editor if shown else self.grid)
        self.search.setEnabled(not shown)

    def _offer_back(self, preset: Preset) -> None:
        report = ErrorReport(
            code="BRUSH_DELETED", message="The brush “{name}” was deleted.", values={"name": preset.name}
        )
        self.errors.show_notice(report, button=tr("Put it back"), run=lambda: self._brushes.put_back(preset))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(self.search, 1)
        top.addWidget(self.edit)
        set_dense(self.edit)
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self.editor)
        actions = QHBoxLayout()
        actions.setSpacing(SPACE // 2)
        for button in (self.add, self.save, self.reset):
            set_dense(button)
            actions.addWidget(button)
        actions.addStretch(1)
        for button in (self.import_, self.export, self.delete):
            set_dense(button)
            actions.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(top)
        column.addWidget(self.errors)
        column.addWidget(self._pages, 1)
        column.addWidget(self.name_label)
        column.addLayout(actions)

    def _name(self) -> None:
        self.setAccessibleName(tr("Brushes"))
        self.search.setPlaceholderText(tr("Find a brush"))
        self.search.setAccessibleName(tr("Find a brush"))
        self.edit.setIcon(icon("sliders-horizontal"))
        for button, text in (
            (self.edit, tr("Change the brush")),
            (self.add, tr("Keep this brush as one of your own")),
            (self.save, tr("Save the changes in this brush")),
            (self.reset, tr("As the brush was")),
            (self.import_, tr("Import brushes from a file, or a tip from a picture")),
            (self.export, tr("Export this brush, or all that are found, to a file")),
            (self.delete, tr("Delete this brush")),
        ):
            button.setAccessibleName(text)
            button.setToolTip(text)
