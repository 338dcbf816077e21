"""Everything that a job adds to its model: put on before its pictures are made, gone after them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from shared.contracts.errors import InvalidModelError, ModelUnavailableError
from shared.contracts.generation import Control, GenerationSettings, ModelReference
from shared.contracts.models import ModelFile
from shared.engine.prompt_tags import LoraTag
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.lines import preprocess
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels, flatten
from shared.inference.add_ons.control_nets import make_control_net
from shared.inference.add_ons.embeddings import learn
from shared.inference.add_ons.image_encoders import find_encoder, load_encoder
from shared.inference.add_ons.ip_adapters import adapters_attached, look_at
from shared.inference.add_ons.leads import Leads, LookLead, NetLead
from shared.inference.add_ons.loras import WornLora, wear
from shared.inference.add_ons.seamless import wrapped_around
from shared.inference.add_ons.vaes import make_vae
from shared.inference.add_ons.weights import Weights, read_weights
from shared.inference.conditioning import TextEncoder
from shared.inference.loading import LoadedModel, ModelKeeper
from shared.inference.previews import fit_projection
from shared.inference.residency import Residency
from shared.inference.stages import BeforeStage

_Part = TypeVar("_Part")


class AddOnKeeper:
    """Keeps what the last job added, so that the next one does not read it again."""

    def __init__(self, configurations: Path, residency: Residency) -> None:
        self.configurations = configurations
        self._residency = residency
        self._kept: dict[tuple[object, ...], Any] = {}
        self._used: set[tuple[object, ...]] = set()
        self.loads = 0

    def get(self, key: tuple[object, ...], make: Callable[[], _Part]) -> _Part:
        self._used.add(key)
        if key not in self._kept:
            self._kept[key] = make()
            self.loads += 1
        part: _Part = self._kept[key]
        return part

    def begin_job(self) -> None:
        self._used.clear()

    def end_job(self) -> None:
        """What this job did not use is given up."""
        for key in self._kept.keys() - self._used:
            part = self._kept.pop(key)
            self._residency.forget(part if isinstance(part, tuple) else [part])


@dataclass(frozen=True)
class Equipment:
    """`model` with its autoencoder and words as asked; `wear` puts on the LoRAs of the request and of a prompt."""

    model: LoadedModel
    leads: Leads
    wear: Callable[[Sequence[LoraTag]], None]


class Outfitter:
    """Of one job: its files by the references of its request."""

    def __init__(
        self, *, job: RunJob, blobs: BlobFolder, keeper: AddOnKeeper, before_stage: BeforeStage
    ) -> None:
        self._job = job
        self._request: GenerationSettings = job.request
        self._blobs = blobs
        self._keeper = keeper
        self._before_stage = before_stage

    @contextmanager
    def equipped(self, model: LoadedModel, fit: Callable[[Pixels], Pixels]) -> Iterator[Equipment]:
        """While this is open. `fit` brings a control's picture to the part that the task paints."""
        request = self._request
        dressed = self._with_own_vae(self._with_words(model))
        adapters = [control for control in request.controls if self._kind(control) == "ip_adapter"]
        nets = [control for control in request.controls if self._kind(control) == "controlnet"]
        if request.controls:
            self._before_stage("control")
        with (
            wrapped_around([dressed.unet, dressed.vae], request.seamless),
            adapters_attached(
                dressed.unet, [self._adapter(each, model) for each in adapters], model.description.name
            ),
        ):
            leads = Leads(
                unet=dressed.unet,
                nets=tuple(self._net_lead(each, model, fit) for each in nets),
                looks=tuple(self._look_lead(each, dressed, place) for place, each in enumerate(adapters)),
            )
            yield Equipment(dressed, leads, lambda tags: wear(model, self._loras(tags, model), self._read))

    def _loras(self, tags: Sequence[LoraTag], model: LoadedModel) -> list[WornLora]:
        worn = [
            WornLora(
                self._fitting(self._file(use.model), model, "LoRA"),
                use.weight,
                use.weight if use.text_weight is None else use.text_weight,
            )
            for use in self._request.loras
        ]
        for tag in tags:
            file = self._job.add_on_named(tag.name, "lora")
            if file is None:
                raise ModelUnavailableError(
                    "The LoRA {lora} that the prompt names is not on this machine.",
                    advice="Add it in Models, or take its name out of the prompt.",
                    lora=tag.name,
                )
            worn.append(WornLora(self._fitting(file, model, "LoRA"), tag.weight, tag.text_weight))
        return worn

    def _with_words(self, model: LoadedModel) -> LoadedModel:
        files = [self._fitting(self._file(each), model, "embedding") for each in self._request.embeddings]
        if not files:
            return model
        taught = [(file, self._keeper.get(("embedding", file), partial(self._read, file))) for file in files]

        def learned(encoder: TextEncoder) -> TextEncoder:
            words = learn(taught, slot=encoder.slot, encoder=encoder.model, model_name=model.description.name)
            return replace(encoder, learned=words)

        return replace(model, text_encoders=tuple(learned(encoder) for encoder in model.text_encoders))

    def _with_own_vae(self, model: LoadedModel) -> LoadedModel:
        if self._request.vae is None:
            return model
        file = self._fitting(self._file(self._request.vae), model, "VAE")

        def make() -> tuple[Any, Any]:
            self._before_stage("load")
            vae = make_vae(file, self._read(file), model, self._keeper.configurations)
            return vae, fit_projection(vae)

        vae, projection = self._keeper.get(("vae", file, model.description), make)
        return replace(model, vae=vae, projection=projection)

    def _net_lead(self, control: Control, model: LoadedModel, fit: Callable[[Pixels], Pixels]) -> NetLead:
        file = self._fitting(self._file(control.model), model, "ControlNet")
        net = self._keeper.get(
            ("controlnet", file, model.description), lambda: make_control_net(file, self._read(file), model)
        )
        picture = flatten(read_picture(self._blobs.path(control.image)))
        return NetLead(control, net, fit(preprocess(picture, control.preprocessor)))

    def _adapter(self, control: Control, model: LoadedModel) -> tuple[ModelFile, Weights]:
        file = self._fitting(self._file(control.model), model, "IP-Adapter")
        return file, self._keeper.get(("ip_adapter", file), lambda: self._read(file))

    def _look_lead(self, control: Control, model: LoadedModel, number: int) -> LookLead:
        place = find_encoder(*self._adapter(control, model))
        encoder = self._keeper.get(("image_encoder", place), lambda: load_encoder(place))
        model.residency.use(encoder)
        picture = flatten(read_picture(self._blobs.path(control.image)))
        projection = model.unet.encoder_hid_proj.image_projection_layers[number]
        return LookLead(control, look_at(encoder, picture, projection))

    def _kind(self, control: Control) -> str:
        return self._file(control.model).kind

    def _file(self, reference: ModelReference) -> ModelFile:
        file = self._job.add_on(reference.id)
        if file is None:
            raise ModelUnavailableError(
                "The model {name} is not on this machine.",
                advice="Choose another model, or put its file back into the models folder.",
                name=reference.name or reference.id,
            )
        return file

    def _read(self, file: ModelFile) -> Weights:
        return read_weights(file, open_pickles=self._request.open_pickles)

    def _fitting(self, file: ModelFile, model: LoadedModel, kind: str) -> ModelFile:
        if file.family is not None and file.family != model.description.family:
            raise InvalidModelError(
                "The {kind} {name} is made for {family}, and the model {model} is {own_family}.",
                advice="Choose one of the model's family, or another model.",
                kind=kind,
                name=file.name,
                family=_FAMILY_NAMES[file.family],
                model=model.description.name,
                own_family=_FAMILY_NAMES[model.description.family],
            )
        return file


_FAMILY_NAMES = {
    "stable_diffusion_1": "Stable Diffusion 1",
    "stable_diffusion_2": "Stable Diffusion 2",
    "stable_diffusion_xl": "Stable Diffusion XL",
    "stable_diffusion_xl_refiner": "Stable Diffusion XL's refiner",
}


def refiner_of(job: RunJob, models: ModelKeeper, model: LoadedModel) -> LoadedModel | None:
    """SDXL's second model, loaded beside the first. Raises InvalidModelError where the two are no pair."""
    if job.refiner is None:
        return None
    pair = (model.description.family, job.refiner.family)
    if pair != ("stable_diffusion_xl", "stable_diffusion_xl_refiner"):
        raise InvalidModelError(
            "{refiner} can't refine what {model} paints.",
            advice="A refiner goes with a Stable Diffusion XL model.",
            refiner=job.refiner.name,
            model=model.description.name,
        )
    return models.get(job.refiner, beside=(model.description,))
