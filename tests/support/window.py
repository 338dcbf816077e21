"""Drives the real window as an artist does: for the end-to-end tests and for the README's screenshots."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app.container import Container, World
from desktop.app.studio import Studio
from desktop.canvas.tools.base import ToolName
from desktop.library.folders import DataFolders
from shared.contracts.generation import Recipe
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels

PATIENCE_SECONDS = 120.0


async def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Lets the app work until the condition holds; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


class Window:
    """One life of the app on a data folder, from `open` to `close`."""

    def __init__(self, *, application: QApplication, root: Path, world: World | None = None) -> None:
        folders = DataFolders(root)
        folders.create()
        self.container = Container(folders=folders, world=world)
        self.studio = Studio(application=application, container=self.container)

    async def open(self, width: int = 1280, height: int = 800) -> None:
        starting = self.studio.start()
        self.studio.window.resize(width, height)
        await starting

    async def close(self) -> None:
        self.studio.window.close()
        await self.studio.until_closed()

    async def type_prompt(self, text: str) -> None:
        prompt = self.studio.window.pages.generate_panel.prompt
        prompt.setFocus()
        prompt.selectAll()
        QTest.keyClicks(prompt, text)

    async def press_generate(self, *, results: int = 1) -> None:
        """Presses the one button and waits for the results beside the canvas."""
        panel, staging = self.studio.window.pages.generate_panel, self.studio.viewmodels.staging
        await until(panel.generate.isEnabled)
        wanted = len(staging.candidates) + results
        QTest.mouseClick(panel.generate, Qt.MouseButton.LeftButton)
        await until(lambda: len(staging.candidates) >= wanted or self.errors)
        assert not self.errors, self.errors

    async def take(self) -> None:
        before = len(self.recipes)
        staging = self.studio.viewmodels.staging
        left_after = len(staging.candidates) - 1
        strip = self.studio.window.pages.staging_strip
        await until(strip.take.isEnabled)
        QTest.mouseClick(strip.take, Qt.MouseButton.LeftButton)
        await until(lambda: len(self.recipes) > before and len(staging.candidates) <= left_after)

    async def select_rectangle(self, left: int, top: int, right: int, bottom: int) -> None:
        """Drags the marquee between two points of the document."""
        canvas = self.studio.viewmodels.canvas
        canvas.tools.choose(ToolName.MARQUEE)
        view = self.studio.window.pages.canvas_page.view
        self.drag(view, [(left, top), ((left + right) // 2, (top + bottom) // 2), (right, bottom)])
        await until(lambda: canvas.situation().selection_bounds is not None)

    def drag(self, view: QWidget, points: list[tuple[int, int]]) -> None:
        navigation = self.studio.viewmodels.canvas.navigation
        path = [navigation.to_view(QPointF(*point)).toPoint() for point in points]
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=path[0])
        for point in path[1:]:
            QTest.mouseMove(view, QPoint(point))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=path[-1])

    async def flattened(self) -> Pixels:
        """The picture on the canvas, RGBA."""
        capture = await self.studio.viewmodels.canvas.capture()
        return np.array(read_picture(capture.image_png))

    @property
    def layer_names(self) -> list[str]:
        document = self.studio.viewmodels.canvas.current.document
        return [layer.name for layer in document.layers] if document else []

    @property
    def recipes(self) -> list[Recipe]:
        """Of the document's layers, from the bottom."""
        document = self.studio.viewmodels.canvas.current.document
        return [layer.recipe for layer in document.layers if layer.recipe] if document else []

    @property
    def button_text(self) -> str:
        return self.studio.window.pages.generate_panel.generate.text()

    @property
    def errors(self) -> list[str]:
        return [job.error.text for job in self.container.queue.jobs if job.error is not None]

    def grab(self) -> QImage:
        return self.studio.window.grab().toImage()
