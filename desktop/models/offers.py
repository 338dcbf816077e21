"""What of a repository on the Hub can be used: whole models in diffusers' layout, and single files."""

from pathlib import PurePosixPath
from typing import Literal

from desktop.models.hub.messages import HubFile, HubRepository
from shared.contracts.base import Contract

ENDINGS = (".safetensors", ".json", ".txt", ".model")
_INDEX = "model_index.json"
_PARTS = {"unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler"}
_HALF = ".fp16"


class PlannedFile(Contract):
    """`saved_as` is relative to where the model will lie."""

    file: HubFile
    saved_as: str


class Offer(Contract):
    """`name` is that of the folder or file that it becomes."""

    kind: Literal["folder", "file"]
    name: str
    files: tuple[PlannedFile, ...]

    @property
    def size(self) -> int:
        return sum(planned.file.size for planned in self.files)


def offers(repository: HubRepository) -> tuple[Offer, ...]:
    """The whole model first; pickles and other programs' formats are not offered."""
    files = [file for file in repository.files if _is_wanted(file.path)]
    whole = _whole(repository.model.id, files)
    single = [
        Offer(kind="file", name=_name(file.path), files=(PlannedFile(file=file, saved_as=_name(file.path)),))
        for file in files
        if file.path.endswith(".safetensors") and not (whole and _part_of(file.path))
    ]
    return (*([whole] if whole else []), *single)


def _whole(repo: str, files: list[HubFile]) -> Offer | None:
    if not any(file.path == _INDEX for file in files):
        return None
    parts = [file for file in files if file.path == _INDEX or _part_of(file.path)]
    chosen = [PlannedFile(file=file, saved_as=_plain(file.path)) for file in parts if _is_chosen(file, parts)]
    if not any(
        planned.saved_as.startswith("unet/") and planned.saved_as.endswith(".safetensors")
        for planned in chosen
    ):
        return None
    return Offer(kind="folder", name=repo.replace("/", "--"), files=tuple(chosen))


def _is_chosen(file: HubFile, parts: list[HubFile]) -> bool:
    """Weights of half the size where there are such, under the plain names; else the plain ones."""
    if not file.path.endswith(".safetensors"):
        return _HALF not in file.path
    paths = {each.path for each in parts}
    if _HALF in file.path:
        return _half_is_whole(paths)
    return not (_half_is_whole(paths) and _with_half(file.path) in paths) and not _is_other_variant(file.path)


def _half_is_whole(paths: set[str]) -> bool:
    """Whether each part has it; in shards it is left alone, as its index names the shards."""
    weights = {path for path in paths if path.endswith(".safetensors")}
    if any("-of-" in path for path in weights):
        return False
    folders = {path.partition("/")[0] for path in weights}
    return folders == {path.partition("/")[0] for path in weights if _HALF in path}


def _with_half(path: str) -> str:
    return path.removesuffix(".safetensors") + _HALF + ".safetensors"


def _is_other_variant(path: str) -> bool:
    """`diffusion_pytorch_model.non_ema.safetensors` and the like: not what a pipeline loads."""
    return "." in _name(path).removesuffix(".safetensors")


def _plain(path: str) -> str:
    return path.replace(f"{_HALF}.safetensors", ".safetensors")


def _part_of(path: str) -> bool:
    return path.partition("/")[0] in _PARTS


def _is_wanted(path: str) -> bool:
    """A name that leads out of its folder is no name."""
    pure = PurePosixPath(path)
    return (
        path.endswith(ENDINGS)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and not set(path) & {"\\", ":"}
    )


def _name(path: str) -> str:
    return PurePosixPath(path).name
