"""What goes sideways between rooms that do not know each other."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QSize
from PySide6.QtGui import QImage

from desktop.app.viewmodels import Viewmodels
from desktop.canvas.model_frame import FrameSides
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.generation.jobs import Candidate, Job, JobProgress
from desktop.generation.picture_tasks import PictureTask
from desktop.library.picture import LibraryPicture
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import Inpaint, Outpaint, Placement, Recipe

LONGEST_LAYER_NAME = 40
ShowPage = Callable[[str], None]
ShowError = Callable[[ErrorReport], None]
ShowJobError = Callable[[Job], None]


class Connections(QObject):
    """Lives as long as the window. Whatever belongs to another document than the open one is not drawn on it."""

    def __init__(
        self,
        *,
        viewmodels: Viewmodels,
        show_page: ShowPage,
        show_error: ShowError,
        show_job_error: ShowJobError,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewmodels = viewmodels
        self._show_page = show_page
        self._show_job_error = show_job_error
        self._candidate_number = 0
        self._opened_layer = ""
        self._layers_of_jobs: dict[str, str] = {}
        self._origin = (0, 0)
        self._failed_jobs: set[tuple[str, int]] | None = None
        canvas, editor = viewmodels.canvas, viewmodels.editor
        canvas.situation_changed.connect(editor.canvas_changed)
        canvas.recipe_opened.connect(self._open_recipe)
        canvas.current.document_replaced.connect(self._document_replaced)
        canvas.situation_changed.connect(self._follow_origin)
        editor.sending_plan_changed.connect(canvas.set_sending_overlay)
        editor.submitted.connect(self._remember_layer)
        editor.state_changed.connect(self._fit_frame)
        editor.models_changed.connect(self._fit_frame)
        viewmodels.staging.split_changed.connect(canvas.overlays.show_split)
        viewmodels.staging.taken.connect(self._take)
        viewmodels.staging.current_changed.connect(self._show_candidate)
        viewmodels.overview.progress_changed.connect(self._show_progress)
        viewmodels.overview.jobs_changed.connect(self._tell_failures)
        viewmodels.models.model_chosen.connect(self._paint_with)
        viewmodels.models.words_chosen.connect(self._insert_words)
        viewmodels.gallery.recipe_used.connect(self._use_recipe)
        viewmodels.gallery.opened_on_canvas.connect(self._open_on_canvas)
        viewmodels.gallery.task_asked.connect(self._make_of_picture)
        canvas.layer_task_asked.connect(self._make_of_layer)
        tasks = viewmodels.picture_tasks
        for failed in (viewmodels.overview.failed, viewmodels.staging.failed, tasks.failed):
            failed.connect(show_error)

    def _open_recipe(self, recipe: Recipe, layer_id: str) -> None:
        canvas = self._viewmodels.canvas
        self._viewmodels.editor.open_recipe(
            recipe,
            document_id=canvas.situation().document_id,
            placement=again_at(recipe, canvas.place_from_origin(layer_id)),
        )
        self._opened_layer = layer_id

    def _remember_layer(self, job_id: str) -> None:
        """A result of the recipe that is open may take the place of its layer."""
        editor = self._viewmodels.editor
        if editor.opened is not None and editor.replaces_layer:
            self._layers_of_jobs[job_id] = self._opened_layer

    def _fit_frame(self) -> None:
        model = self._viewmodels.editor.model
        if model is not None:
            self._viewmodels.canvas.frame.set_sides(
                FrameSides(
                    minimum=model.minimum_side,
                    native=model.native_side,
                    maximum=model.maximum_side,
                    multiple=model.multiple,
                )
            )

    def _use_recipe(self, recipe: Recipe, part: str) -> None:
        self._viewmodels.editor.use_recipe(recipe, part)
        self._show_page("canvas")

    def _paint_with(self, model_id: str) -> None:
        self._viewmodels.editor.choose_model(model_id)
        self._show_page("canvas")

    def _insert_words(self, words: str) -> None:
        self._viewmodels.editor.add_to_prompt(words)
        self._show_page("canvas")

    def _open_on_canvas(self, picture: LibraryPicture) -> None:
        self._show_page("canvas")
        self._viewmodels.tasks.start(self._viewmodels.canvas.files.open(picture.file))

    def _make_of_picture(self, picture: LibraryPicture, task: PictureTask) -> None:
        self._viewmodels.tasks.start(self._viewmodels.picture_tasks.of_picture(task, picture))

    def _make_of_layer(self, task: PictureTask) -> None:
        self._viewmodels.tasks.start(self._viewmodels.picture_tasks.of_layer(task))

    def _take(self, candidate: Candidate) -> None:
        canvas = self._viewmodels.canvas
        name = " ".join(candidate.recipe.request.prompt.split()) or tr("Result")
        self._viewmodels.tasks.start(
            canvas.add_result(
                self._viewmodels.staging.file_of(candidate),
                placement=placement_on(canvas, candidate),
                recipe=candidate.recipe,
                name=name[:LONGEST_LAYER_NAME],
                replaces=self._layers_of_jobs.get(candidate.job_id),
            )
        )

    def _follow_origin(self) -> None:
        """The page grew to the left or upwards, or shrank again: what lies over it goes along."""
        origin = self._viewmodels.canvas.situation().origin
        if origin != self._origin:
            self._origin = origin
            self._show_candidate(self._viewmodels.staging.current)

    def _document_replaced(self) -> None:
        self._show_candidate(self._viewmodels.staging.current)

    def _show_candidate(self, candidate: Candidate | None) -> None:
        self._candidate_number += 1
        if candidate is None or not self._belongs_here(candidate.document_id):
            self._viewmodels.canvas.clear_candidate()
            return
        self._viewmodels.tasks.start(self._load_candidate(candidate, self._candidate_number))

    async def _load_candidate(self, candidate: Candidate, number: int) -> None:
        file: Path = self._viewmodels.staging.file_of(candidate)
        image = await asyncio.to_thread(lambda: QImage(str(file)))
        if number == self._candidate_number and not image.isNull():
            canvas = self._viewmodels.canvas
            place = placement_on(canvas, candidate)
            canvas.show_candidate(image, on_page(canvas, place, QSize(candidate.width, candidate.height)))

    def _show_progress(self, progress: JobProgress | None) -> None:
        canvas = self._viewmodels.canvas
        if progress is None:
            canvas.clear_preview()
        elif progress.preview and self._belongs_here(progress.document_id):
            size = QSize(progress.preview_width, progress.preview_height)
            place = progress.preview_placement
            if canvas.current.document is None:
                place = Placement()
            canvas.show_preview(QImage.fromData(progress.preview), on_page(canvas, place, size))

    def _belongs_here(self, document_id: str) -> bool:
        return document_id in {"", self._viewmodels.canvas.situation().document_id}

    def _tell_failures(self, jobs: tuple[Job, ...]) -> None:
        """Those that fail while we watch; what had failed before stands in the list of jobs."""
        failed = {(job.id, job.attempt): job for job in jobs if job.state == "failed"}
        if self._failed_jobs is not None:
            for key in failed.keys() - self._failed_jobs:
                self._show_job_error(failed[key])
        self._failed_jobs = set(failed)


def on_page(canvas: CanvasViewModel, place: Placement, size: QSize) -> QRect:
    """The rectangle of the open document at a place that counts from the document's origin."""
    return QRect(QPoint(place.x, place.y) + QPoint(*canvas.situation().origin), size)


def again_at(recipe: Recipe, layer: Placement) -> Placement:
    """Where a recipe's picture lies when it is rendered again: where the layer is, if it is all of that picture."""
    request = recipe.request
    repaints_a_part = isinstance(request, Outpaint) or (
        isinstance(request, Inpaint) and request.area != "whole"
    )
    return Placement() if repaints_a_part else layer


def placement_on(canvas: CanvasViewModel, candidate: Candidate) -> Placement:
    """Where a result lies, counted from the document's origin; in the middle of a document it was not made for."""
    situation = canvas.situation()
    if not situation.document_id:
        return Placement()
    if candidate.document_id == situation.document_id:
        return candidate.placement
    x, y = (situation.width - candidate.width) // 2, (situation.height - candidate.height) // 2
    return Placement(x=x - situation.origin[0], y=y - situation.origin[1])
