"""From a request's references to the files on this machine that a job needs."""

from collections.abc import Iterator, Sequence

from shared.contracts.errors import ModelUnavailableError
from shared.contracts.generation import GenerationRequest, ModelReference
from shared.contracts.models import ModelDescription, ModelFile, ModelKind
from shared.engine.catalogue import Catalogue
from shared.engine.model_hashes import ModelHashes
from shared.engine.prompt_tags import LoraTag, take_tags
from shared.engine.protocol import RunJob


class JobResolver:
    """Blocking: it reads headers and, for hashes, whole files that were not hashed yet."""

    def __init__(self, catalogue: Catalogue, hashes: ModelHashes) -> None:
        self._catalogue = catalogue
        self._hashes = hashes

    def resolve(self, job_id: str, request: GenerationRequest) -> RunJob:
        """The job with every file that it needs, its request's references filled with their hashes.

        Raises ModelUnavailableError for what is not here, and for a pickle that the artist did not allow.
        """
        found = _Found(self._catalogue, request)
        add_ons = {file.id: file for file in found.add_ons()}
        model = found.model()
        refiner = found.refiner()
        hashes = {file.id: self._hashes.of_place(file.path, file.layout) for file in add_ons.values()}
        return RunJob(
            job_id=job_id,
            request=_with_references(request, add_ons, hashes),
            model=self._hashed(model),
            refiner=self._hashed(refiner),
            add_ons=tuple(add_ons.values()),
        )

    def _hashed(self, model: ModelDescription | None) -> ModelDescription | None:
        return None if model is None else model.model_copy(update={"sha256": self._hashes.sha256(model)})


class _Found:
    def __init__(self, catalogue: Catalogue, request: GenerationRequest) -> None:
        self._catalogue = catalogue
        self._request = request
        self._files: list[ModelFile] | None = None
        self._surveyed = False

    def model(self) -> ModelDescription | None:
        """None where the request needs none, or where the file has to be opened before it can be described."""
        reference = self._request.model
        if not self._request.needs_painter:
            return None
        model = self._catalogue.find(reference.id)
        if model is None and not any(file.id == reference.id for file in self.add_ons()):
            raise missing(reference)
        return model

    def refiner(self) -> ModelDescription | None:
        if self._request.refiner is None:
            return None
        model = self._catalogue.find(self._request.refiner.model.id)
        if model is None:
            raise missing(self._request.refiner.model)
        return model

    def add_ons(self) -> Iterator[ModelFile]:
        request = self._request
        for use in request.loras:
            yield self._file(use.model, "lora")
        for reference in request.embeddings:
            yield self._file(reference, "embedding")
        if request.vae is not None:
            yield self._file(request.vae, "vae")
        for control in request.controls:
            yield self._file(control.model, "controlnet", "ip_adapter")
        if not request.needs_painter and request.model.id:
            yield self._file(request.model, "upscaler")
        elif request.needs_painter and (pickled := self._pickled_model()):
            yield pickled
        for tag in _tags(request):
            if file := self._named(tag.name):
                yield file

    def _pickled_model(self) -> ModelFile | None:
        if self._catalogue.find(self._request.model.id) is not None:
            return None
        known = (file for file in self._all() if file.id == self._request.model.id and file.needs_consent)
        file = next(known, None)
        return None if file is None else self._allowed(file)

    def _file(self, reference: ModelReference, *kinds: ModelKind) -> ModelFile:
        same = _like(reference, self._all(), kinds)
        if same is None or not _is_there(same):
            same = _like(reference, self._all_anew(), kinds)
        if same is None:
            raise missing(reference)
        # The request's own id and name stay, since the engine looks files up by them.
        own = same.model_copy(update={"id": reference.id, "name": reference.name or same.name})
        return self._allowed(own)

    def _named(self, name: str) -> ModelFile | None:
        """A LoRA by its file's name, or by what its maker called it."""
        found = _lora_called(name, self._all())
        return found if found is not None and _is_there(found) else _lora_called(name, self._all_anew())

    def _allowed(self, file: ModelFile) -> ModelFile:
        if file.needs_consent and not self._request.open_pickles:
            raise not_allowed(file.name)
        return file

    def _all(self) -> list[ModelFile]:
        if self._files is None:
            self._files = self._catalogue.files()
        return self._files

    def _all_anew(self) -> list[ModelFile]:
        if not self._surveyed:
            self._surveyed = True
            self._files = self._catalogue.survey().files
        return self._all()


def _like(
    reference: ModelReference, files: Sequence[ModelFile], kinds: Sequence[ModelKind]
) -> ModelFile | None:
    """By its id, else by its name."""
    known = [file for file in files if file.kind in kinds]
    same = next((file for file in known if file.id == reference.id), None)
    return same or next((file for file in known if reference.name and file.name == reference.name), None)


def _lora_called(name: str, files: Sequence[ModelFile]) -> ModelFile | None:
    """By its file's name, else by what its maker called it."""
    known = [file for file in files if file.kind == "lora"]
    wanted = name.casefold()
    found = next((file for file in known if file.name.casefold() == wanted), None)
    return found or next((file for file in known if file.alias.casefold() == wanted), None)


def _is_there(file: ModelFile) -> bool:
    """Whether it is still what a survey found: another file in its place has most likely another size."""
    try:
        return file.path.is_dir() or file.path.stat().st_size == file.size_bytes
    except OSError:
        return False


def missing(reference: ModelReference) -> ModelUnavailableError:
    return ModelUnavailableError(
        "The model {name} is not on this machine.",
        advice="Choose another model, or put its file back into the models folder.",
        name=reference.name or reference.id,
    )


def not_allowed(name: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        "The file of {name} is of a kind that can run code of strangers, so it was not opened.",
        advice="Allow such files in the advanced settings if you trust it, or choose a .safetensors file.",
        name=name,
    )


def _tags(request: GenerationRequest) -> list[LoraTag]:
    """Of every text that the prompt may come to."""
    if request.prompt_syntax != "a1111":
        return []
    texts = [request.prompt, *(line for wildcard in request.wildcards for line in wildcard.lines)]
    return [tag for text in texts for tag in take_tags(text)[1]]


def _with_references(
    request: GenerationRequest, add_ons: dict[str, ModelFile], hashes: dict[str, str]
) -> GenerationRequest:
    def filled(reference: ModelReference) -> ModelReference:
        file = add_ons[reference.id]
        return ModelReference(id=file.id, name=file.name, sha256=hashes[file.id])

    changes: dict[str, object] = {
        "loras": tuple(use.model_copy(update={"model": filled(use.model)}) for use in request.loras),
        "embeddings": tuple(filled(reference) for reference in request.embeddings),
        "controls": tuple(
            control.model_copy(update={"model": filled(control.model)}) for control in request.controls
        ),
    }
    if request.vae is not None:
        changes["vae"] = filled(request.vae)
    if request.model.id in add_ons:
        changes["model"] = filled(request.model)
    return request.model_copy(update=changes)
