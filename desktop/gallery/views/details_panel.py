"""The chosen picture's recipe, and what can be done with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.gallery.recipe_text import Line, describe
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.gallery.views.history_tree import HistoryTree
from desktop.gallery.views.marks_editor import MarksEditor
from desktop.library.picture import LibraryPicture
from desktop.widgets.icons import icon
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import ICON_SIZE, PANEL_WIDTH, SPACE, set_role
from desktop.widgets.translations import tr


class DetailsPanel(QWidget):
    open_asked = Signal()
    file_asked = Signal()
    star_asked = Signal()
    trash_asked = Signal()
    restore_asked = Signal()
    part_asked = Signal(str)
    """Which RecipePart to use."""

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        super().__init__()
        self.setFixedWidth(PANEL_WIDTH)
        self._picture: LibraryPicture | None = None
        self.open_button = _button(tr("Open on canvas"), "brush", tr("Open on canvas (Enter)"))
        set_role(self.open_button, "primary")
        self.open_button.setIcon(icon("brush", role="on_accent"))
        self.settings_button = _button(
            tr("Use these settings"), "sliders-horizontal", tr("Fill the request with this picture's recipe")
        )
        self._parts = QMenu(self.settings_button)
        for text, part in (
            (tr("Everything"), "all"),
            (tr("The prompt"), "prompt"),
            (tr("The seed"), "seed"),
            (tr("Everything but the seed"), "remix"),
        ):
            self._parts.addAction(text, lambda part=part: self.part_asked.emit(part))
        self.settings_button.setMenu(self._parts)
        self.marks = MarksEditor()
        self.history = HistoryTree(thumbnails)
        self.file_button = _button(tr("Show file"), "folder-open", tr("Show the file in its folder"))
        self.restore_button = _button(tr("Restore"), "undo-2", tr("Bring it back from the trash"))
        self.star_button = icon_button("star", tr("Star"), shortcut="E", checkable=True)
        self.trash_button = icon_button("trash-2", tr("Move to the trash"), shortcut=tr("Del"))
        for button, signal in (
            (self.open_button, self.open_asked),
            (self.file_button, self.file_asked),
            (self.restore_button, self.restore_asked),
            (self.star_button, self.star_asked),
            (self.trash_button, self.trash_asked),
        ):
            button.clicked.connect(signal)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(3 * SPACE)
        self._stack = QStackedLayout(self)
        hint = QLabel(tr("Choose a picture to see how it was made."))
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(hint, "quiet")
        self._stack.addWidget(hint)
        self._stack.addWidget(self._content())

    def show_picture(self, picture: LibraryPicture | None) -> None:
        before, self._picture = self._picture, picture
        self._stack.setCurrentIndex(0 if picture is None else 1)
        if picture is None:
            return
        in_trash = picture.trashed_at is not None
        self.star_button.setChecked(picture.starred)
        self.star_button.setVisible(not in_trash)
        self.trash_button.setVisible(not in_trash)
        self.restore_button.setVisible(in_trash)
        self.settings_button.setEnabled(picture.recipe_text is not None)
        self.marks.show_picture(picture)
        if before is None or describe(before) != describe(picture):
            self._fill(describe(picture))

    def texts(self) -> str:
        """All that is told of the picture."""
        labels = self.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if not label.isHidden())

    def _content(self) -> QWidget:
        lines = QWidget()
        holder = QVBoxLayout(lines)
        holder.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        holder.addLayout(self._lines)
        holder.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(lines)
        # The panel's own colour shows through.
        scroll.viewport().setAutoFillBackground(False)
        lines.setAutoFillBackground(False)
        small = QHBoxLayout()
        small.setSpacing(SPACE)
        small.addWidget(self.file_button, 1)
        small.addWidget(self.restore_button, 1)
        small.addWidget(self.star_button)
        small.addWidget(self.trash_button)
        buttons = QVBoxLayout()
        buttons.setContentsMargins(4 * SPACE, 2 * SPACE, 4 * SPACE, 4 * SPACE)
        buttons.setSpacing(2 * SPACE)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.settings_button)
        buttons.addLayout(small)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.marks)
        column.addWidget(scroll, 1)
        column.addWidget(self.history)
        column.addLayout(buttons)
        return content

    def _fill(self, lines: list[Line]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line in lines:
            self._lines.addWidget(_line(line))


def _button(text: str, icon_name: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
    button.setAccessibleName(text)
    button.setToolTip(tooltip)
    return button


def _line(line: Line) -> QWidget:
    label = QLabel(line.label)
    set_role(label, "small")
    text = QLabel(line.text)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    text.setAccessibleName(f"{line.label}: {line.text}")
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label)
    column.addWidget(text)
    return widget
