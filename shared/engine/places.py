"""Where models lie: each file and folder that may be one, with what tells whether it changed. Headers are not read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shared.contracts.models import ModelKind
from shared.engine.diffusers_folder import INDEX_FILE
from shared.engine.makers_notes import NOTES_ENDINGS, PREVIEW_ENDINGS

DEEPEST_FOLDER = 8
PICKLES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")
PART_CONFIGURATION = "config.json"
_PART_WEIGHTS = "diffusion_pytorch_model"
_REPOSITORY = "models--"
_LEFT_OUT = {"__pycache__", "node_modules", "site-packages", "venv", "env", "outputs", "output"}
_SMALLEST_CHECKPOINT = 200_000_000
_KIND_OF_FOLDER: dict[str, ModelKind] = {
    "checkpoints": "checkpoint", "stable-diffusion": "checkpoint",
    "lora": "lora", "loras": "lora", "lycoris": "lora",
    "vae": "vae", "embeddings": "embedding", "textual_inversion": "embedding",
    "controlnet": "controlnet", "ipadapter": "ip_adapter", "ip-adapter": "ip_adapter",
    "upscale_models": "upscaler", "esrgan": "upscaler", "realesrgan": "upscaler", "swinir": "upscaler",
    "dat": "upscaler", "ldsr": "upscaler", "scunet": "upscaler",
}  # fmt: skip
"""As A1111, ComfyUI and InvokeAI name their folders."""


@dataclass(frozen=True)
class Candidate:
    """`fingerprint` changes with the file and with what lies beside it; `kind` is told by where it lies alone."""

    path: Path
    fingerprint: str
    size: int
    kind: ModelKind | None = None
    beside: tuple[Path, ...] = ()
    preview: Path | None = None

    @property
    def is_pickle(self) -> bool:
        return self.path.suffix.lower() in PICKLES


@dataclass
class Walk:
    """One look through many folders: a file or folder that several ways lead to is told once."""

    unreadable: list[Path] = field(default_factory=list)
    folders: dict[Path, int] = field(default_factory=dict)
    """Each that was looked into, with when an entry of it last came or went."""
    _seen: set[str] = field(default_factory=set)
    """Where things really lie, behind every link."""

    def candidates(self, path: Path) -> Iterator[Candidate]:
        """In the order of their names. What is not there holds nothing; links are followed, also in circles."""
        try:
            status = path.stat()
        except OSError:
            self.folders[path] = changed_at(path)
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._folder(path, depth=0, kind=_kind_of_place(path))
        elif self._is_new(os.path.realpath(path)):
            yield _file(path, status, _Listing(path.parent), kind=_kind_of_place(path.parent))

    def _folder(self, folder: Path, *, depth: int, kind: ModelKind | None) -> Iterator[Candidate]:
        if depth > DEEPEST_FOLDER or not self._is_new(os.path.realpath(folder)):
            return
        self.folders[folder] = changed_at(folder)  # before the look: what comes meanwhile is a change
        listing = _Listing(folder)
        if listing.failed:
            self.unreadable.append(folder)
        elif INDEX_FILE in listing.files or _is_part(listing):
            yield _whole_folder(folder)
        elif folder.name.startswith(_REPOSITORY) and "snapshots" in listing.folders:
            for snapshot in _current_snapshots(folder):
                yield from self._folder(snapshot, depth=depth + 1, kind=kind)
        else:
            yield from self._children(listing, depth=depth, kind=kind)

    def _children(self, listing: "_Listing", *, depth: int, kind: ModelKind | None) -> Iterator[Candidate]:
        real = os.path.realpath(listing.path)
        for name, entry in sorted(listing.files.items()):
            ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a Path for each of thousands costs more
            if ending not in {".safetensors", *PICKLES}:
                continue
            try:
                status = entry.stat()
                place = os.path.realpath(entry.path) if entry.is_symlink() else f"{real}{os.sep}{name}"
            except OSError:
                continue  # it went away just now, or its link leads nowhere
            if self._is_new(place):
                yield _file(Path(entry.path), status, listing, kind=kind)
        for name in sorted(listing.folders):
            if not name.startswith(".") and name.lower() not in _LEFT_OUT:
                inner = _KIND_OF_FOLDER.get(name.lower(), kind)
                yield from self._folder(listing.path / name, depth=depth + 1, kind=inner)

    def _is_new(self, place: str) -> bool:
        known = place in self._seen
        self._seen.add(place)
        return not known


def changed_at(folder: Path) -> int:
    """When an entry came, went or was renamed, in nanoseconds; 0 for no folder."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


