"""Brings what lies over the picture up to date: the selection's outline, what will be sent, the axes of symmetry."""

import asyncio

from PySide6.QtCore import QObject
from PySide6.QtGui import QPainterPath

from desktop.canvas.changes import DocumentChange
from desktop.canvas.outlines import outline_of
from desktop.canvas.selection import Selection
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.overlays import Overlays, sending_of
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner
from shared.imaging.inpainting import InpaintPlan

LARGEST_QUICK_OUTLINE = 512 * 512
"""Pixels of a selection whose outline is found within a few milliseconds."""


class Outlining(QObject):
    """What takes long is made on a thread, and dropped where it comes too late."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        overlays: Overlays,
        tools: ToolsViewModel,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._overlays = overlays
        self._tools = tools
        self._tasks = tasks
        self._sending_number = 0
        self._outline_number = 0
        tools.options_changed.connect(self._show_axes)
        tools.tool_changed.connect(self._show_axes)
        current.document_replaced.connect(self._on_replaced)
        current.document_changed.connect(self._on_changed)
        current.selection_changed.connect(self._outline_selection)

    def set_sending(self, plan: InpaintPlan | None) -> None:
        """Show what a request with this plan would send and change; None shows nothing."""
        self._sending_number += 1
        document = self._current.document
        if plan is None or document is None or document.selection is None:
            self._overlays.show_sending(None)
            return
        self._tasks.start(self._show_sending(plan, self._sending_number))

    async def _show_sending(self, plan: InpaintPlan, number: int) -> None:
        document = self._current.document
        selection = document.selection if document is not None else None
        if selection is None or (selection.width, selection.height) != (
            plan.document_width,
            plan.document_height,
        ):
            return
        sending = await asyncio.to_thread(lambda: sending_of(selection.full_mask(), plan))
        if number == self._sending_number:
            self._overlays.show_sending(sending)

    def _outline_selection(self) -> None:
        document = self._current.document
        selection = document.selection if document is not None else None
        self._outline_number += 1
        if selection is None or selection.mask.size <= LARGEST_QUICK_OUTLINE:
            self._overlays.show_outline(outline_of(selection))
        else:
            self._overlays.show_outline(QPainterPath())
            self._tasks.start(self._outline_large(selection, self._outline_number))

    async def _outline_large(self, selection: Selection, number: int) -> None:
        outline = await asyncio.to_thread(outline_of, selection)
        if number == self._outline_number:
            self._overlays.show_outline(outline)

    def _show_axes(self) -> None:
        document, tools = self._current.document, self._tools
        if document is not None and (tools.paints or tools.tool is ToolName.MOVE):
            self._overlays.show_axes(tools.symmetry.axes(document.rect))
        else:
            self._overlays.show_axes(QPainterPath())

    def _on_replaced(self) -> None:
        self.set_sending(None)
        self._show_axes()

    def _on_changed(self, change: DocumentChange) -> None:
        document = self._current.document
        if change.size:
            self._show_axes()
        if document is not None and document.selection is None and self._overlays.sending is not None:
            self.set_sending(None)
