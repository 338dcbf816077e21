"""Rating, label, tags and notes of the chosen pictures."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.gallery.views.filter_bar import label_name
from desktop.library.picture import LABELS, MOST_STARS, Label, LibraryPicture
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense, theme_of
from desktop.widgets.translations import tr

_NOTES_HEIGHT = 16 * SPACE


class NotesEdit(QPlainTextEdit):
    """Written down when it is left."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class MarksEditor(QWidget):
    rated = Signal(int)
    labelled = Signal(str)
    tagged = Signal(str)
    untagged = Signal(str)
    notes_written = Signal(object, str)
    """The LibraryPicture that they are of, and the notes."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: LibraryPicture | None = None
        self._stars = [self._star(number) for number in range(1, MOST_STARS + 1)]
        self._labels = {label: self._label(label) for label in LABELS}
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(tr("Tags, parted by commas"))
        self.tags.setAccessibleName(tr("Tags"))
        self.tags.setToolTip(tr("Tags, parted by commas; Enter writes them down"))
        self.tags.editingFinished.connect(self._write_tags)
        self.notes = NotesEdit()
        self.notes.setPlaceholderText(tr("Notes"))
        self.notes.setAccessibleName(tr("Notes"))
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(_NOTES_HEIGHT)
        self.notes.left.connect(self._write_notes)
        marks = QHBoxLayout()
        marks.setContentsMargins(0, 0, 0, 0)
        marks.setSpacing(0)
        for button in self._stars:
            marks.addWidget(button)
        marks.addStretch()
        for button in self._labels.values():
            marks.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 0)
        column.setSpacing(2 * SPACE)
        column.addLayout(marks)
        column.addWidget(self.tags)
        column.addWidget(self.notes)

    def show_picture(self, picture: LibraryPicture) -> None:
        other = self._picture is None or self._picture.id != picture.id
        if other:
            self._write_notes()
        self._picture = picture
        for number, button in enumerate(self._stars, start=1):
            button.setChecked(number <= picture.rating)
        for label, button in self._labels.items():
            button.setChecked(label == picture.label)
        if other or not self.tags.hasFocus():
            self.tags.setText(", ".join(picture.tags))
        if other or not self.notes.hasFocus():
            self.notes.setPlainText(picture.notes)

    def show_known_tags(self, tags: Sequence[tuple[str, int]]) -> None:
        completer = QCompleter([name for name, _ in tags], self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tags.setCompleter(completer)

    def star_button(self, number: int) -> QToolButton:
        return self._stars[number - 1]

    def label_button(self, label: Label) -> QToolButton:
        return self._labels[label]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for label, button in self._labels.items():
                button.setIcon(_dot(label))

    def _star(self, number: int) -> QToolButton:
        text = tr("Rate {number} of 5", number=number)
        button = _mark_button(icon("star", fills_when_on=True), text, tooltip=f"{text} ({number})")
        button.setProperty("filled", True)
        button.clicked.connect(lambda: self._rate(number))
        return button

    def _label(self, label: Label) -> QToolButton:
        text = tr("Label {name}", name=label_name(label).lower())
        button = _mark_button(_dot(label), text, tooltip=text)
        button.clicked.connect(lambda: self.labelled.emit(label))
        return button

    def _rate(self, number: int) -> None:
        """The same again takes it away."""
        self.rated.emit(0 if self._picture is not None and self._picture.rating == number else number)

    def _write_tags(self) -> None:
        if self._picture is None:
            return
        wanted = {tag.casefold(): tag for part in self.tags.text().split(",") if (tag := part.strip())}
        present = {tag.casefold(): tag for tag in self._picture.tags}
        for key in wanted.keys() - present.keys():
            self.tagged.emit(wanted[key])
        for key in present.keys() - wanted.keys():
            self.untagged.emit(present[key])

    def _write_notes(self) -> None:
        if self._picture is not None and self.notes.toPlainText() != self._picture.notes:
            self.notes_written.emit(self._picture, self.notes.toPlainText())


def _mark_button(sign: QIcon, text: str, *, tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(sign)
    button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setAccessibleName(text)
    button.setToolTip(tooltip)
    set_dense(button)
    return button


def _dot(label: Label) -> QIcon:
    pixmap = QPixmap(2 * ICON_SIZE, 2 * ICON_SIZE)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme_of().colour(f"label_{label}"))
    painter.drawEllipse(3, 3, ICON_SIZE - 6, ICON_SIZE - 6)
    painter.end()
    return QIcon(pixmap)
