"""What a picture was made from, and what was made from it: a small tree of thumbnails to step through."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.library.picture import LibraryPicture
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

_SIDE = 12 * SPACE
_MOST = 4


class FamilyStrip(QWidget):
    chosen = Signal(object)
    """A LibraryPicture."""

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._buttons: list[tuple[LibraryPicture, QToolButton]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4 * SPACE, 0, 4 * SPACE, 0)
        self._column.setSpacing(SPACE)
        thumbnails.thumbnail_ready.connect(lambda _blob: self._draw())
        self.hide()

    def show_family(self, parents: Sequence[LibraryPicture], children: Sequence[LibraryPicture]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        self._buttons = []
        for title, pictures in ((tr("Made from"), parents), (tr("Made from this"), children)):
            if pictures:
                self._column.addWidget(self._row(title, pictures))
        self._draw()
        self.setVisible(bool(self._buttons))

    def _row(self, title: str, pictures: Sequence[LibraryPicture]) -> QWidget:
        label = QLabel(title)
        set_role(label, "small")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for picture in pictures[:_MOST]:
            button = QToolButton()
            button.setAutoRaise(True)
            button.setIconSize(QSize(_SIDE, _SIDE))
            button.setToolTip(picture.prompt or picture.file.name)
            button.setAccessibleName(f"{title}: {picture.prompt or picture.file.stem}")
            button.clicked.connect(lambda _=False, picture=picture: self.chosen.emit(picture))
            self._buttons.append((picture, button))
            row.addWidget(button)
        if len(pictures) > _MOST:
            row.addWidget(QLabel(tr("and {count} more", count=len(pictures) - _MOST)))
        row.addStretch()
        widget = QWidget()
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(label)
        column.addLayout(row)
        return widget

    def _draw(self) -> None:
        for picture, button in self._buttons:
            if button.icon().isNull() and (image := self._thumbnails.image(picture, 2 * _SIDE)) is not None:
                scaled = image.scaled(
                    QSize(_SIDE, _SIDE) * self.devicePixelRatio(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
                button.setIcon(QIcon(QPixmap.fromImage(scaled)))
