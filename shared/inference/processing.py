"""Requests that no diffusion model carries out: enhancement, background removal, upscaler files."""

from collections.abc import Iterator
from typing import TypeGuard

import numpy as np

from shared.contracts.errors import InvalidRequestError, ModelUnavailableError
from shared.contracts.events import Loading, Progress
from shared.contracts.generation import (
    Enhance,
    GenerationRequest,
    Placement,
    RemoveBackground,
    Upscale,
)
from shared.engine.protocol import RunJob
from shared.imaging.background import remove_background
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.enhancing import enhance
from shared.imaging.pictures import read_mask, read_picture
from shared.imaging.pixels import Pixels, resize_picture
from shared.inference.add_ons.equipment import AddOnKeeper
from shared.inference.add_ons.weights import read_weights
from shared.inference.memory import DevicePlan
from shared.inference.outbox import Emit
from shared.inference.picture_maker import PictureKeeper
from shared.inference.recipes import Rendered
from shared.inference.residency import Residency
from shared.inference.stages import BeforeStage
from shared.inference.tasks.upscale import target_size
from shared.inference.upscalers import SMALL_TILE, TILE, MakeUpscaler, Upscaler, enlarge


def is_processing(request: GenerationRequest) -> TypeGuard[Enhance | RemoveBackground | Upscale]:
    return not request.needs_painter


class Processing:
    """One job's picture; each seed would give the same one, so a job makes one whatever its count."""

    def __init__(
        self,
        *,
        job: RunJob,
        blobs: BlobFolder,
        add_ons: AddOnKeeper,
        residency: Residency,
        make_upscaler: MakeUpscaler,
        before_stage: BeforeStage,
        emit: Emit,
    ) -> None:
        self._job = job
        self._blobs = blobs
        self._add_ons = add_ons
        self._residency = residency
        self._make_upscaler = make_upscaler
        self._before_stage = before_stage
        self._emit = emit

    def carry_on(self, plan: DevicePlan) -> None:
        request = self._job.request
        if not is_processing(request):
            msg = f"a request of the kind {request.kind}"
            raise TypeError(msg)
        picture = read_picture(self._blobs.path(request.image))
        height, width = picture.shape[:2]
        if isinstance(request, Upscale):
            result = self._upscaled(request, picture, plan)
            rendered = Rendered(seed=request.seed, work_size=(width, height), plan=plan)
        else:
            self._before_stage("step")
            result = self._changed(request, picture)
            rendered = Rendered(seed=request.seed, work_size=(width, height))
        PictureKeeper(job=self._job, blobs=self._blobs, emit=self._emit).keep(0, result, rendered)

    def _changed(self, request: Enhance | RemoveBackground, picture: Pixels) -> Pixels:
        if isinstance(request, RemoveBackground):
            size = (picture.shape[1], picture.shape[0])
            mask = None if request.mask is None else read_mask(self._blobs.path(request.mask), size)
            return remove_background(picture, hint=request.hint, mask=mask)
        if not (request.denoise or request.sharpen or request.colour):
            raise InvalidRequestError(
                "Nothing was asked to be enhanced.",
                advice="Choose how much noise is taken away, how much sharper or more colourful it becomes.",
            )
        pieces = enhance(picture, denoise=request.denoise, sharpen=request.sharpen, colour=request.colour)
        return self._last(pieces)

    def _last(self, pieces: Iterator[Pixels | None]) -> Pixels:
        """What comes last; before each other piece the job may be stopped."""
        result: Pixels | None = None
        for piece in pieces:
            result = piece
            self._before_stage("step")
        if result is None:
            msg = "no result came"
            raise RuntimeError(msg)
        return result

    def _upscaled(self, request: Upscale, picture: Pixels, plan: DevicePlan) -> Pixels:
        width, height = target_size(request, picture)
        file = self._job.add_on(request.model.id)
        if file is None or file.kind != "upscaler":
            raise ModelUnavailableError(
                "The upscaler {name} is not on this machine.",
                advice="Choose another one, or enlarge with the model itself.",
                name=request.model.name or request.model.id,
            )
        self._emit(lambda: Loading(stage="model"))
        self._before_stage("load")
        upscaler = self._add_ons.get(
            ("upscaler", file),
            lambda: self._make_upscaler(read_weights(file, open_pickles=request.open_pickles), file.name),
        )
        self._before_stage("upscale")
        self._residency.use(upscaler.model)
        result = picture[:, :, :3]
        while result.shape[1] < width or result.shape[0] < height:
            result = self._enlarged_once(upscaler, result, plan)
            if upscaler.scale == 1:
                break
        result = resize_picture(result, width, height)
        if picture.shape[2] == 3:
            return result
        return np.dstack([result, resize_picture(picture[:, :, 3], width, height)])

    def _enlarged_once(self, upscaler: Upscaler, picture: Pixels, plan: DevicePlan) -> Pixels:
        side = SMALL_TILE if plan.tiling else TILE
        for piece in enlarge(upscaler, picture, device=plan.device, side=side):
            if not isinstance(piece, tuple):
                return piece
            self._before_stage("upscale")
            self._tell(*piece)
        msg = "no result came"
        raise RuntimeError(msg)

    def _tell(self, done: int, of: int) -> None:
        self._emit(lambda: Progress(step=done, steps=of, preview_placement=Placement()))
