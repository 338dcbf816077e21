"""What the eye waits for in a real view: frames of panning, zooming and turning, and the steps of marching ants.

A document of 4096x4096 with twenty Normal layers, in windows of 2560x1440 and 3840x2160. Beside each time stands that
of copying the bytes of the whole view once: what the machine's memory allows at best.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QApplication

from desktop.canvas import selection
from desktop.canvas.navigation import Look
from desktop.canvas.outlines import outline_of
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_view import CanvasView
from desktop.widgets.tasks import TaskOwner
from tests.support.canvas_view import SIDE, noisy_document, shown_canvas

FRAMES = 40
WINDOWS = {"1440p": QSize(2560, 1440), "4K": QSize(3840, 2160)}
MIDDLE = QPointF(900, 700)


def frames(act: Callable[[int], None], count: int = FRAMES) -> list[float]:
    """Milliseconds of each, from the deed until it is painted."""
    times = []
    for number in range(count):
        start = time.perf_counter()
        act(number)
        QApplication.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    return times


def floor(size: QSize) -> float:
    source = np.ones(size.width() * size.height() * 4, np.uint8)
    target = np.zeros_like(source)
    return min(frames(lambda _number: np.copyto(target, source), 5))


def tell(what: str, times: list[float], least: float, asked: str) -> None:
    p50, p99 = statistics.median(times), float(np.percentile(times, 99))
    print(
        f"{what:34s} median {p50:6.2f} ms   p99 {p99:6.2f}   floor {least:5.2f}   "
        f"ratio {p99 / least:5.1f}   ({asked})",
        flush=True,
    )


def looks(name: str, viewmodel: CanvasViewModel, view: CanvasView, least: float) -> None:
    navigation = viewmodel.navigation

    def panned(_number: int) -> None:
        navigation.pan_by(QPointF(7, 4))

    def zoomed(number: int) -> None:
        navigation.zoom_by(0.97 if number % 80 < 40 else 1 / 0.97, MIDDLE)

    def turned(number: int) -> None:
        navigation.rotate_to(number * 1.3, MIDDLE)

    starts = {
        "at 100%": Look(SIDE / 2, SIDE / 2, 1.0),
        "at 35%": Look(SIDE / 2, SIDE / 2, 0.35),
        "turned by 20°": Look(SIDE / 2, SIDE / 2, 0.8, 20.0),
    }
    for where, look in starts.items():
        navigation.look_again(look)
        QApplication.processEvents()
        tell(f"{name}: pan {where}", frames(panned), least, "under 16.7 asked")
    for what, act in (("zoom", zoomed), ("turn", turned)):
        navigation.look_again(starts["at 100%"])
        QApplication.processEvents()
        tell(f"{name}: {what}", frames(act), least, "under 16.7 asked")
    for where, look in starts.items():
        navigation.look_again(look)
        QApplication.processEvents()
        tell(f"{name}: smooth {where}", frames(lambda _: view._sharpen(), 5), least, "once, after a rest")


def ants(name: str, viewmodel: CanvasViewModel, view: CanvasView, least: float) -> None:
    wavy = np.hypot(*np.mgrid[-SIDE / 2 : SIDE / 2, -SIDE / 2 : SIDE / 2].astype(np.float32))
    shapes = {
        "a circle": selection.from_mask(np.where(wavy < 600, np.uint8(255), np.uint8(0))),
        "many rings": selection.from_mask(np.where(wavy % 90 < 45, np.uint8(255), np.uint8(0))),
    }
    for where, angle in (("", 0.0), (", turned", 20.0)):
        viewmodel.navigation.look_again(Look(SIDE / 2, SIDE / 2, 0.8, angle))
        for shape, selected in shapes.items():
            viewmodel.overlays.show_outline(outline_of(selected))
            QApplication.processEvents()
            view._sharpen()
            QApplication.processEvents()
            tell(
                f"{name}: ants around {shape}{where}",
                frames(lambda _: view._ants._march(), 20),
                least,
                "nothing asked",
            )
    viewmodel.overlays.show_outline(QPainterPath())


def run() -> None:
    application = QApplication.instance() or QApplication([])
    document = noisy_document(20)
    for name, size in WINDOWS.items():
        with shown_canvas(document, size, TaskOwner()) as (viewmodel, view):
            least = floor(size)
            looks(name, viewmodel, view, least)
            ants(name, viewmodel, view, least)
    del application


if __name__ == "__main__":
    run()
