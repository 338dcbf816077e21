"""Where chosen pictures are copied to, and under what names."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from desktop.library.naming import DEFAULT_PATTERN, FIELDS, exported_name
from desktop.library.picture import LibraryPicture
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.errors import InvalidRequestError

_WIDTH = 120 * SPACE


class ExportDialog(QDialog):
    def __init__(
        self, parent: QWidget, *, first: LibraryPicture, count: int, accept: Callable[[Path, str], object]
    ) -> None:
        super().__init__(parent)
        self._first = first
        self.setWindowTitle(tr("Copy {count} pictures", count=count))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.folder = QLineEdit(str(Path.home()))
        self.folder.setAccessibleName(tr("Folder"))
        browse = QPushButton(tr("Choose…"))
        browse.clicked.connect(self._browse)
        self.pattern = QLineEdit(DEFAULT_PATTERN)
        self.pattern.setAccessibleName(tr("Names"))
        self.pattern.setToolTip(" ".join(f"{{{name}}}" for name in FIELDS))
        self.pattern.textChanged.connect(self._show_example)
        self.example = QLabel()
        self.example.setWordWrap(True)
        set_role(self.example, "quiet")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.accept_button, "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: accept(Path(self.folder.text()), self.pattern.text()))
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(browse)
        form = QFormLayout(self)
        form.setSpacing(3 * SPACE)
        form.addRow(tr("Folder"), folder)
        form.addRow(tr("Names"), self.pattern)
        form.addRow("", self.example)
        form.addRow(buttons)
        self._show_example()

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr("Folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _show_example(self) -> None:
        try:
            name = exported_name(self.pattern.text(), self._first, number=1, zone=None)
        except InvalidRequestError as error:
            self.example.setText(f"{error.report.text} {error.report.advice_text}")
            self.accept_button.setEnabled(False)
        else:
            self.example.setText(tr("For example {name}", name=f"{name}{self._first.file.suffix}"))
            self.accept_button.setEnabled(True)
