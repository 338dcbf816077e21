import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tqdm import tqdm

from shared.contracts.events import GenerationEvent, Picture
from shared.contracts.generation import GenerationRequest, TextToImage
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.catalogue import describe_model
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.pixels import Pixels
from shared.inference.job_runner import JobRunner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import DevicePlan
from shared.inference.stages import BeforeStage, Stage
from tests.support.tiny_models import save_tiny_model

CPU = DevicePlan(torch.device("cpu"), torch.float32)


@pytest.fixture(scope="session", autouse=True)
def _one_quiet_thread() -> None:
    torch.set_num_threads(1)
    tqdm.monitor_interval = 0  # the libraries' progress bars would start a thread that never ends


@pytest.fixture(scope="session")
def tiny_pipeline(tiny_folder: Path) -> Any:
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline.from_pretrained(tiny_folder, safety_checker=None, local_files_only=True)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_tiny_model(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> ModelDescription:
    return describe_model(tiny_folder).model_copy(update={"sha256": "0" * 64})


@pytest.fixture(scope="session")
def tiny_inpainting(tmp_path_factory: pytest.TempPathFactory) -> ModelDescription:
    folder = tmp_path_factory.mktemp("models") / "inpainting"
    save_tiny_model(folder, "inpainting", in_channels=9)
    return describe_model(folder)


@pytest.fixture(scope="session")
def tiny_zero_snr(tmp_path_factory: pytest.TempPathFactory) -> ModelDescription:
    """As the starter model is: v-prediction from pure noise, 8 latent channels."""
    folder = tmp_path_factory.mktemp("models") / "zero_snr"
    save_tiny_model(folder, "zero_snr", in_channels=8, latent_channels=8, zero_snr=True)
    return describe_model(folder)


@pytest.fixture(scope="session")
def keeper() -> ModelKeeper:
    return ModelKeeper(CPU)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


class Studio:
    """Runs jobs in this process and keeps what they told."""

    def __init__(self, blobs: BlobFolder, keeper: ModelKeeper, model: ModelDescription) -> None:
        self.blobs = blobs
        self.model = model
        self.keeper = keeper
        self._runners: dict[DevicePlan, JobRunner] = {}
        self._fault: BeforeStage = lambda _stage: None

    def run(
        self,
        request: GenerationRequest,
        *,
        model: ModelDescription | None = None,
        device: DevicePlan = CPU,
        before_stage: BeforeStage = lambda _stage: None,
        add_ons: tuple[ModelFile, ...] = (),
        refiner: ModelDescription | None = None,
        cancelled: threading.Event | None = None,
    ) -> list[GenerationEvent]:
        self._fault = before_stage
        if device not in self._runners:
            self._runners[device] = JobRunner(
                blobs=self.blobs,
                device=device,
                models=self.keeper,
                before_stage=self._reach,
            )
        return self.run_with(
            self._runners[device],
            request,
            model=model,
            refiner=refiner,
            add_ons=add_ons,
            cancelled=cancelled,
        )

    def run_with(
        self,
        runner: JobRunner,
        request: GenerationRequest,
        *,
        model: ModelDescription | None = None,
        add_ons: tuple[ModelFile, ...] = (),
        refiner: ModelDescription | None = None,
        cancelled: threading.Event | None = None,
    ) -> list[GenerationEvent]:
        events: list[GenerationEvent] = []
        job = RunJob(
            job_id="job",
            request=request,
            model=(model or self.model) if request.needs_painter else None,
            refiner=refiner,
            add_ons=add_ons,
        )
        runner.run(job, cancelled or threading.Event(), lambda make: events.append(make()))
        return events

    def run_job(self, job: RunJob) -> list[GenerationEvent]:
        """A job as it stands."""
        runner = JobRunner(blobs=self.blobs, device=CPU, models=self.keeper)
        events: list[GenerationEvent] = []
        runner.run(job, threading.Event(), lambda make: events.append(make()))
        return events

    def read(self, picture: Picture) -> Pixels:
        return read_picture(self.blobs.path(picture.blob))

    def _reach(self, stage: Stage) -> None:
        self._fault(stage)

    def picture(self, request: GenerationRequest, **options: Any) -> Pixels:
        (picture,) = self.pictures(request, **options)
        return picture

    def pictures(self, request: GenerationRequest, **options: Any) -> list[Pixels]:
        events = self.run(request, **options)
        pictures = [event for event in events if isinstance(event, Picture)]
        assert pictures, events[-1]
        return [read_picture(self.blobs.path(picture.blob)) for picture in pictures]

    def text_to_image(self, **changes: Any) -> TextToImage:
        return TextToImage(
            **{
                "model": self.model.reference,
                "prompt": "a red house",
                "seed": 7,
                "steps": 3,
                "width": 64,
                "height": 64,
                **changes,
            }
        )

    def put(self, pixels: Pixels) -> str:
        return self.blobs.put(encode_png(pixels))


@pytest.fixture
def studio(blobs: BlobFolder, keeper: ModelKeeper, tiny: ModelDescription) -> Studio:
    return Studio(blobs, keeper, tiny)


@pytest.fixture(scope="session")
def landscape() -> Pixels:
    """Smooth colours, no side a multiple of 8."""
    rows, columns = np.mgrid[0:90, 0:122]
    return np.dstack([rows * 2, columns * 2, 255 - rows - columns]).astype(np.uint8)
