"""Cyclic garbage collected in the UI's thread alone.

Python collects in whichever thread happens to allocate. A widget that is collected in a worker thread is destroyed
there, and Qt ends the process ("Timers cannot be stopped from another thread").
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MILLISECONDS = 1000

_NAME = "garbage_timer"


def collect_garbage_here(owner: QObject) -> None:
    """Turn automatic collection off, collect now, and from then on whenever the event loop of `owner` has time."""
    gc.disable()
    gc.collect()
    if owner.findChild(QTimer, _NAME) is None:
        timer = QTimer(owner, interval=INTERVAL_MILLISECONDS)
        timer.setObjectName(_NAME)
        timer.timeout.connect(collect_what_is_due)
        timer.start()


def collect_what_is_due() -> None:
    """The oldest generation that has reached Python's own threshold, as its automatic collection would."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return


def keep_what_is_loaded() -> None:
    """Leave all that lives now out of later collections, which then take no time that a hand would feel."""
    gc.collect()
    gc.freeze()
