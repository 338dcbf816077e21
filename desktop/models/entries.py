"""Every line of the list of models: what is here, what is wrong, what is gone; and which of them a filter shows."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from desktop.models.hashing import duplicates
from shared.contracts.errors import ErrorReport
from shared.contracts.models import ModelFamily, ModelFile, ModelKind
from shared.engine.catalogue import Problem
from shared.engine.model_hashes import SHORT_LORA_HASH, SHORT_MODEL_HASH
from shared.engine.model_index import KnownHash

EntryState = Literal["here", "consent", "problem", "missing"]
Section = Literal[
    "all", "checkpoint", "lora", "vae", "embedding", "controlnet", "ip_adapter", "upscaler",
    "problems", "duplicates", "missing",
]  # fmt: skip
Order = Literal["name", "size"]
KINDS: tuple[ModelKind, ...] = (
    "checkpoint", "lora", "vae", "embedding", "controlnet", "ip_adapter", "upscaler",
)  # fmt: skip
_WORKING_MEMORY = 1_500_000_000
"""Of a checkpoint beside its weights: pictures on the way, and torch itself."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`copies` are the other places where the same content lies; `short_hash` is as A1111 writes it."""

    path: Path
    name: str
    state: EntryState
    file: ModelFile | None = None
    problem: ErrorReport | None = None
    short_hash: str = ""
    copies: tuple[Path, ...] = ()
    searched: str = field(default="", repr=False)

    @property
    def kind(self) -> ModelKind | None:
        return self.file.kind if self.file else None

    @property
    def family(self) -> ModelFamily | None:
        return self.file.family if self.file else None

    @property
    def size_bytes(self) -> int:
        return self.file.size_bytes if self.file else 0

    @property
    def memory_needed(self) -> int:
        """About so many bytes, to paint with it; 0 where it is no model by itself."""
        paints = self.file is not None and self.file.description is not None
        return self.size_bytes + _WORKING_MEMORY if paints else 0

    @property
    def prompt_text(self) -> str:
        """What to write into a prompt to use it."""
        if self.file is None or self.state != "here":
            return ""
        words = ", ".join(self.file.trigger_words[:5])
        if self.kind == "lora":
            return ", ".join(part for part in (f"<lora:{self.path.stem}:1>", words) if part)
        return self.path.stem if self.kind == "embedding" else words


@dataclass(frozen=True)
class Filter:
    section: Section = "all"
    family: ModelFamily | None = None
    words: str = ""
    order: Order = "name"


def entries_of(
    *,
    files: Sequence[ModelFile],
    problems: Iterable[Problem],
    missing: Iterable[ModelFile],
    hashes: dict[Path, KnownHash],
) -> tuple[Entry, ...]:
    same = {file.path: group for group in duplicates(files, hashes) for file in group}
    here = [_here(file, hashes, same.get(file.path, ())) for file in files]
    wrong = [
        Entry(
            path=each.path,
            name=each.path.name,
            state="problem",
            problem=each.report,
            searched=_searched(each.path.name, each.path),
        )
        for each in problems
    ]
    gone = [
        Entry(
            path=file.path,
            name=file.name,
            state="missing",
            file=file,
            searched=_searched(file.name, file.path),
        )
        for file in missing
    ]
    return tuple(sorted((*here, *wrong, *gone), key=lambda entry: (entry.name.casefold(), str(entry.path))))


def found_in(entries: Iterable[Entry], folders: Iterable[Path]) -> dict[Path, int]:
    """How many models lie in each folder, however deep."""
    beginnings = {folder: f"{folder}{os.sep}" for folder in folders}
    places = [str(entry.path) for entry in entries if entry.state in {"here", "consent"}]
    return {
        folder: sum(place.startswith(beginning) for place in places)
        for folder, beginning in beginnings.items()
    }


def matching(entries: Iterable[Entry], wanted: Filter) -> list[Entry]:
    """Those of the section and family that hold every word; `entries` come in the order of their names."""
    words = wanted.words.casefold().split()
    found = [entry for entry in entries if in_section(entry, wanted.section)]
    if wanted.family is not None:
        found = [entry for entry in found if entry.family == wanted.family]
    for word in words:
        found = [entry for entry in found if word in entry.searched]
    if wanted.section == "duplicates":
        return sorted(found, key=lambda entry: (entry.short_hash, str(entry.path)))
    if wanted.order == "size":
        return sorted(found, key=lambda entry: -entry.size_bytes)
    return found


def in_section(entry: Entry, section: Section) -> bool:
    if section == "all":
        return entry.state in {"here", "consent"}
    if section == "problems":
        return entry.state in {"problem", "consent"}
    if section == "missing":
        return entry.state == "missing"
    if section == "duplicates":
        return bool(entry.copies)
    return entry.kind == section and entry.state in {"here", "consent"}


def counts(entries: Iterable[Entry]) -> Counter[Section]:
    counted: Counter[Section] = Counter()
    for entry in entries:
        if entry.kind is not None and entry.state in {"here", "consent"}:
            counted[entry.kind] += 1
            counted["all"] += 1
        for section in ("problems", "duplicates", "missing"):
            counted[section] += in_section(entry, section)
    return counted


def _here(file: ModelFile, hashes: dict[Path, KnownHash], same: Sequence[ModelFile]) -> Entry:
    known = hashes.get(file.path)
    short = ""
    if known is not None:
        short = (
            known.weights_sha256[:SHORT_LORA_HASH] if file.kind == "lora" else known.sha256[:SHORT_MODEL_HASH]
        )
    return Entry(
        path=file.path,
        name=file.name,
        state="consent" if file.needs_consent else "here",
        file=file,
        short_hash=short,
        copies=tuple(other.path for other in same if other.path != file.path),
        searched=_searched(" ".join((file.name, file.alias, short, *file.trigger_words)), file.path),
    )


def _searched(words: str, path: Path) -> str:
    return f"{words} {path}".casefold()
