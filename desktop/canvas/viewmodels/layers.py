"""The layers as a list, topmost first, for the panel to show and edit."""

import asyncio
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage

from desktop.canvas.document import Document, DocumentChange, Transaction
from desktop.canvas.layers import BlendMode, Layer, LayerSnapshot
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.thumbnails import layer_thumbnail
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr

Index = QModelIndex | QPersistentModelIndex
LAYER_MIME = "application/x-pentimento-layer"
THUMBNAIL_SIDE = 72
THUMBNAIL_DELAY_MILLISECONDS = 250
ROOT = QModelIndex()


class LayerRole(IntEnum):
    VISIBLE = Qt.ItemDataRole.UserRole + 1
    HAS_RECIPE = Qt.ItemDataRole.UserRole + 2
    LOCKED = Qt.ItemDataRole.UserRole + 3
    LAYER_ID = Qt.ItemDataRole.UserRole + 4


class LayersViewModel(QAbstractListModel):
    """Row 0 is the topmost layer. Actions work on the active layer."""

    active_changed = Signal()
    """Another layer is active, or its opacity, blend mode or recipe differs."""

    def __init__(self, *, current: CurrentDocument, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._tasks = tasks
        self._ids: list[str] = []
        self._thumbnails: dict[str, QImage] = {}
        self._stale: set[str] = set()
        self._opacity_drag: Transaction | None = None
        self._timer = QTimer(self, singleShot=True, interval=THUMBNAIL_DELAY_MILLISECONDS)
        self._timer.timeout.connect(self.refresh_thumbnails)
        current.document_replaced.connect(self._on_replaced)
        current.document_changed.connect(self._on_changed)

    @property
    def document(self) -> Document | None:
        return self._current.document

    @property
    def active(self) -> Layer | None:
        return self.document.active_layer if self.document is not None else None

    @property
    def active_row(self) -> int:
        """-1 when there is none."""
        active = self.active
        return self._ids.index(active.id) if active is not None and active.id in self._ids else -1

    def layer_at(self, row: int) -> Layer | None:
        if self.document is None or not 0 <= row < len(self._ids):
            return None
        return self.document.layer(self._ids[row])

    # The list

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        layer = self.layer_at(index.row())
        if layer is None:
            return None
        readers: dict[int, Callable[[Layer], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda layer: layer.name,
            Qt.ItemDataRole.EditRole: lambda layer: layer.name,
            Qt.ItemDataRole.DecorationRole: lambda layer: self._thumbnails.get(layer.id),
            Qt.ItemDataRole.AccessibleTextRole: self._description,
            Qt.ItemDataRole.ToolTipRole: self._description,
            LayerRole.VISIBLE: lambda layer: layer.visible,
            LayerRole.HAS_RECIPE: lambda layer: layer.recipe is not None,
            LayerRole.LOCKED: lambda layer: layer.locked,
            LayerRole.LAYER_ID: lambda layer: layer.id,
        }
        reader = readers.get(role)
        return reader(layer) if reader is not None else None

    def _description(self, layer: Layer) -> str:
        parts = [layer.name, tr("shown") if layer.visible else tr("hidden")]
        if layer.locked:
            parts.append(tr("locked"))
        if layer.opacity < 1:
            parts.append(tr("{percent}% opaque", percent=round(layer.opacity * 100)))
        if layer.recipe is not None:
            parts.append(tr("made from a recipe"))
        return ", ".join(parts)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        layer, document = self.layer_at(index.row()), self.document
        if layer is None or document is None:
            return False
        if role == Qt.ItemDataRole.EditRole:
            name = str(value).strip()
            if name and name != layer.name:
                self._current.attempt(lambda: document.rename_layer(layer.id, name))
            return bool(name)
        if role == LayerRole.VISIBLE:
            self._current.attempt(lambda: document.set_visible(layer.id, bool(value)))
            return True
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsDragEnabled

    # Reordering by drag

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # type: ignore[override]  # the stub says Sequence
        data = QMimeData()
        if indexes:
            data.setData(LAYER_MIME, QByteArray(self._ids[indexes[0].row()].encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        layer_id = data.data(LAYER_MIME).toStdString()
        if layer_id not in self._ids:
            return False
        target = row if row >= 0 else (parent.row() if parent.isValid() else len(self._ids))
        self.move_to_row(layer_id, target)
        # False: the document has moved the layer, so the view must not remove the row that was dragged.
        return False

    def move_to_row(self, layer_id: str, row: int) -> None:
        """Put the layer before the one that is at `row` now (the topmost is 0)."""
        document = self.document
        if document is None:
            return
        old = self._ids.index(layer_id)
        row = row - 1 if row > old else row
        index = len(self._ids) - 1 - row
        self._current.attempt(lambda: document.reorder_layer(layer_id, index))

    # What the panel's buttons do

    def activate(self, row: int) -> None:
        layer, document = self.layer_at(row), self.document
        if layer is not None and document is not None:
            document.activate(layer.id)

    def add(self) -> None:
        document = self.document
        if document is not None:
            name = tr("Layer {number}", number=len(self._ids) + 1)
            self._current.attempt(lambda: document.add_layer(name))

    def duplicate(self) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None:
            name = tr("{name} copy", name=layer.name)
            self._current.attempt(lambda: document.duplicate_layer(layer.id, name))

    def delete(self) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None:
            self._current.attempt(lambda: document.delete_layer(layer.id))

    def raise_active(self) -> None:
        self._shift_active(1)

    def lower_active(self) -> None:
        self._shift_active(-1)

    def _shift_active(self, step: int) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None:
            index = document.index_of(layer.id) + step
            self._current.attempt(lambda: document.reorder_layer(layer.id, index))

    def toggle_visible(self, row: int) -> None:
        index = self.index(row)
        self.setData(index, not self.data(index, LayerRole.VISIBLE), LayerRole.VISIBLE)

    def toggle_locked(self) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None:
            self._current.attempt(lambda: document.set_locked(layer.id, not layer.locked))

    def set_blend(self, blend: BlendMode) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None and layer.blend is not blend:
            self._current.attempt(lambda: document.set_blend(layer.id, blend))

    def set_opacity(self, opacity: float) -> None:
        document, layer = self.document, self.active
        if document is not None and layer is not None and layer.opacity != opacity:
            self._current.attempt(lambda: document.set_opacity(layer.id, opacity))

    def begin_opacity_drag(self) -> None:
        """All that the slider does until the end of its drag is one step."""
        document = self.document
        if document is not None and not document.in_transaction:
            self._opacity_drag = document.transaction("Layer opacity")

    def end_opacity_drag(self) -> None:
        if self._opacity_drag is not None:
            drag, self._opacity_drag = self._opacity_drag, None
            drag.commit()

    # Following the document

    def _on_replaced(self) -> None:
        self._opacity_drag = None
        self._thumbnails.clear()
        self._reset()

    def _on_changed(self, change: DocumentChange) -> None:
        self._stale |= change.layer_ids
        if change.layer_ids:
            self._timer.start()
        if not change.structure or self.document is None:
            return
        if [layer.id for layer in reversed(self.document.layers)] != self._ids:
            self._reset()
        elif self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        self.active_changed.emit()

    def _reset(self) -> None:
        self.beginResetModel()
        document = self.document
        self._ids = [layer.id for layer in reversed(document.layers)] if document is not None else []
        self._thumbnails = {key: self._thumbnails[key] for key in self._ids if key in self._thumbnails}
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
            if self.document is not document or layer.id not in self._ids:
                continue
            self._thumbnails[layer.id] = image
            index = self.index(self._ids.index(layer.id))
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
