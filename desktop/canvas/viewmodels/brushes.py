"""The brushes to choose from: those supplied, then the artist's own, each with a picture of its stroke."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.preset_store import PresetStore, named
from desktop.canvas.brushes.presets import BRUSHES_SUFFIX, BrushFileError, Preset, supplied_presets
from desktop.canvas.brushes.preview import draw_preview
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError

PREVIEW_SIZE = QSize(264, 64)
"""Twice as large as the grid shows it, for sharp screens."""
INK = QColor(0, 0, 0)
"""Only its alpha is used: views colour previews as they colour text."""
PALE_INK = QColor(0, 0, 0, 90)

Index = QModelIndex | QPersistentModelIndex


class BrushRole(IntEnum):
    PRESET = Qt.ItemDataRole.UserRole
    PREVIEW = Qt.ItemDataRole.UserRole + 1


class BrushList(QAbstractListModel):
    """`load` brings the artist's own from the disk; every change is written at once and can be taken back."""

    chosen_changed = Signal()
    preset_deleted = Signal(object)
    """The Preset; `put_back` brings it again."""
    tips_changed = Signal()
    """There are other tips of the artist's own."""
    error_raised = Signal(object)
    """An ErrorReport."""

    def __init__(
        self, *, store: PresetStore, tools: ToolsViewModel, tasks: TaskOwner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._tools = tools
        self._tasks = tasks
        self._supplied = supplied_presets()
        self._own: tuple[Preset, ...] = ()
        self._chosen: dict[object, str] = {}
        self._previews: dict[Brush, QImage] = {}
        self._drawing: asyncio.Task[None] | None = None
        self.tips = store.tips
        tools.tool_changed.connect(self.chosen_changed)
        tools.options_changed.connect(self.chosen_changed)

    # What is there

    @property
    def presets(self) -> tuple[Preset, ...]:
        return (*self._supplied, *self._own)

    @property
    def chosen(self) -> Preset | None:
        """The one that the tool in hand was set by last; it may have been changed since."""
        preset_id = self._chosen.get(self._tools.tool)
        return next((preset for preset in self.presets if preset.id == preset_id), None)

    @property
    def chosen_row(self) -> int:
        chosen = self.chosen
        return self.presets.index(chosen) if chosen is not None else -1

    @property
    def is_changed(self) -> bool:
        """Whether the brush in hand is no longer as its preset says."""
        chosen = self.chosen
        return chosen is not None and chosen.brush != self._tools.brush

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.presets)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.presets):
            return None
        preset = self.presets[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return preset.name
            case BrushRole.PRESET:
                return preset
            case BrushRole.PREVIEW:
                return self._previews.get(preset.brush)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        preset = index.data(BrushRole.PRESET)
        return flags | Qt.ItemFlag.ItemIsEditable if preset is not None and preset.own else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A new name for one of the artist's own."""
        preset = index.data(BrushRole.PRESET)
        if role != Qt.ItemDataRole.EditRole or preset is None or not preset.own or value == preset.name:
            return False
        try:
            renamed = named(preset.id, str(value), preset.brush)
        except BrushFileError as error:
            self.error_raised.emit(error.report)
            return False
        self._replace(renamed)
        self._start(lambda: asyncio.to_thread(self._store.put, renamed))
        return True

    # What can be done

    def load(self) -> None:
        self._tasks.start(self._load())

    def choose(self, row: int) -> None:
        if 0 <= row < len(self.presets):
            preset = self.presets[row]
            self._tools.use_brush(preset.brush)
            self._chosen[self._tools.tool] = preset.id
            self.chosen_changed.emit()

    def reset(self) -> None:
        """The brush in hand as its preset says."""
        self.choose(self.chosen_row)

    def save_as_new(self, name: str) -> None:
        """Keep the brush in hand as one of the artist's own."""
        brush = self._tools.brush

        async def save() -> None:
            preset = await asyncio.to_thread(self._store.add, name, brush)
            self._take((*self._own, preset))
            self._chosen[self._tools.tool] = preset.id
            self.chosen_changed.emit()

        self._start(save)

    def save_changes(self) -> None:
        """Make the preset as the brush in hand is."""
        chosen = self.chosen
        if chosen is not None and chosen.own:
            changed = named(chosen.id, chosen.name, self._tools.brush)
            self._replace(changed)
            self._start(lambda: asyncio.to_thread(self._store.put, changed))

    def delete(self, row: int) -> None:
        preset = self.presets[row] if 0 <= row < len(self.presets) else None
        if preset is None or not preset.own:
            return

        async def delete() -> None:
            await asyncio.to_thread(self._store.delete, preset)
            self._take(tuple(each for each in self._own if each.id != preset.id))
            self.preset_deleted.emit(preset)

        self._start(delete)

    def put_back(self, preset: Preset) -> None:
        async def put_back() -> None:
            await asyncio.to_thread(self._store.put, preset)
            self._take((*self._own, preset))

        self._start(put_back)

    async def import_file(self, file: Path) -> None:
        """Brushes; of a picture, a tip of one's own, which the brush in hand takes at once."""
        await self._told(self._import(file))

    async def export_file(self, file: Path, rows: tuple[int, ...]) -> None:
        presets = tuple(self.presets[row] for row in rows)
        await self._told(asyncio.to_thread(self._store.export_file, presets, file))

    async def draw(self, brush: Brush) -> QImage:
        """What a brush looks like, drawn on a thread."""
        image = self._previews.get(brush)
        if image is None:
            image = await asyncio.to_thread(
                draw_preview, brush, size=PREVIEW_SIZE, colour=INK, other=PALE_INK, tips=self.tips
            )
        return image

    def draw_previews(self) -> None:
        """Draw those that are missing, one after another; each is shown as soon as it is there."""
        if self._drawing is None or self._drawing.done():
            self._drawing = self._tasks.start(self._draw_all())

    async def _draw_all(self) -> None:
        while missing := [preset for preset in self.presets if preset.brush not in self._previews]:
            brush = missing[0].brush
            self._previews[brush] = await self.draw(brush)
            for row, preset in enumerate(self.presets):
                if preset.brush == brush:
                    index = self.index(row)
                    self.dataChanged.emit(index, index, [BrushRole.PREVIEW])

    async def _load(self) -> None:
        loaded = await asyncio.to_thread(self._store.load)
        self._take(loaded.presets)
        if loaded.damaged:
            self.error_raised.emit(
                BrushFileError(
                    "{count} of your brushes can't be read and were left out: {files}.",
                    advice="The files are kept in the data folder, under “brushes”.",
                    count=len(loaded.damaged),
                    files=", ".join(loaded.damaged[:3]),
                ).report
            )

    async def _import(self, file: Path) -> None:
        if file.suffix.lower() != BRUSHES_SUFFIX:
            name = await asyncio.to_thread(self._store.add_tip, file)
            self.tips_changed.emit()
            self._tools.set_brush(tip=name)
            return
        found = await asyncio.to_thread(self._store.import_file, file)
        self._take((*self._own, *found))
        self.tips_changed.emit()

    def _take(self, own: tuple[Preset, ...]) -> None:
        self.beginResetModel()
        self._own = tuple(sorted(own, key=lambda preset: preset.name.casefold()))
        self.endResetModel()
        self.chosen_changed.emit()

    def _replace(self, changed: Preset) -> None:
        self._take(tuple(changed if preset.id == changed.id else preset for preset in self._own))

    def _start(self, action: Callable[[], Awaitable[object]]) -> None:
        self._tasks.start(self._told(action()))

    async def _told(self, action: Awaitable[object]) -> None:
        try:
            await action
        except PentimentoError as error:
            self.error_raised.emit(error.report)
