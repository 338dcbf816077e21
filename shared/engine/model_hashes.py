"""SHA-256 of models, remembered: a file of gigabytes is read once, and again only when it changed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from shared.contracts.models import ModelDescription, ModelLayout
from shared.engine.model_index import KnownHash, ModelIndex

SHORT_MODEL_HASH = 10
SHORT_LORA_HASH = 12
"""How many hex digits A1111 writes of a model's hash, and of the hash of a LoRA's weights."""

_CHUNK = 4 * 1024 * 1024
ReadProgress = Callable[[int], None]


def _unwatched(_read: int) -> None:
    return


class ModelHashes:
    """`index` is the file that remembers; without one each hash is taken anew."""

    def __init__(self, index: Path | None) -> None:
        self._index = ModelIndex(index) if index is not None else None

    def sha256(self, model: ModelDescription) -> str:
        """Of a single file its own; of a folder the hash of its weights' names and hashes, in order of name."""
        return self.of_place(model.path, model.layout)

    def of_place(self, path: Path, layout: ModelLayout, *, progress: ReadProgress = _unwatched) -> str:
        """`progress` is told how many bytes were read each time, and stops the reading by raising."""
        if layout == "single_file":
            return self.of_file(path, progress=progress).sha256
        lines = [
            f"{self.of_file(file, progress=progress).sha256}  {file.relative_to(path).as_posix()}\n"
            for file in weights_of(path)
        ]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def of_file(self, path: Path, *, progress: ReadProgress = _unwatched) -> KnownHash:
        status = path.stat()
        known = self._index.hash_of(path) if self._index is not None else None
        if known is None or (known.size, known.changed_ns) != (status.st_size, status.st_mtime_ns):
            known = KnownHash(status.st_size, status.st_mtime_ns, *_hash(path, progress))
            if self._index is not None:
                self._index.keep_hash(path, known)
        return known


def weights_of(folder: Path) -> list[Path]:
    """Of a whole model in the folders of its parts; a part by itself has them at its top."""
    return sorted(folder.glob("*/*.safetensors")) or sorted(folder.glob("*.safetensors"))


def _hash(path: Path, progress: ReadProgress) -> tuple[str, str]:
    """Of the whole, and of what follows the header where there is one: both in one reading."""
    whole, weights = hashlib.sha256(), hashlib.sha256()
    with path.open("rb") as file:
        start = file.read(8)
        skipped = int.from_bytes(start, "little") if path.suffix.lower() == ".safetensors" else 0
        whole.update(start)
        while chunk := file.read(_CHUNK):
            whole.update(chunk)
            weights.update(chunk[min(skipped, len(chunk)) :])
            skipped = max(0, skipped - len(chunk))
            progress(len(chunk))
    is_safetensors = path.suffix.lower() == ".safetensors"
    return whole.hexdigest(), weights.hexdigest() if is_safetensors else ""
