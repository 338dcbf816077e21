"""A whole canvas with real parts: service, files, viewmodel and widgets."""

import asyncio
import gc
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.service import CanvasService
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_page import CanvasPage
from desktop.canvas.views.canvas_view import CanvasView
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import DARK, apply_theme
from shared.contracts.errors import ErrorReport
from shared.imaging.blob_folder import BlobFolder

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


@dataclass
class Studio:
    viewmodel: CanvasViewModel
    page: CanvasPage
    service: CanvasService
    folder: Path
    errors: list[ErrorReport]
    run: Callable[..., Any]

    @property
    def view(self) -> CanvasView:
        return self.page.view

    @property
    def document(self) -> Document:
        document = self.viewmodel.current.document
        assert document is not None
        return document

    def new(self, width: int = 200, height: int = 150) -> Document:
        self.run(self.viewmodel.files.new(width, height))
        return self.document

    def picture(self) -> QImage:
        """The document as it is seen, straight from its layers."""
        return flatten(self.document.snapshot())

    def at(self, x: float, y: float) -> QPointF:
        """A point of the document in the view, on a whole logical pixel as a mouse gives it."""
        return QPointF(self.viewmodel.navigation.to_view(QPointF(x, y)).toPoint())

    def drag(
        self,
        *points: tuple[float, float],
        modifiers: Qt.KeyboardModifier = NO_MODIFIER,
        release: bool = True,
    ) -> None:
        places = [self.at(*point).toPoint() for point in points]
        QTest.mousePress(self.view, Qt.MouseButton.LeftButton, modifiers, places[0])
        for place in places[1:]:
            QTest.mouseMove(self.view, place)
        if release:
            QTest.mouseRelease(self.view, Qt.MouseButton.LeftButton, modifiers, places[-1])

    async def finish_tasks(self) -> None:
        """Those too that the running ones start."""
        while self.viewmodel.tasks.busy:
            await asyncio.gather(*self.viewmodel.tasks._tasks)

    def settle(self) -> None:
        QApplication.processEvents()

    def shown(self, rect: QRect | None = None) -> QImage:
        """What the view paints."""
        self.settle()
        return self.view.grab(rect or self.view.rect()).toImage()


@pytest.fixture
def studio(qapp: QApplication, qt_run: Callable[..., Any], tmp_path: Path) -> Iterator[Studio]:
    # Loops of earlier tests hold timers of Qt, which must not be collected in a thread that writes a file.
    gc.collect()
    apply_theme(qapp, DARK)
    numbers = itertools.count(1)
    errors: list[ErrorReport] = []
    service = CanvasService(
        folder=tmp_path / "documents",
        blobs=BlobFolder(tmp_path / "blobs"),
        clock=lambda: datetime(2026, 5, 4, 12, 0, tzinfo=UTC),
        new_id=lambda: f"id-{next(numbers)}",
    )
    presets = PresetStore(folder=tmp_path / "brushes", new_id=lambda: f"brush-{next(numbers)}")
    tasks = TaskOwner(on_error=errors.append)
    viewmodel = CanvasViewModel(service=service, tasks=tasks, new_seed=lambda: 7, presets=presets)
    viewmodel.error_raised.connect(errors.append)
    page = CanvasPage(viewmodel=viewmodel)
    page.resize(900, 600)
    page.show()
    studio = Studio(viewmodel, page, service, tmp_path, errors, qt_run)
    yield studio
    qt_run(viewmodel.files.shut_down())
    qt_run(tasks.close())
    # What Python put there must not outlive Python.
    qapp.clipboard().clear()
    page.close()
    page.deleteLater()
    viewmodel.deleteLater()


def colour(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    return rgb(image.pixelColor(x, y))


def rgb(pixel: QColor) -> tuple[int, int, int]:
    return pixel.red(), pixel.green(), pixel.blue()
