"""A job that a diffusion model paints; where memory ran out it carries on from the picture that it was at."""

from shared.contracts.events import Loading
from shared.contracts.models import ModelDescription
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.inference.add_ons.equipment import AddOnKeeper, Outfitter, refiner_of
from shared.inference.conditioning import Conditioner
from shared.inference.loading import LoadedModel, ModelKeeper
from shared.inference.memory import DevicePlan
from shared.inference.outbox import Emit
from shared.inference.picture_maker import PictureKeeper, PictureMaker
from shared.inference.stages import BeforeStage
from shared.inference.tasks import make_task
from shared.inference.tasks.painter import RefiningModel


class Painting:
    def __init__(
        self,
        *,
        job: RunJob,
        description: ModelDescription,
        blobs: BlobFolder,
        models: ModelKeeper,
        add_ons: AddOnKeeper,
        before_stage: BeforeStage,
        emit: Emit,
    ) -> None:
        self._job = job
        self._description = description
        self._blobs = blobs
        self._models = models
        self._add_ons = add_ons
        self._before_stage = before_stage
        self._emit = emit
        self._made = 0

    def carry_on(self, plan: DevicePlan) -> None:
        """Until all pictures are made; memory errors pass through."""
        model, refiner = self._load(plan)
        self._emit(lambda: Loading(stage="conditioning"))
        task = make_task(self._job.request, self._blobs, model.sides)
        outfitter = Outfitter(
            job=self._job, blobs=self._blobs, keeper=self._add_ons, before_stage=self._before_stage
        )
        with outfitter.equipped(model, task.part_of) as equipment:
            equipment.model.use_tiling(tiling=plan.tiling)
            conditioner = self._conditioner(equipment.model)
            maker = PictureMaker(
                job=self._job,
                equipment=equipment,
                task=task,
                conditioner=conditioner,
                refining=self._refining(refiner),
                before_stage=self._before_stage,
                emit=self._emit,
            )
            self._make_all(maker, plan, one_by_one=self._job.request.reproducible or conditioner.varies)

    def _load(self, plan: DevicePlan) -> tuple[LoadedModel, LoadedModel | None]:
        if not self._models.holds(self._description):
            self._emit(lambda: Loading(stage="model"))
        self._before_stage("load")
        self._models.residency.offloads = plan.offload
        beside = () if self._job.refiner is None else (self._job.refiner,)
        model = self._models.get(self._description, beside=beside)
        return model, refiner_of(self._job, self._models, model)

    def _make_all(self, maker: PictureMaker, plan: DevicePlan, *, one_by_one: bool) -> None:
        keeper = PictureKeeper(job=self._job, blobs=self._blobs, emit=self._emit)
        count = self._job.request.count
        while self._made < count:
            batch = 1 if one_by_one else plan.batch
            group = range(self._made, min(self._made + batch, count))
            maker.make(group, plan, keeper)
            self._made = group.stop

    def _conditioner(self, model: LoadedModel) -> Conditioner:
        return Conditioner(
            encoders=model.text_encoders,
            request=self._job.request,
            silent_negative=model.silent_negative,
        )

    def _refining(self, refiner: LoadedModel | None) -> RefiningModel | None:
        wanted = self._job.request.refiner
        if refiner is None or wanted is None:
            return None
        return RefiningModel(refiner, self._conditioner(refiner), wanted.switch_at)
