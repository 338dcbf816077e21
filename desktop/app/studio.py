"""The studio from its first paint to its last saved setting."""

import asyncio
import base64
import binascii
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from desktop.app.appearance import Appearance
from desktop.app.connections import Connections
from desktop.app.container import Container, World
from desktop.app.data_folder import WindowLock, find_data_folders
from desktop.app.event_loop import create_event_loop
from desktop.app.housekeeping import tidy
from desktop.app.logs import start_logging
from desktop.app.main_window import MainWindow
from desktop.app.pages import Pages
from desktop.app.viewmodels import Viewmodels
from desktop.generation.jobs import Job
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport, PentimentoError

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


class Studio:
    """`start` shows the window and brings back what was; `shut_down` keeps everything and ends it."""

    def __init__(self, *, application: QApplication, container: Container) -> None:
        self._container = container
        self._owner = QObject(application)
        settings = container.settings
        self.appearance = Appearance(
            application=application, theme=settings.theme, language=settings.language
        )
        self.viewmodels = Viewmodels(container=container, on_error=self._show_error, parent=self._owner)
        self._queue_tasks = TaskOwner(on_error=self._show_error)
        self.window = MainWindow(
            viewmodels=self.viewmodels,
            pages=Pages(viewmodels=self.viewmodels),
            appearance=self.appearance,
            data_folder=container.folders.root,
            version=_version(),
        )
        self._connections = Connections(
            viewmodels=self.viewmodels,
            show_page=self.window.show_page,
            show_error=self._show_error,
            show_job_error=self._show_job_error,
            parent=self._owner,
        )
        self._closing: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self.appearance.changed.connect(self.save_settings)
        self.viewmodels.models.folders_changed.connect(self.save_settings)
        self.window.close_asked.connect(self.ask_to_close)

    def start(self, *, crashed_before: bool = False) -> "asyncio.Task[None]":
        """Show the window at once; the task brings back the rest."""
        settings = self._container.settings
        self.window.restore(_decoded(settings.window_geometry), _decoded(settings.window_layout))
        self.window.show()
        return self._queue_tasks.start(self._bring_back(crashed_before=crashed_before), name="start")

    async def until_closed(self) -> None:
        await self._closed.wait()

    def ask_to_close(self) -> None:
        """Once is enough; the window goes when everything is kept."""
        if self._closing is None:
            self._closing = asyncio.get_event_loop().create_task(self.shut_down(), name="shut down")

    def save_settings(self) -> None:
        container = self._container
        container.settings = container.settings.changed(
            theme=self.appearance.theme,
            language=self.appearance.language,
            window_geometry=_encoded(self.window.geometry_state()),
            window_layout=_encoded(self.window.pages.workspace.layout_state()),
            model_folders=container.models.added_folders,
            editor=self.viewmodels.editor.save(),
        )
        try:
            container.settings_file.save(container.settings)
        except PentimentoError as error:
            self._show_error(error.report)

    async def shut_down(self) -> None:
        """The job in hand goes on at the next start; the open picture is there again as it is now."""
        try:
            self.save_settings()
            await self._queue_tasks.close()
            await self.viewmodels.canvas.files.shut_down()
            await self.window.pages.gallery_view.close_view()
            await self.viewmodels.close()
            await self._container.close()
        except Exception:  # noqa: BLE001 - whatever it was, the window must go and the log must say why
            _log.exception("The studio did not end as it should.")
        finally:
            self.window.let_close()
            self.window.close()
            self.window.deleteLater()
            self._owner.deleteLater()
            self._closed.set()

    async def _bring_back(self, *, crashed_before: bool) -> None:
        """The picture first: it is what the artist looks for."""
        views, container = self.viewmodels, self._container
        if container.settings_notice is not None:
            self.window.errors.show_notice(container.settings_notice)
        await views.canvas.files.restore()
        await container.models.scan()
        views.editor.load(container.settings.editor)
        await container.queue.load()
        await views.staging.load()
        views.gallery.start()
        if crashed_before:
            self._offer_recovered()
        self._queue_tasks.start(container.queue.run(), name="queue")
        self._queue_tasks.start(tidy(container), name="housekeeping")

    def _offer_recovered(self) -> None:
        """The last picture is open again already; the line says so, and where the others are."""
        files = self.viewmodels.canvas.files
        report = ErrorReport(
            code="RECOVERED",
            message="Pentimento did not end as it should last time. Everything is as it was at the last step.",
        )
        if files.recoverable:
            self.window.errors.show_notice(
                report,
                button=tr("Open the one before"),
                run=lambda: self.viewmodels.tasks.start(files.reopen(files.recoverable[0])),
            )
        else:
            self.window.errors.show_notice(report)

    def _show_error(self, report: ErrorReport) -> None:
        self.window.errors.show_error(report)

    def _show_job_error(self, job: Job) -> None:
        if job.error is not None:
            self.window.errors.show_error(
                job.error, button=tr("Try again"), run=lambda: self.viewmodels.overview.retry(job.id)
            )


def run_studio(*, data_dir: Path | None, debug: bool, world: World | None = None) -> int:
    """From the command line until the window is closed. Returns the exit status; raises PentimentoError."""
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
                loop.run_until_complete(
                    _run(application, Container(folders=folders, world=world), lock.crashed_before)
                )
            finally:
                loop.close()
        finally:
            qInstallMessageHandler(previous_handler)
            stop_logging()
    return 0


async def _run(application: QApplication, container: Container, crashed_before: bool) -> None:  # noqa: FBT001 - private
    studio = Studio(application=application, container=container)
    studio.window.first_painted.connect(_announce_first_paint)
    _close_on_signals(studio.ask_to_close)
    starting = studio.start(crashed_before=crashed_before)
    await studio.until_closed()
    starting.cancel()


def _announce_first_paint() -> None:
    _log.info(
        "First paint %.0f ms after the studio's code was loaded.", 1000 * (time.perf_counter() - _STARTED)
    )
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


def _version() -> str:
    try:
        return version("pentimento")
    except PackageNotFoundError:
        return ""


def _encoded(state: bytes) -> str:
    return base64.b64encode(state).decode()


def _decoded(state: str) -> bytes:
    try:
        return base64.b64decode(state, validate=True)
    except (binascii.Error, ValueError):
        return b""
