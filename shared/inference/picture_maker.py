"""Makes one job's pictures, a group at a time, and keeps each of them as a blob with its recipe."""

from collections.abc import Callable

from shared.contracts.events import Picture
from shared.contracts.generation import LARGEST_SEED
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pixels import Pixels
from shared.imaging.recipe_pictures import encode_recipe_png
from shared.inference.conditioning import Conditioner
from shared.inference.loading import LoadedModel
from shared.inference.memory import DevicePlan
from shared.inference.outbox import Emit
from shared.inference.progress import GroupProgress
from shared.inference.recipes import make_recipe
from shared.inference.tasks.painter import Painter
from shared.inference.tasks.task import Task


class PictureMaker:
    def __init__(
        self,
        *,
        job: RunJob,
        model: LoadedModel,
        task: Task,
        conditioner: Conditioner,
        blobs: BlobFolder,
        before_evaluation: Callable[[], None],
        emit: Emit,
    ) -> None:
        self._job = job
        self._model = model
        self._task = task
        self._conditioner = conditioner
        self._blobs = blobs
        self._before_evaluation = before_evaluation
        self._emit = emit

    def make(self, numbers: range, plan: DevicePlan) -> None:
        """The pictures of these numbers, at once. Memory errors pass through, before any picture is kept."""
        seeds = [(self._job.request.seed + number) % (LARGEST_SEED + 1) for number in numbers]
        progress = GroupProgress(
            task=self._task,
            projection=self._model.projection,
            emit=self._emit,
            first=numbers.start,
            count=len(numbers),
            total=self._job.request.count,
        )
        painter = Painter(
            model=self._model,
            request=self._job.request,
            conditioner=self._conditioner,
            seeds=seeds,
            before_evaluation=self._before_evaluation,
            tell_step=progress.step_done,
        )
        self._model.use_tiling(tiling=plan.tiling)
        pictures = self._task.paint(painter)
        for number, seed, pixels in zip(numbers, seeds, pictures, strict=True):
            self._keep(number, seed, pixels, plan, painter.notes)

    def _keep(self, number: int, seed: int, pixels: Pixels, plan: DevicePlan, notes: tuple[str, ...]) -> None:
        height, width = pixels.shape[:2]
        prompts = self._conditioner.prompts(seed) if self._conditioner.varies else None
        recipe = make_recipe(
            self._job, self._task, seed=seed, plan=plan, sampler_notes=notes, prompts=prompts
        )
        blob = self._blobs.put(encode_recipe_png(pixels, recipe))
        picture = Picture(
            index=number,
            blob=blob,
            width=width,
            height=height,
            placement=self._task.placement,
            recipe=recipe,
        )
        self._emit(lambda: picture)
