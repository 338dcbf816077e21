"""Which models lie on this machine, told by their headers alone: no weights are read and nothing is unpickled."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelDescription
from shared.engine.diffusers_folder import INDEX_FILE, describe_folder
from shared.engine.single_file import NotACheckpointError, describe_file

_DEEPEST_FOLDER = 5


@dataclass(frozen=True)
class Survey:
    """The models that can be used, and why each of the others can't."""

    models: list[ModelDescription]
    problems: list[InvalidModelError]


class Catalogue:
    """Looks into `folders`; each may also be one model itself (a diffusers folder or a file)."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._places: dict[str, Path] = {}

    def scan(self) -> list[ModelDescription]:
        return self.survey().models

    def find(self, model_id: str) -> ModelDescription | None:
        """The model as it is on disk now; where it lay before is looked at first."""
        if place := self._places.get(model_id):
            try:
                return describe_model(place).model_copy(update={"id": model_id})
            except InvalidModelError:
                del self._places[model_id]
        return next((model for model in self.scan() if model.id == model_id), None)

    def survey(self) -> Survey:
        """Models in the order of the folders, then by path; of two with one id, the first one counts."""
        models: dict[str, ModelDescription] = {}
        problems: list[InvalidModelError] = []
        for folder in self._folders:
            for path in _candidates(folder, depth=0):
                try:
                    model = describe_model(path)
                except NotACheckpointError:
                    continue
                except InvalidModelError as problem:
                    problems.append(problem)
                else:
                    if model.id in models and models[model.id].path != model.path:
                        model = model.model_copy(update={"id": id_of_place(path)})
                    models.setdefault(model.id, model)
        self._places = {model.id: model.path for model in models.values()}
        return Survey(list(models.values()), problems)


def describe_model(path: Path) -> ModelDescription:
    """Raises InvalidModelError, in words, where there is no model that can be used."""
    path = path.expanduser().absolute()
    if path.is_file():
        return describe_file(path, default_id=id_of_place(path))
    if (path / INDEX_FILE).is_file():
        return describe_folder(path, default_id=id_of_place(path))
    if path.is_dir():
        raise InvalidModelError(
            "The folder {path} holds no model.",
            advice="Choose a folder with a model_index.json, or a .safetensors file.",
            path=path,
        )
    raise InvalidModelError(
        "There is no model at {path}.",
        advice="Check the path, or choose another model.",
        path=path,
    )


def id_of_place(path: Path) -> str:
    """The same for the same place on disk: a readable name, then a hash of the path."""
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40] or "model"
    return f"{name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def _candidates(path: Path, *, depth: int) -> Iterator[Path]:
    """Diffusers folders (not looked into further) and .safetensors files."""
    if path.is_file() or (path / INDEX_FILE).is_file():
        yield path
    elif path.is_dir() and depth <= _DEEPEST_FOLDER:
        try:
            children = sorted(path.iterdir())
        except OSError:
            return  # a folder that may not be read holds nothing for us
        for child in children:
            if child.is_dir() or child.suffix.lower() == ".safetensors":
                yield from _candidates(child, depth=depth + 1)