class _Listing:
    """A folder's files and folders by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, os.DirEntry[str]] = {}
        self.folders: list[str] = []
        self.failed = False
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if _is_folder(entry):
                        self.folders.append(entry.name)
                    else:
                        self.files[entry.name] = entry
        except OSError:
            self.failed = True


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads to itself


def _file(path: Path, status: os.stat_result, around: _Listing, *, kind: ModelKind | None) -> Candidate:
    stem = path.stem
    beside = tuple(around.path / name for end in NOTES_ENDINGS if (name := stem + end) in around.files)
    preview = next((name for end in PREVIEW_ENDINGS if (name := stem + end) in around.files), None)
    marks = [f"{status.st_size}:{status.st_mtime_ns}", *(_mark(each) for each in beside)]
    return Candidate(
        path=path,
        fingerprint="|".join(marks),
        size=status.st_size,
        kind=_kind_of_pickle(path, status.st_size, kind) if path.suffix.lower() in PICKLES else kind,
        beside=beside,
        preview=around.path / preview if preview else None,
    )


def _whole_folder(folder: Path) -> Candidate:
    """A model in diffusers' layout: it changed when any of its files did."""
    marks, size = [], 0
    for file in sorted((*folder.glob("*"), *folder.glob("*/*"))):
        if file.suffix in {".json", ".safetensors"} and file.is_file():
            marks.append(f"{file.relative_to(folder).as_posix()}={_mark(file)}")
            size += file.stat().st_size if file.suffix == ".safetensors" else 0
    return Candidate(path=folder, fingerprint="|".join(marks), size=size)


def _mark(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "gone"
    return f"{status.st_size}:{status.st_mtime_ns}"


def _is_part(listing: _Listing) -> bool:
    """A VAE or a ControlNet in a folder of its own, as diffusers keeps it."""
    weights = any(name.startswith(_PART_WEIGHTS) and name.endswith(".safetensors") for name in listing.files)
    return weights and PART_CONFIGURATION in listing.files


def _current_snapshots(repository: Path) -> list[Path]:
    """Those that a branch or tag names now; where none is told, the newest one."""
    named: dict[str, None] = {}
    for ref in sorted((repository / "refs").rglob("*")):
        try:
            named.setdefault(ref.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            continue
    present = [snapshot for name in named if name and (snapshot := repository / "snapshots" / name).is_dir()]
    if present:
        return present
    snapshots = [path for path in (repository / "snapshots").iterdir() if path.is_dir()]
    return sorted(snapshots, key=lambda path: path.stat().st_mtime)[-1:]


def _kind_of_place(folder: Path) -> ModelKind | None:
    """By the nearest folder whose name tells it."""
    for each in (folder, *folder.parents)[:3]:
        if kind := _KIND_OF_FOLDER.get(each.name.lower()):
            return kind
    return None


def _kind_of_pickle(path: Path, size: int, kind: ModelKind | None) -> ModelKind:
    """What it is most likely, as it is not read."""
    if path.stem.lower().endswith(".vae"):
        return "vae"
    if kind is not None:
        return kind
    if path.suffix.lower() == ".pth":
        return "upscaler"
    return "checkpoint" if path.suffix.lower() == ".ckpt" or size >= _SMALLEST_CHECKPOINT else "embedding"
