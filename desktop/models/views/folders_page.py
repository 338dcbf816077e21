"""The folders that are looked into: the studio's own, those that the artist named, and the Hub's cache."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.models.viewmodel import ModelList
from desktop.widgets.icons import icon
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

READING_WIDTH = 160 * SPACE


class FoldersPage(QScrollArea):
    add_folder_asked = Signal()

    def __init__(self, models: ModelList) -> None:
        super().__init__()
        self._models = models
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Folders"))
        self.add_folder = QPushButton()
        self.open_folder = QPushButton()
        models.folders_changed.connect(lambda _: self.fill())
        models.entries_changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * SPACE, 2 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(2 * SPACE)
        text = QLabel(
            tr(
                "Models are used where they lie, and nothing is copied. Add the folder of A1111, Forge or ComfyUI "
                "as a whole: where it keeps its models is recognised."
            )
        )
        text.setWordWrap(True)
        text.setMaximumWidth(READING_WIDTH)
        set_role(text, "quiet")
        column.addWidget(text)
        models = self._models
        column.addWidget(self._row(models.own_folder, tr("Your own: downloads come here")))
        for folder in models.added_folders:
            column.addWidget(self._row(folder, tr("Added"), removable=True))
        if models.hub_cache is not None:
            column.addWidget(
                self._row(models.hub_cache, tr("Hugging Face's cache, shared with other programs"))
            )
        buttons = QHBoxLayout()
        self.add_folder = QPushButton(icon("plus"), tr("Add a folder…"))
        self.open_folder = QPushButton(icon("folder-open"), tr("Open your own"))
        self.open_folder.clicked.connect(models.prepare_own_folder)
        for button in (self.add_folder, self.open_folder):
            button.setAccessibleName(button.text())
            button.setToolTip(button.text())
            buttons.addWidget(button)
        self.add_folder.clicked.connect(self.add_folder_asked)
        buttons.addStretch()
        column.addLayout(buttons)
        column.addStretch()
        self.setWidget(content)

    def _row(self, folder: Path, what: str, *, removable: bool = False) -> QWidget:
        """Its number of models tells at once whether anything was found in it."""
        row = QFrame()
        row.setProperty("surface", "panel")
        row.setMaximumWidth(READING_WIDTH)
        row.setAccessibleName(f"{folder}, {what}")
        found = self._models.found_in.get(folder, 0)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        about = QLabel(tr("{what}  ·  {count} found", what=what, count=self.locale().toString(found)))
        set_role(about, "quiet")
        texts.addWidget(ElidedLabel(str(folder)))
        texts.addWidget(about)
        line = QHBoxLayout(row)
        line.setContentsMargins(3 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        line.addLayout(texts, 1)
        if removable:
            button = icon_button("x", tr("Don't look into this folder any more"))
            button.clicked.connect(partial(self._remove, folder))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _remove(self, folder: Path, _checked: object = None) -> None:
        self._models.remove_folder(folder)
