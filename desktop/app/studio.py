"""The studio from the moment its rooms are loaded to its last saved setting."""

import asyncio
import base64
import logging

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.app.cloud_connections import CloudConnections
from desktop.app.connections import Connections
from desktop.app.container import Container
from desktop.app.first_window import decoded, make_window
from desktop.app.housekeeping import tidy
from desktop.app.main_window import MainWindow
from desktop.app.pages import Pages
from desktop.app.viewmodels import Viewmodels
from desktop.canvas.viewmodels.remembering import bring_back, remembered
from desktop.generation.jobs import Job
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport, PentimentoError

MENDED_UNDER_ACCOUNT = frozenset({"NOT_SIGNED_IN", "INSUFFICIENT_CREDITS", "EMAIL_NOT_VERIFIED"})

_log = logging.getLogger(__name__)


class Studio:
    """`start` fills the window and brings back what was; `shut_down` keeps everything and ends it.

    `window` may be on the screen already; without one, the studio makes its own.
    """

    def __init__(
        self, *, application: QApplication, container: Container, window: MainWindow | None = None
    ) -> None:
        self._container = container
        self._owner = QObject(application)
        self.window = window or make_window(
            application=application, settings=container.settings, data_folder=container.folders.root
        )
        self.appearance = self.window.appearance
        self.viewmodels = Viewmodels(container=container, on_error=self._show_error, parent=self._owner)
        self._queue_tasks = TaskOwner(on_error=self._show_error)
        self.window.fill(viewmodels=self.viewmodels, pages=Pages(viewmodels=self.viewmodels))
        self._connections = Connections(
            viewmodels=self.viewmodels,
            show_page=self.window.show_page,
            show_error=self._show_error,
            show_job_error=self._show_job_error,
            parent=self._owner,
        )
        self._cloud = CloudConnections(
            viewmodels=self.viewmodels,
            offers=container.cloud_offers,
            engine=container.cloud_engine,
            show_credits=self.window.top_bar.show_credits,
            parent=self._owner,
        )
        self.window.pages.generate_panel.account_asked.connect(lambda: self.window.show_page("account"))
        self.window.pages.account_view.canvas_asked.connect(lambda: self.window.show_page("canvas"))
        self._closing: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self.appearance.changed.connect(self.save_settings)
        self.viewmodels.models.folders_changed.connect(self.save_settings)
        self.viewmodels.hub.endpoint_changed.connect(self.save_settings)
        self.viewmodels.account.server_changed.connect(self.save_settings)
        # Known before it is watched, as settings may be saved first.
        self.viewmodels.gallery.imports.watched = container.settings.watched_folder
        self.viewmodels.gallery.imports.watched_changed.connect(self.save_settings)
        bring_back(self.viewmodels.canvas.tools, self.viewmodels.canvas.aids, container.settings.tools)
        palette = self.viewmodels.canvas.palette
        palette.restore(container.settings.swatches, container.settings.recent_colours)
        self.window.close_asked.connect(self.ask_to_close)

    def start(self, *, crashed_before: bool = False) -> "asyncio.Task[None]":
        """Show the window; the task brings back what was in it."""
        self.window.show()
        workspace = self.window.pages.workspace
        workspace.resize(self.window.size())
        workspace.restore_layout(decoded(self._container.settings.window_layout))
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
            hub_endpoint=container.hub.endpoint,
            server=container.account.state.server,
            watched_folder=self.viewmodels.gallery.imports.watched,
            tools=remembered(self.viewmodels.canvas.tools, self.viewmodels.canvas.aids),
            swatches=self.viewmodels.canvas.palette.swatches,
            recent_colours=self.viewmodels.canvas.palette.recent,
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
        views.canvas.brushes.load()
        await container.models.scan()
        views.editor.load(container.settings.editor)
        await container.queue.load()
        await views.staging.load()
        views.models.resume_hashing()
        views.hub.start()
        views.gallery.start()
        views.gallery.imports.watch(views.gallery.imports.watched)
        if crashed_before:
            self._offer_recovered()
        self._queue_tasks.start(container.queue.run(), name="queue")
        self._queue_tasks.start(container.account.load(), name="account")
        self._queue_tasks.start(tidy(container), name="housekeeping")
        self._queue_tasks.start(
            container.library.keep_beside(container.boards.changes, container.saved_searches.changes),
            name="beside",
        )

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
        if job.error is None:
            return
        if job.error.code in MENDED_UNDER_ACCOUNT:
            self.window.errors.show_error(
                job.error, button=tr("Account"), run=lambda: self.window.show_page("account")
            )
        else:
            self.window.errors.show_error(
                job.error, button=tr("Try again"), run=lambda: self.viewmodels.overview.retry(job.id)
            )


def _encoded(state: bytes) -> str:
    return base64.b64encode(state).decode()
