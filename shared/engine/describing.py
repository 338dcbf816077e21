"""From a candidate to what it is, by its header and the notes beside it."""

from pathlib import Path

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFamily, ModelFile, ModelKind
from shared.engine.diffusers_folder import (
    INDEX_FILE,
    describe_folder,
    name_of_folder,
    read_configuration,
)
from shared.engine.headers import Header, read_safetensors_header
from shared.engine.kinds import family_of, kind_of, stranger
from shared.engine.makers_notes import alias_of, trigger_words
from shared.engine.model_index import Reading
from shared.engine.model_notes import NOTES_SUFFIX, ModelNotes, read_model_notes
from shared.engine.places import PART_CONFIGURATION, Candidate
from shared.engine.single_file import describe_file

_PARTS: dict[str, ModelKind] = {"AutoencoderKL": "vae", "ControlNetModel": "controlnet"}
_FAMILY_OF_WIDTH: dict[object, ModelFamily] = {
    768: "stable_diffusion_1",
    1024: "stable_diffusion_2",
    2048: "stable_diffusion_xl",
}


def read_candidate(candidate: Candidate, *, model_id: str, chosen: ModelNotes) -> Reading:
    """Never raises for what a file holds: that is the reading's problem."""
    try:
        return Reading(file=_describe(candidate, model_id, chosen))
    except InvalidModelError as error:
        return Reading(problem=error.report)


def _describe(candidate: Candidate, model_id: str, chosen: ModelNotes) -> ModelFile | None:
    path = candidate.path
    if candidate.is_pickle:
        return ModelFile(
            id=model_id,
            name=path.stem,
            kind=candidate.kind or "checkpoint",
            family=chosen.family,
            family_told=False,
            path=path,
            size_bytes=candidate.size,
            trigger_words=trigger_words({}, candidate.beside),
            needs_consent=True,
        )
    if path.is_dir():
        whole = (path / INDEX_FILE).is_file()
        return (
            _describe_whole(candidate, model_id, chosen)
            if whole
            else _describe_part(candidate, model_id, chosen)
        )
    header = read_safetensors_header(path)
    kind = kind_of(header.shapes)
    if kind is None:
        return None
    if kind == "checkpoint":
        description = describe_file(path, default_id=model_id, chosen=chosen, header=header)
        return ModelFile(
            id=description.id,
            name=description.name,
            kind=kind,
            family=description.family,
            path=path,
            size_bytes=description.size_bytes,
            description=description,
        )
    return _describe_add_on(candidate, kind, header, model_id, chosen)


def _describe_add_on(
    candidate: Candidate, kind: ModelKind, header: Header, model_id: str, chosen: ModelNotes
) -> ModelFile:
    family = family_of(kind, header)
    if family is None and (name := stranger(header)):
        raise InvalidModelError(
            "The file {file} is made for {family}, which Pentimento can't use yet.",
            advice="Choose one for Stable Diffusion 1, 2 or XL.",
            file=candidate.path.name,
            family=name,
        )
    notes_file = candidate.path.with_suffix(NOTES_SUFFIX)
    notes = chosen.over(read_model_notes(notes_file)) if notes_file in candidate.beside else chosen
    return ModelFile(
        id=notes.id or model_id,
        name=notes.name or candidate.path.stem,
        kind=kind,
        family=family or notes.family,
        family_told=family is not None,
        path=candidate.path,
        size_bytes=candidate.size,
        alias=alias_of(header.metadata) if kind == "lora" else "",
        trigger_words=_words(candidate, kind, header),
        needs_image_encoder=kind == "ip_adapter",
    )


def _words(candidate: Candidate, kind: ModelKind, header: Header) -> tuple[str, ...]:
    """An embedding is called by its file's name."""
    words = trigger_words(header.metadata, candidate.beside)
    return words or ((candidate.path.stem,) if kind == "embedding" else ())


def _describe_whole(candidate: Candidate, model_id: str, chosen: ModelNotes) -> ModelFile:
    description = describe_folder(candidate.path, default_id=model_id, chosen=chosen)
    return ModelFile(
        id=description.id,
        name=description.name,
        kind="checkpoint",
        family=description.family,
        path=candidate.path,
        layout="diffusers",
        size_bytes=description.size_bytes,
        description=description,
    )


def _describe_part(candidate: Candidate, model_id: str, chosen: ModelNotes) -> ModelFile | None:
    """A VAE or a ControlNet in a folder of its own; other parts are none of ours."""
    folder = candidate.path
    configuration = read_configuration(folder / PART_CONFIGURATION)
    kind = _PARTS.get(str(configuration.get("_class_name")))
    if kind is None or configuration.get("latent_channels", 4) != 4:
        return None
    _check_weights(folder)
    width = configuration.get("cross_attention_dim") if kind == "controlnet" else None
    return ModelFile(
        id=model_id,
        name=name_of_folder(folder),
        kind=kind,
        family=_FAMILY_OF_WIDTH.get(width) or chosen.family,
        family_told=width in _FAMILY_OF_WIDTH,
        path=folder,
        layout="diffusers",
        size_bytes=candidate.size,
    )


def _check_weights(folder: Path) -> None:
    for file in folder.glob("*.safetensors"):
        read_safetensors_header(file)
