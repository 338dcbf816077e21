"""Which models lie on this machine, told by their headers alone: no weights are read and nothing is unpickled."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.contracts.errors import ErrorReport, InvalidModelError
from shared.contracts.models import ModelDescription, ModelFile
from shared.engine.describing import read_candidate
from shared.engine.diffusers_folder import INDEX_FILE, describe_folder
from shared.engine.layouts import recognise
from shared.engine.model_index import KnownReading, ModelIndex, Reading
from shared.engine.model_notes import ModelNotes
from shared.engine.places import Candidate, Walk, changed_at
from shared.engine.single_file import describe_file

ReadSoFar = Callable[[int, int], None]
"""Told how many of how many headers were read; it stops the survey by raising."""

_KEPT_AT_ONCE = 500
_NOTHING_CHOSEN = ModelNotes()


@dataclass(frozen=True)
class Problem:
    """Why what lies at `path` can't be used."""

    path: Path
    report: ErrorReport


@dataclass(frozen=True)
class Survey:
    """Every model that was found, and why each of the others can't be used; `missing` were here before."""

    files: list[ModelFile]
    problems: list[Problem]
    missing: list[ModelFile] = field(default_factory=list)

    @property
    def models(self) -> list[ModelDescription]:
        """Those that paint by themselves."""
        return [file.description for file in self.files if file.description is not None]


@dataclass(frozen=True)
class _Look:
    """What one survey found, and what it depended on."""

    files: list[ModelFile]
    folders: dict[Path, int]
    choices: dict[Path, ModelNotes]


def _unwatched(_done: int, _of: int) -> None:
    return


class Catalogue:
    """Looks into `folders`; each may also be one model itself, or the folder of another program.

    With an `index` only what is new or changed is read.
    """

    def __init__(self, folders: Sequence[Path], *, index: ModelIndex | None = None) -> None:
        self._folders = tuple(folders)
        self._index = index
        self._places: dict[str, Path] = {}
        self._last: _Look | None = None

    def scan(self) -> list[ModelDescription]:
        return self.survey().models

    def find(self, model_id: str) -> ModelDescription | None:
        """The model as it is on disk now; where it lay before is looked at first."""
        if place := self._places.get(model_id):
            try:
                return describe_model(place, chosen=self._chosen(place)).model_copy(update={"id": model_id})
            except InvalidModelError:
                del self._places[model_id]
        return next((model for model in self.scan() if model.id == model_id), None)

    def files(self) -> list[ModelFile]:
        """As the last survey found them, while no folder changed nor the artist's word; else surveyed anew.

        A file that was written over in its place is not noticed.
        """
        last = self._last
        choices = self._index.choices() if self._index else {}
        if (
            last is None
            or last.choices != choices
            or any(changed_at(f) != t for f, t in last.folders.items())
        ):
            return self.survey().files
        return last.files

    def survey(self, *, progress: ReadSoFar = _unwatched) -> Survey:
        """In the order of the folders, then by path; of two with one id, the first one counts."""
        known = self._index.readings() if self._index else {}
        choices = self._index.choices() if self._index else {}
        walk = Walk()
        found = [each for folder in self._roots() for each in walk.candidates(folder)]
        files: dict[str, ModelFile] = {}
        problems = [_unreadable(folder) for folder in walk.unreadable]
        for candidate, reading in self._readings(found, known, choices, progress):
            if reading.problem is not None:
                problems.append(Problem(candidate.path, reading.problem))
            elif reading.file is not None:
                file = _told_apart(reading.file, files).model_copy(update={"preview": candidate.preview})
                files.setdefault(file.id, file)
        self._places = {file.id: file.path for file in files.values() if file.description is not None}
        self._last = _Look(list(files.values()), walk.folders, choices)
        here = {candidate.path for candidate in found}
        missing = [
            each.reading.file for path, each in known.items() if path not in here and not path.exists()
        ]
        return Survey(list(files.values()), problems, [file for file in missing if file is not None])

    def _roots(self) -> Iterator[Path]:
        for folder in self._folders:
            yield from recognise(folder.expanduser().absolute()).roots

    def _chosen(self, path: Path) -> ModelNotes:
        return self._index.choices().get(path, _NOTHING_CHOSEN) if self._index else _NOTHING_CHOSEN

    def _readings(
        self,
        found: Sequence[Candidate],
        known: dict[Path, KnownReading],
        choices: dict[Path, ModelNotes],
        progress: ReadSoFar,
    ) -> Iterator[tuple[Candidate, Reading]]:
        """What is read anew is kept as it comes, so that a survey that is stopped was not for nothing."""
        fresh: dict[Path, KnownReading] = {}
        for number, candidate in enumerate(found):
            chosen = choices.get(candidate.path, _NOTHING_CHOSEN)
            fingerprint = candidate.fingerprint
            if candidate.path in choices:
                fingerprint += f"|{chosen.model_dump_json(exclude_none=True)}"
            kept = known.get(candidate.path)
            if kept is None or kept.fingerprint != fingerprint:
                progress(number, len(found))
                reading = read_candidate(candidate, model_id=id_of_place(candidate.path), chosen=chosen)
                kept = fresh[candidate.path] = KnownReading(fingerprint, reading)
                if len(fresh) >= _KEPT_AT_ONCE:
                    self._keep(fresh)
            yield candidate, kept.reading
        self._keep(fresh)

    def _keep(self, fresh: dict[Path, KnownReading]) -> None:
        if self._index is not None:
            self._index.keep_readings(fresh)
        fresh.clear()


def describe_model(path: Path, *, chosen: ModelNotes = _NOTHING_CHOSEN) -> ModelDescription:
    """Raises InvalidModelError, in words, where there is no model that paints by itself."""
    path = path.expanduser().absolute()
    if path.is_file():
        return describe_file(path, default_id=id_of_place(path), chosen=chosen)
    if (path / INDEX_FILE).is_file():
        return describe_folder(path, default_id=id_of_place(path), chosen=chosen)
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


def _told_apart(file: ModelFile, known: dict[str, ModelFile]) -> ModelFile:
    """Two models may state one id: the later one is called by its place."""
    if file.id not in known:
        return file
    own_id = id_of_place(file.path)
    description = file.description and file.description.model_copy(update={"id": own_id})
    return file.model_copy(update={"id": own_id, "description": description})


def _unreadable(folder: Path) -> Problem:
    error = InvalidModelError(
        "The folder {folder} may not be read.",
        advice="Allow it in the system's settings for files, or leave it: nothing in it is used.",
        folder=folder,
    )
    return Problem(folder, error.report)
