"""From the command line to a window, and until that is closed."""

import asyncio
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop.app.data_folder import WindowLock, find_data_folders
from desktop.app.event_loop import create_event_loop
from desktop.app.first_window import make_window
from desktop.app.garbage import keep_what_is_loaded
from desktop.app.logs import start_logging
from desktop.app.settings import SettingsFile
from desktop.library.folders import DataFolders

FIRST_PAINT_VARIABLE = "PENTIMENTO_ANNOUNCE_FIRST_PAINT"

_log = logging.getLogger(__name__)
_STARTED = time.perf_counter()
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run_studio(*, data_dir: Path | None, debug: bool) -> int:
    """The exit status. Raises PentimentoError, AlreadyOpenError among them."""
    folders = find_data_folders(data_dir, os.environ)
    with WindowLock(folders) as lock:
        stop_logging = start_logging(folders.log_file, debug=debug)
        previous_handler = qInstallMessageHandler(_log_qt_message)
        try:
            application = QApplication([sys.argv[0]])
            application.setApplicationName("Pentimento")
            application.setDesktopFileName("pentimento")
            loop = create_event_loop(application)
            try:
                loop.run_until_complete(_run(application, folders, crashed_before=lock.crashed_before))
            finally:
                loop.close()
        finally:
            qInstallMessageHandler(previous_handler)
            stop_logging()
    return 0


async def _run(application: QApplication, folders: DataFolders, *, crashed_before: bool) -> None:
    loaded = SettingsFile(folders.settings_file).load()
    window = make_window(application=application, settings=loaded[0], data_folder=folders.root)
    painted, close_asked = asyncio.Event(), asyncio.Event()
    window.first_painted.connect(painted.set)
    window.close_asked.connect(close_asked.set)
    _close_on_signals(close_asked.set)
    window.show()
    await painted.wait()
    _announce_first_paint()
    # The rooms import SQLAlchemy, numpy and OpenCV: in a thread, so that the window answers meanwhile.
    studio_module = await asyncio.to_thread(importlib.import_module, "desktop.app.studio")
    container_module = await asyncio.to_thread(importlib.import_module, "desktop.app.container")
    container = container_module.Container(folders=folders, loaded=loaded)
    studio = studio_module.Studio(application=application, container=container, window=window)
    starting = studio.start(crashed_before=crashed_before)
    keep_what_is_loaded()
    await close_asked.wait()
    studio.ask_to_close()
    await studio.until_closed()
    starting.cancel()


def _announce_first_paint() -> None:
    _log.info("First paint after %.0f ms.", 1000 * (time.perf_counter() - _STARTED))
    if os.environ.get(FIRST_PAINT_VARIABLE):
        sys.stdout.write("painted\n")
        sys.stdout.flush()


def _close_on_signals(close: Callable[[], None]) -> None:
    """Ctrl+C and a polite kill keep everything, as the window's own close does."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        close()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category, text)
