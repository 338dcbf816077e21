import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app.garbage import collect_garbage_here, collect_what_is_due


@pytest.fixture(autouse=True)
def collector(qapp: QApplication) -> None:
    collect_garbage_here(qapp)


class Knot(QObject):
    """A cycle that only the collector can undo, with a timer that only its own thread may stop."""

    def __init__(self, seen: list[QThread]) -> None:
        super().__init__()
        self.itself = self
        self.timer = QTimer(self, interval=1000)
        self.timer.start()
        self.destroyed.connect(lambda: seen.append(QThread.currentThread()))


def test_no_other_thread_destroys_a_widget() -> None:
    seen: list[QThread] = []
    Knot(seen)

    def allocate() -> None:
        for _ in range(20_000):
            box: list[object] = []
            box.append(box)

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert seen == []
    gc.collect()
    assert not gc.isenabled()


def test_the_timer_collects_once_enough_has_gathered() -> None:
    class Cycle:
        pass

    gone: list[int] = []
    for number in range(2 * gc.get_threshold()[0]):
        cycle = Cycle()
        cycle.itself = cycle  # type: ignore[attr-defined]  # the cycle is the point
        weakref.finalize(cycle, gone.append, number)
    del cycle
    collect_what_is_due()
    assert len(gone) >= gc.get_threshold()[0]


def test_one_timer_is_enough(qapp: QApplication) -> None:
    collect_garbage_here(qapp)
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.objectName() == "garbage_timer"]
    assert len(timers) == 1
