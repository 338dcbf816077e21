"""What was made from what: a small tree of thumbnails in which the chosen picture stands."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.library.picture import LibraryPicture, Relative
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

_SIDE = 8 * SPACE
_MOST_ROWS = 4
_INDENT = 4 * SPACE
_PICTURE = Qt.ItemDataRole.UserRole


class HistoryTree(QWidget):
    """Hidden where a picture has no relatives."""

    chosen = Signal(object)
    """A LibraryPicture."""

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        title = QLabel(tr("How it came about"))
        set_role(title, "small")
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("What this picture was made from, and what was made from it"))
        self.tree.setHeaderHidden(True)
        self.tree.setIconSize(QSize(_SIDE, _SIDE))
        self.tree.setIndentation(_INDENT)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.itemClicked.connect(self._choose)
        self.tree.itemActivated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 2 * SPACE, 4 * SPACE, 0)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(self.tree)
        thumbnails.thumbnail_ready.connect(lambda _blob: self._draw())
        self.hide()

    def show_history(self, picture: LibraryPicture, history: Sequence[Relative]) -> None:
        """`picture` is one of them."""
        self.tree.clear()
        path: list[QTreeWidgetItem] = []
        for relative in history:
            del path[relative.depth :]
            item = QTreeWidgetItem(path[-1] if path else self.tree.invisibleRootItem())
            words = " ".join(relative.picture.prompt.split()) or relative.picture.file.stem
            item.setText(0, words)
            item.setToolTip(0, words)
            item.setData(0, _PICTURE, relative.picture)
            path.append(item)
            if relative.picture.id == picture.id:
                self.tree.setCurrentItem(item)
        self.tree.expandAll()
        row = self.tree.sizeHintForRow(0) if history else 0
        self.tree.setFixedHeight(min(len(history), _MOST_ROWS) * max(row, _SIDE + SPACE) + SPACE)
        self._draw()
        self.setVisible(len(history) > 1)
        if (current := self.tree.currentItem()) is not None:
            self.tree.scrollToItem(current)

    def _items(self) -> list[QTreeWidgetItem]:
        return self.tree.findItems(
            "*", Qt.MatchFlag.MatchWildcard | Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchWrap
        )

    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        self.chosen.emit(item.data(0, _PICTURE))

    def _draw(self) -> None:
        for item in self._items():
            if item.icon(0).isNull():
                image = self._thumbnails.image(item.data(0, _PICTURE), 2 * _SIDE)
                if image is not None:
                    scaled = image.scaled(
                        QSize(_SIDE, _SIDE) * self.devicePixelRatio(),
                        Qt.AspectRatioMode.KeepAspectRatio,
                        Qt.TransformationMode.SmoothTransformation,
                    )
                    item.setIcon(0, QIcon(QPixmap.fromImage(scaled)))
