"""The state behind the window: every room's viewmodel, made in the order in which they need each other."""

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QObject

from desktop.account.viewmodel import AccountOverview
from desktop.app.container import Container
from desktop.app.engine_memory import engine_memory
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.gallery.viewmodel import GalleryViewModel
from desktop.generation.picture_tasks import PictureTasks
from desktop.generation.queue_overview import QueueOverview
from desktop.generation.staging import Staging
from desktop.generation.viewmodel import RequestEditor
from desktop.models.viewmodel import ModelList
from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import ErrorReport


class Viewmodels:
    """`on_error` gets what went wrong in a task and belongs to no room."""

    def __init__(
        self, *, container: Container, on_error: Callable[[ErrorReport], None], parent: QObject
    ) -> None:
        self._container = container
        self._parent = parent
        self.tasks = TaskOwner(on_error=on_error)

    @cached_property
    def canvas(self) -> CanvasViewModel:
        return CanvasViewModel(
            service=self._container.canvas_service,
            tasks=self.tasks,
            new_seed=self._container.world.new_seed,
            presets=self._container.brush_presets,
            parent=self._parent,
        )

    @cached_property
    def editor(self) -> RequestEditor:
        return RequestEditor(
            canvas=self.canvas,
            sender=self._container.job_sender,
            blobs=self._container.blobs,
            models=self._container.models,
            tasks=self.tasks,
            new_seed=self._container.world.new_seed,
            parent=self._parent,
        )

    @cached_property
    def picture_tasks(self) -> PictureTasks:
        return PictureTasks(
            editor=self.editor,
            layers=self.canvas,
            sender=self._container.job_sender,
            blobs=self._container.blobs,
            new_seed=self._container.world.new_seed,
            parent=self._parent,
        )

    @cached_property
    def staging(self) -> Staging:
        return Staging(
            store=self._container.job_store,
            queue=self._container.queue,
            sender=self._container.job_sender,
            blobs=self._container.blobs,
            new_seed=self._container.world.new_seed,
            parent=self._parent,
        )

    @cached_property
    def account(self) -> AccountOverview:
        return AccountOverview(
            account=self._container.account,
            tasks=self.tasks,
            open_page=self._container.world.open_page,
            parent=self._parent,
        )

    @cached_property
    def overview(self) -> QueueOverview:
        return QueueOverview(
            queue=self._container.queue,
            tasks=self.tasks,
            read_memory=lambda: engine_memory(self._container.engine),
            parent=self._parent,
        )

    @cached_property
    def gallery(self) -> GalleryViewModel:
        return GalleryViewModel(
            library=self._container.library,
            boards=self._container.boards,
            searches=self._container.saved_searches,
            thumbnails=self._container.thumbnails,
            parent=self._parent,
        )

    @cached_property
    def models(self) -> ModelList:
        return ModelList(
            library=self._container.models,
            tasks=self.tasks,
            hashing=self._container.model_hashing,
            parent=self._parent,
        )

    @cached_property
    def hub(self) -> DownloadPanel:
        return DownloadPanel(
            hub=self._container.hub,
            keys=self._container.hub_keys,
            downloads=self._container.downloads,
            library=self._container.models,
            tasks=self.tasks,
            parent=self._parent,
        )

    async def close(self) -> None:
        """The views are gone or deaf by now."""
        await self.tasks.close()
        for room in (self.gallery, self.models, self.hub):
            await room.close()
        for part in (self.editor, self.staging, self.overview, self.account):
            part.close()
