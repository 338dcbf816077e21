"""From the pen's event to the painted view: a 4096x4096 document of twenty Normal layers in a window of 2560x1440.

Beside each time stands that of copying as many bytes as the event's pixels take, once a layer that is read: what the
machine's memory allows at best.
"""

import os
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, QSizeF
from PySide6.QtGui import QColor, QRegion
from PySide6.QtWidgets import QApplication

from desktop.canvas.brushes.brush import Brush, Effect
from desktop.canvas.brushes.curves import LINEAR
from desktop.canvas.brushes.style import StrokeStyle
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.navigation import Navigation
from desktop.canvas.strokes import Stroke
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.views.picture import PictureBuffer
from desktop.widgets.theme import DARK
from tests.desktop.canvas.builders import counting_ids, noise_tiles

SIDE = 4096
LAYERS = 20
EVENTS = 240
STEP = 9.0
"""Pixels of the document between events: a hand that is in no hurry and in no sleep."""


class _Opened:
    """As much of an open document as the view asks for."""

    def __init__(self, document: Document) -> None:
        self.document = document


def prepared() -> Document:
    document = Document(width=SIDE, height=SIDE, new_id=counting_ids())
    tiles = noise_tiles(1, SIDE, SIDE)
    for number in range(LAYERS):
        layer = document.add_layer(f"layer {number}", tiles=tiles)
        document.set_opacity(layer.id, 0.4)
    document.activate(document.layers[LAYERS // 2].id)
    return document


def brushes() -> dict[str, Brush]:
    return {
        "round": Brush(hardness=0.5, flow=0.6, opacity_pressure=LINEAR),
        "chalk on paper": Brush(tip="chalk", angle_jitter=1.0, paper="rough", paper_strength=0.8),
        "smudge": Brush(effect=Effect.SMUDGE, hardness=0.4, flow=0.7),
    }


def measured(document: Document, picture: PictureBuffer, brush: Brush) -> tuple[list[float], list[float]]:
    """Milliseconds of each event, and those of the floor beside it."""
    layer = document.active_layer
    assert layer is not None
    style = StrokeStyle(brush=brush, colour=QColor(180, 40, 30), seed=1)
    stroke = Stroke(document=document, layer_id=layer.id, style=style, dabs=DabCache())
    times, floors = [], []
    pressures = 0.55 + 0.45 * np.sin(np.arange(EVENTS) / 17)
    for number in range(EVENTS):
        point = QPointF(1000 + number * STEP, 2000 + 300 * np.sin(number / 30))
        start = time.perf_counter()
        dirty = stroke.add(point, float(pressures[number]))
        picture.invalidate(QRegion(dirty))
        while not picture.refresh():
            pass
        picture.draw(DARK)
        times.append((time.perf_counter() - start) * 1000)
        floors.append(floor(dirty))
    stroke.cancel()
    picture.invalidate(QRegion(document.rect))
    while not picture.refresh():
        pass
    return times, floors


def floor(dirty: QRect) -> float:
    """The layer, the cache below, the one above and the composite: four reads and a write."""
    size = max(1, dirty.width() * dirty.height() * 4)
    sources = [np.ones(size, np.uint8) for _ in range(4)]
    target = np.zeros(size, np.uint8)
    start = time.perf_counter()
    for source in sources:
        np.copyto(target, source)
    return (time.perf_counter() - start) * 1000


def run() -> None:
    application = QApplication.instance() or QApplication([])
    document = prepared()
    current = CurrentDocument()
    current.replace(_Opened(document))  # type: ignore[arg-type]  # the view asks for nothing else of it
    navigation = Navigation()
    picture = PictureBuffer(current=current, navigation=navigation)
    picture.replace_document()

    picture.resize(QSize(2560, 1440))
    navigation.set_view(QSizeF(2560, 1440), 1.0)
    navigation.set_document_rect(document.rect)
    navigation.actual_size()
    while not picture.refresh():
        pass
    picture.draw(DARK)
    for size, limit in ((64, 8), (500, 16)):
        for name, brush in brushes().items():
            times, floors = measured(document, picture, brush.changed(size=size))
            p50, p99 = statistics.median(times), float(np.percentile(times, 99))
            base = float(np.percentile(floors, 99))
            print(
                f"{size:4d} px {name:15s} median {p50:5.2f} ms   p99 {p99:5.2f} ms (under {limit} asked)   "
                f"floor {base:5.3f} ms   ratio {p99 / base:6.1f}"
            )
    current.replace(None)
    application.processEvents()


if __name__ == "__main__":
    run()
