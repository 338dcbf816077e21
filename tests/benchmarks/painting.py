"""From the pen's event to the painted view: documents of 4096x4096 with twenty and fifty Normal layers.

The events are a mouse's, sent to a real view in windows of 2560x1440 and 3840x2160; an event ends when the view is
painted. Only events that paint are counted: between the touches of a large brush most have nothing to do. Beside each
time stands that of copying as many bytes as the event's pixels take, once a layer that is read: what the machine's
memory allows at best.
"""

import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop.canvas.brushes.brush import Brush, Effect
from desktop.canvas.changes import DocumentChange
from desktop.canvas.navigation import Look
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_view import CanvasView
from desktop.widgets.tasks import TaskOwner
from tests.support.canvas_view import SIDE, noisy_document, shown_canvas

EVENTS = 240
STEP = 9.0
"""Pixels of the document between events: a hand that is in no hurry and in no sleep."""
WINDOWS = {"1440p": QSize(2560, 1440), "4K": QSize(3840, 2160)}
BRUSHES = {
    "round": Brush(hardness=0.5, flow=0.6),
    "chalk on paper": Brush(tip="chalk", angle_jitter=1.0, paper="rough", paper_strength=0.8),
    "smudge": Brush(effect=Effect.SMUDGE, hardness=0.4, flow=0.7),
}
ASKED = {("1440p", 64): 8, ("1440p", 500): 16, ("4K", 64): 16, ("4K", 500): 24}


@dataclass(slots=True)
class Hand:
    viewmodel: CanvasViewModel
    view: CanvasView

    def send(self, kind: QEvent.Type, at: QPointF) -> None:
        place = self.viewmodel.navigation.to_view(at)
        pressed = (
            Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        )
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        where = QPointF(self.view.mapToGlobal(place))
        event = QMouseEvent(kind, place, where, button, pressed, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.view, event)

    def stroke(self) -> tuple[list[float], list[float]]:
        """Milliseconds of each event that paints, and those of the floor beside it."""
        document = self.viewmodel.current.document
        assert document is not None
        dirty = QRect()

        def note(change: DocumentChange) -> None:
            nonlocal dirty
            dirty = dirty.united(change.dirty.boundingRect())

        unsubscribe = document.subscribe(note)
        times, floors = [], []
        self.send(QEvent.Type.MouseButtonPress, way(0))
        QApplication.processEvents()
        for number in range(1, EVENTS):
            dirty = QRect()
            start = time.perf_counter()
            self.send(QEvent.Type.MouseMove, way(number))
            QApplication.processEvents()
            while not self.view.is_composed:
                QApplication.processEvents()
            taken = (time.perf_counter() - start) * 1000
            if not dirty.isEmpty():
                times.append(taken)
                floors.append(floor(dirty))
        self.send(QEvent.Type.MouseButtonRelease, way(EVENTS))
        unsubscribe()
        self.viewmodel.undo()
        while not self.view.is_composed:
            QApplication.processEvents()
        return times, floors


def way(number: int) -> QPointF:
    return QPointF(1000 + number * STEP, 2000 + 300 * np.sin(number / 30))


def floor(dirty: QRect) -> float:
    """The layer, the cache below, the one above and the composite: four reads and a write."""
    size = dirty.width() * dirty.height() * 4
    sources = [np.ones(size, np.uint8) for _ in range(4)]
    target = np.zeros(size, np.uint8)
    start = time.perf_counter()
    for source in sources:
        np.copyto(target, source)
    return (time.perf_counter() - start) * 1000


def measure(name: str, layers: int, angle: float = 0.0) -> None:
    with shown_canvas(noisy_document(layers), WINDOWS[name], TaskOwner()) as (viewmodel, view):
        hand = Hand(viewmodel, view)
        viewmodel.navigation.look_again(Look(SIDE / 2, SIDE / 2, 1.0, angle))
        viewmodel.tools.choose(ToolName.BRUSH)
        for size in (64, 500):
            for brush_name, brush in BRUSHES.items():
                viewmodel.tools.use_brush(brush.changed(size=size))
                times, floors = hand.stroke()
                p50, p99 = statistics.median(times), float(np.percentile(times, 99))
                base = float(np.percentile(floors, 99))
                turned = f" turned by {angle:.0f}°" if angle else ""
                print(
                    f"{name:5s} {layers} layers{turned} {size:4d} px {brush_name:15s} median {p50:6.2f} ms   "
                    f"p99 {p99:6.2f} ms (under {ASKED[name, size]} asked)   floor {base:5.3f} ms   "
                    f"ratio {p99 / base:6.1f}",
                    flush=True,
                )


def run(names: list[str]) -> None:
    application = QApplication.instance() or QApplication([])
    for name in names:
        measure(name, 20)
        measure(name, 50)
        measure(name, 20, angle=20.0)
    del application


if __name__ == "__main__":
    run(sys.argv[1:] or list(WINDOWS))
