"""Which models are here, and how to bring another."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.models.viewmodel import ModelList
from desktop.models.words import facts
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.icons import icon
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr, tr_advice, tr_message
from shared.contracts.errors import ErrorReport
from shared.contracts.models import ModelDescription

READING_WIDTH = 180 * SPACE


class ModelsView(QWidget):
    def __init__(self, parent: QWidget | None = None, *, models: ModelList) -> None:
        super().__init__(parent)
        self._models = models
        self.setObjectName("models_view")
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self)
        set_role(self._title, "title")
        self._help = QLabel(self)
        self._help.setWordWrap(True)
        set_role(self._help, "quiet")
        self.open_folder = QPushButton(icon("folder-open"), "", self)
        self.add_folder = QPushButton(icon("plus"), "", self)
        self.look_again = QPushButton(icon("refresh-cw"), "", self)
        self.error = ErrorLine(self)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.viewport().setAutoFillBackground(False)
        self._lay_out()
        self.open_folder.clicked.connect(models.prepare_own_folder)
        self.add_folder.clicked.connect(self.choose_folder)
        self.look_again.clicked.connect(models.look_again)
        models.models_changed.connect(self._fill)
        models.looking_changed.connect(self._show_looking)
        models.own_folder_ready.connect(_open_outside)
        models.failed.connect(self._show_error)
        self._write_texts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()

    def choose_folder(self) -> None:
        dialog = QFileDialog(self, tr("Add a folder with models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._models.add_folder(Path(folder)))
        dialog.open()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * SPACE)
        for button in (self.open_folder, self.add_folder, self.look_again):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(3 * SPACE)
        for part in (self._title, self._help):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addWidget(self.error)
        column.addWidget(self._scroll, 1)
        holder = QWidget(self)
        holder.setLayout(column)
        holder.setMaximumWidth(READING_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(6 * SPACE, 6 * SPACE, 6 * SPACE, 0)
        row.addStretch(1)
        row.addWidget(holder, 100)
        row.addStretch(1)

    def _write_texts(self) -> None:
        self._title.setText(tr("Models"))
        self._help.setText(
            tr(
                "To paint larger and richer pictures, put a Stable Diffusion model (1, 2 or XL) into the models folder: "
                "a .safetensors file, or a folder in the layout of diffusers. Then look again. Models that "
                "already lie elsewhere can stay there: add their folder, and nothing is copied."
            )
        )
        for button, name, tip in (
            (self.open_folder, tr("Open the models folder"), str(self._models.own_folder)),
            (self.add_folder, tr("Add folder…"), tr("Use models where they lie already")),
            (self.look_again, tr("Look again"), tr("Read the folders anew")),
        ):
            button.setText(name)
            button.setAccessibleName(name)
            button.setToolTip(tip)
        self._fill()

    def _fill(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 2 * SPACE, 6 * SPACE)
        column.setSpacing(2 * SPACE)
        if not self._models.models:
            nothing = QLabel(tr("No model was found yet."))
            set_role(nothing, "quiet")
            column.addWidget(nothing)
        for model in self._models.models:
            column.addWidget(ModelRow(model))
        if self._models.problems:
            column.addSpacing(2 * SPACE)
            column.addWidget(QLabel(tr("These can't be used")))
        for problem in self._models.problems:
            column.addWidget(ProblemRow(problem))
        if self._models.added_folders:
            column.addSpacing(2 * SPACE)
            column.addWidget(QLabel(tr("Added folders")))
        for folder in self._models.added_folders:
            column.addWidget(FolderRow(folder, remove=self._models.remove_folder))
        column.addStretch(1)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)

    def _show_looking(self, is_looking: bool) -> None:  # noqa: FBT001 - Qt's signal passes it so
        self.look_again.setEnabled(not is_looking)
        self.look_again.setText(tr("Looking…") if is_looking else tr("Look again"))

    def _show_error(self, report: ErrorReport) -> None:
        self.error.show_error(report)


class ModelRow(QFrame):
    """Its name, what it is, and where it lies."""

    def __init__(self, model: ModelDescription) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        name = QLabel(model.name)
        what = QLabel(facts(model))
        set_role(what, "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(0)
        column.addWidget(name)
        column.addWidget(what)
        column.addWidget(ElidedLabel(str(model.path), quiet=True))
        self.setAccessibleName(f"{model.name}, {what.text()}")


class ProblemRow(QFrame):
    """Why a file is no model that can be used, and what to do about it."""

    def __init__(self, report: ErrorReport) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(0)
        for text, role in ((tr_message(report), "danger"), (tr_advice(report), "quiet")):
            if text:
                label = QLabel(text)
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                label.setProperty("role", role)
                column.addWidget(label)
        self.setAccessibleName(tr_message(report))


class FolderRow(QWidget):
    def __init__(self, folder: Path, *, remove: Callable[[Path], None]) -> None:
        super().__init__()
        button = icon_button("x", tr("Don't look into this folder any more"))
        button.clicked.connect(lambda: remove(folder))
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, 0, 0, 0)
        row.addWidget(ElidedLabel(str(folder)), 1)
        row.addWidget(button)


def _open_outside(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
