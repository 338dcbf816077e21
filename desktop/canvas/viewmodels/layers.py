"""The layers as a list, topmost first, with the layers of a group under it, for the panel to show and drag."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage

from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.dragging import DraggedFiles
from desktop.canvas.layer_tree import ancestors_of, children_of, roots_of
from desktop.canvas.layers import Layer, LayerSnapshot
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.layer_mime import LAYER_MIME, DragFolder, LayerMimeData
from desktop.canvas.viewmodels.layer_texts import description
from desktop.canvas.viewmodels.thumbnails import layer_thumbnail, mask_thumbnail
from desktop.widgets.tasks import TaskOwner

Index = QModelIndex | QPersistentModelIndex
THUMBNAIL_SIDE = 72
THUMBNAIL_DELAY_MILLISECONDS = 250
ROOT = QModelIndex()


class LayerRole(IntEnum):
    VISIBLE = Qt.ItemDataRole.UserRole + 1
    HAS_RECIPE = Qt.ItemDataRole.UserRole + 2
    LOCKED = Qt.ItemDataRole.UserRole + 3
    LAYER_ID = Qt.ItemDataRole.UserRole + 4
    DEPTH = Qt.ItemDataRole.UserRole + 5
    EXPANDED = Qt.ItemDataRole.UserRole + 6
    """None for what is no group."""
    CLIPPED = Qt.ItemDataRole.UserRole + 7
    ALPHA_LOCKED = Qt.ItemDataRole.UserRole + 8
    MASK = Qt.ItemDataRole.UserRole + 9
    """A small picture of the mask; None without one."""
    HAS_MASK = Qt.ItemDataRole.UserRole + 10
    MASK_ENABLED = Qt.ItemDataRole.UserRole + 11
    ON_MASK = Qt.ItemDataRole.UserRole + 12
    """Whether tools paint on its mask."""
    SHOWN = Qt.ItemDataRole.UserRole + 13
    """Neither it nor a group around it is hidden."""


class LayersViewModel(QAbstractListModel):
    """Row 0 is the topmost layer. The layers of a closed group have no row."""

    active_changed = Signal()
    """Another layer is active, others are chosen, or something that is set on them differs."""

    def __init__(self, *, current: CurrentDocument, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._tasks = tasks
        self._ids: list[str] = []
        self._closed: set[str] = set()
        self._chosen: frozenset[str] = frozenset()
        self._last_active: str | None = None
        self._thumbnails: dict[str, QImage] = {}
        self._masks: dict[str, QImage] = {}
        self._stale: set[str] = set()
        self._drag_folder = DragFolder()
        self._dragged: DraggedFiles | None = None
        self._timer = QTimer(self, singleShot=True, interval=THUMBNAIL_DELAY_MILLISECONDS)
        self._timer.timeout.connect(self.refresh_thumbnails)
        current.document_replaced.connect(self._on_replaced)
        current.document_changed.connect(self._on_changed)
        current.surface_changed.connect(self._tell_all)
        self._readers: dict[int, Callable[[Layer], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda layer: layer.name,
            Qt.ItemDataRole.EditRole: lambda layer: layer.name,
            Qt.ItemDataRole.DecorationRole: lambda layer: self._thumbnails.get(layer.id),
            Qt.ItemDataRole.AccessibleTextRole: description,
            Qt.ItemDataRole.ToolTipRole: description,
            LayerRole.VISIBLE: lambda layer: layer.visible,
            LayerRole.HAS_RECIPE: lambda layer: layer.recipe is not None,
            LayerRole.LOCKED: lambda layer: layer.locked or layer.properties.position_locked,
            LayerRole.LAYER_ID: lambda layer: layer.id,
            LayerRole.DEPTH: lambda layer: len(self._ancestors(layer)),
            LayerRole.EXPANDED: lambda layer: layer.id not in self._closed if layer.is_group else None,
            LayerRole.CLIPPED: lambda layer: layer.clipped,
            LayerRole.ALPHA_LOCKED: lambda layer: layer.alpha_locked,
            LayerRole.MASK: lambda layer: self._masks.get(layer.id) if layer.mask is not None else None,
            LayerRole.HAS_MASK: lambda layer: layer.mask is not None,
            LayerRole.MASK_ENABLED: lambda layer: layer.properties.mask_enabled,
            LayerRole.ON_MASK: lambda layer: layer is self.active and self._current.on_mask,
            LayerRole.SHOWN: lambda layer: all(each.visible for each in (layer, *self._ancestors(layer))),
        }

    @property
    def document(self) -> Document | None:
        return self._current.document

    @property
    def active(self) -> Layer | None:
        return self.document.active_layer if self.document is not None else None

    @property
    def active_row(self) -> int:
        """-1 when there is none, or when it lies in a closed group."""
        return self.row_of(self.active.id) if self.active is not None else -1

    @property
    def chosen(self) -> list[Layer]:
        """The layers that actions work on, bottom to top: the active one, and others that were chosen with it."""
        document, active = self.document, self.active
        if document is None or active is None:
            return []
        ids = self._chosen | {active.id}
        return [layer for layer in document.layers if layer.id in ids]

    def row_of(self, layer_id: str) -> int:
        return self._ids.index(layer_id) if layer_id in self._ids else -1

    def layer_at(self, row: int) -> Layer | None:
        if self.document is None or not 0 <= row < len(self._ids):
            return None
        return self.document.layer(self._ids[row])

    def _ancestors(self, layer: Layer) -> list[Layer]:
        return ancestors_of(self.document.layers, layer.id) if self.document is not None else []

    # Choosing

    def activate(self, row: int) -> None:
        layer, document = self.layer_at(row), self.document
        if layer is not None and document is not None:
            document.activate(layer.id)

    def choose(self, rows: Iterable[int]) -> None:
        """Let actions work on these too."""
        chosen = frozenset(self._ids[row] for row in rows if 0 <= row < len(self._ids))
        if chosen != self._chosen:
            self._chosen = chosen
            self.active_changed.emit()

    def set_expanded(self, row: int, expanded: bool) -> None:  # noqa: FBT001  # the name says which way
        layer = self.layer_at(row)
        if layer is None or not layer.is_group or expanded is (layer.id not in self._closed):
            return
        if expanded:
            self._closed.discard(layer.id)
        else:
            self._closed.add(layer.id)
        self._reset()

    def reveal_active(self) -> None:
        """Open the groups around the active layer."""
        if self.active is not None:
            closed = {layer.id for layer in self._ancestors(self.active)} & self._closed
            if closed:
                self._closed -= closed
                self._reset()

    # The list

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        layer, reader = self.layer_at(index.row()), self._readers.get(role)
        return reader(layer) if layer is not None and reader is not None else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        layer, document = self.layer_at(index.row()), self.document
        if layer is None or document is None or role != Qt.ItemDataRole.EditRole:
            return False
        name = str(value).strip()
        if name and name != layer.name:
            self._current.attempt(lambda: document.rename_layer(layer.id, name))
        return bool(name)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        own = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsDragEnabled
        layer = self.layer_at(index.row())
        return own | flag.ItemIsDropEnabled if layer is not None and layer.is_group else own

    # Dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        """Other programs copy."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        document = self.document
        if document is None:
            return QMimeData()
        ids = [self._ids[index.row()] for index in indexes]
        data = LayerMimeData(layer_ids=ids, snapshot=document.committed, folder=self._drag_folder.fresh())
        self._dragged = data.dragged
        return data

    def prepare_files(self) -> None:
        """Layers are dragged out of the list, so that another program may want them."""
        if self._dragged is not None:
            self._dragged.prepare()

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        """On a group: into it, on top; between two rows: above the lower of them."""
        dragged = data.data(LAYER_MIME).toStdString().split("\n")
        ids = [layer_id for layer_id in dragged if layer_id in self._ids]
        onto = self.layer_at(parent.row()) if parent.isValid() else None
        if ids and onto is not None and onto.is_group:
            self.move_into(ids, onto.id)
        elif ids:
            self.move_above_row(ids, row if row >= 0 else len(self._ids))
        # False: the document has moved the layers, so the view must not remove the rows that were dragged.
        return False

    def move_into(self, ids: Sequence[str], group_id: str) -> None:
        document = self.document
        if document is not None:
            place = len(children_of(document.layers, group_id))
            self._current.attempt(lambda: document.move_layers(ids, parent=group_id, place=place))

    def move_above_row(self, ids: Sequence[str], row: int) -> None:
        """Put layers above the one that is at `row` now, in its group; past the last row, lowest of all."""
        document, below = self.document, self.layer_at(row)
        if document is None:
            return
        moved = {layer.id for layer in roots_of(document.layers, ids)}
        parent = below.parent if below is not None else None
        siblings = children_of(document.layers, parent)
        place = siblings.index(below) + 1 if below is not None else 0
        place -= sum(1 for layer in siblings[:place] if layer.id in moved)
        self._current.attempt(lambda: document.move_layers(ids, parent=parent, place=place))

    # Following the document

    def _on_replaced(self) -> None:
        self._drag_folder.clear()
        self._thumbnails.clear()
        self._masks.clear()
        self._closed.clear()
        self._chosen = frozenset()
        self._reset()

    def _on_changed(self, change: DocumentChange) -> None:
        self._stale |= change.layer_ids
        if change.layer_ids:
            self._timer.start()
        if not change.structure or self.document is None:
            return
        if self.document.active_id != self._last_active:
            # What was chosen beside another layer is not meant any more.
            self._last_active = self.document.active_id
            self._chosen = frozenset()
        if self._rows() != self._ids:
            self._reset()
        else:
            self._tell_all()

    def _tell_all(self) -> None:
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        self.active_changed.emit()

    def _rows(self) -> list[str]:
        rows: list[str] = []
        hidden = set(self._closed)
        for layer in reversed(self.document.layers if self.document is not None else ()):
            if layer.parent in hidden:
                hidden.add(layer.id)
            else:
                rows.append(layer.id)
        return rows

    def _reset(self) -> None:
        self.beginResetModel()
        self._ids = self._rows()
        there = {layer.id for layer in self.document.layers} if self.document is not None else set()
        self._chosen &= there
        self._thumbnails = {key: image for key, image in self._thumbnails.items() if key in there}
        self._masks = {key: image for key, image in self._masks.items() if key in there}
        self._stale |= {key for key in self._ids if key not in self._thumbnails}
        self.endResetModel()
        if self._stale:
            self._timer.start()
        self.active_changed.emit()

    def refresh_thumbnails(self) -> None:
        """Draw anew what has changed; waits while a stroke or a drag is in hand."""
        document = self.document
        if document is None:
            self._stale.clear()
            return
        if document.in_transaction:
            self._timer.start()
            return
        self._timer.stop()
        stale, self._stale = self._stale, set()
        layers = [layer for layer in document.committed.layers if layer.id in stale]
        if layers:
            self._tasks.start(self._draw_thumbnails(document, layers))

    async def _draw_thumbnails(self, document: Document, layers: list[LayerSnapshot]) -> None:
        for layer in layers:
            image = await asyncio.to_thread(layer_thumbnail, layer, document.rect, THUMBNAIL_SIDE)
            mask = await asyncio.to_thread(mask_thumbnail, layer, document.rect, THUMBNAIL_SIDE)
            if self.document is not document or layer.id not in self._ids:
                continue
            self._thumbnails[layer.id] = image
            if mask is not None:
                self._masks[layer.id] = mask
            index = self.index(self._ids.index(layer.id))
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole, LayerRole.MASK])
