"""The only place that knows how asyncio runs on Qt's event loop."""

import asyncio
import sys

import qasync
from PySide6.QtWidgets import QApplication

from desktop.app.garbage import collect_garbage_here

SWITCH_INTERVAL_SECONDS = 0.0005
"""How long a busy Python thread may keep the interpreter from the UI; the default of 5 ms is felt as a stutter."""


def create_event_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """An asyncio loop that is `application`'s event loop, set as the current one. The caller closes it.

    The application no longer ends with its last window: closing is a task that saves first, and a lone dialog
    must not end it. Cyclic garbage is from now on collected in this thread alone.
    """
    application.setQuitOnLastWindowClosed(False)
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    collect_garbage_here(application)
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    return loop
