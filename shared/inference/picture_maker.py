"""Makes one job's pictures, a group at a time, and keeps each of them as a blob with its recipe."""

from collections.abc import Sequence

from shared.contracts.events import Picture
from shared.contracts.generation import Placement
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pixels import Pixels
from shared.imaging.recipe_pictures import encode_recipe_png
from shared.inference.add_ons.equipment import Equipment
from shared.inference.conditioning import Conditioner
from shared.inference.memory import DevicePlan
from shared.inference.noise import NoiseStreams
from shared.inference.outbox import Emit
from shared.inference.progress import GroupProgress
from shared.inference.recipes import Rendered, make_recipe
from shared.inference.stages import BeforeStage
from shared.inference.tasks.painter import Painter, RefiningModel
from shared.inference.tasks.task import Task

_AT_THE_CORNER = Placement()


class PictureKeeper:
    """Each finished picture with its recipe into the blob folder, and word of it."""

    def __init__(self, *, job: RunJob, blobs: BlobFolder, emit: Emit) -> None:
        self._job = job
        self._blobs = blobs
        self._emit = emit

    def keep(
        self, number: int, pixels: Pixels, rendered: Rendered, placement: Placement = _AT_THE_CORNER
    ) -> None:
        height, width = pixels.shape[:2]
        recipe = make_recipe(self._job, rendered)
        blob = self._blobs.put(encode_recipe_png(pixels, recipe))
        picture = Picture(
            index=number,
            blob=blob,
            width=width,
            height=height,
            placement=placement,
            recipe=recipe,
        )
        self._emit(lambda: picture)


class PictureMaker:
    def __init__(
        self,
        *,
        job: RunJob,
        equipment: Equipment,
        task: Task,
        conditioner: Conditioner,
        refining: RefiningModel | None,
        before_stage: BeforeStage,
        emit: Emit,
    ) -> None:
        self._job = job
        self._equipment = equipment
        self._task = task
        self._conditioner = conditioner
        self._refining = refining
        self._before_stage = before_stage
        self._emit = emit

    def make(self, numbers: range, plan: DevicePlan, keeper: PictureKeeper) -> None:
        """The pictures of these numbers, at once. Memory errors pass through, before any picture is kept."""
        noise = NoiseStreams(self._job.request, numbers)
        prompts = self._conditioner.prompts(noise.seeds[0])
        self._equipment.wear(prompts.tags)
        painter = self._painter(noise, numbers)
        pictures = self._task.paint(painter)
        first = self._task.frames[0]
        for place, (number, pixels) in enumerate(zip(numbers, pictures, strict=True)):
            rendered = Rendered(
                seed=noise.seeds[place],
                variation_seed=noise.variation_seeds[place],
                plan=plan,
                work_size=(first.work_width, first.work_height),
                notes=(*painter.notes, *self._task.notes),
                prompts=self._conditioner.prompts(noise.seeds[place]) if self._conditioner.varies else None,
            )
            keeper.keep(number, pixels, rendered, self._task.placement)

    def _painter(self, noise: NoiseStreams, numbers: Sequence[int]) -> Painter:
        progress = GroupProgress(
            task=self._task,
            projection=self._equipment.model.projection,
            emit=self._emit,
            before_stage=self._before_stage,
            first=numbers[0],
            count=len(numbers),
            total=self._job.request.count,
        )
        return Painter(
            equipment=self._equipment,
            request=self._job.request,
            conditioner=self._conditioner,
            noise=noise,
            before_stage=self._before_stage,
            tell_step=progress.step_done,
            refining=self._refining,
        )
