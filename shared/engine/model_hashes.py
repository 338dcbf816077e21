"""SHA-256 of models, remembered: a file of gigabytes is read once, and again only when it changed."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from shared.contracts.models import ModelDescription


class ModelHashes:
    """`cache_file` is a JSON object from a file's path, size and time of change to its hash.

    A cache that can't be read or written costs time, never a job.
    """

    def __init__(self, cache_file: Path | None) -> None:
        self._cache_file = cache_file

    def sha256(self, model: ModelDescription) -> str:
        """Of a single file its own; of a folder the hash of its weights' names and hashes, in order of name."""
        if model.layout == "single_file":
            return self._of_file(model.path)
        lines = [
            f"{self._of_file(file)}  {file.relative_to(model.path).as_posix()}\n"
            for file in sorted(model.path.glob("*/*.safetensors"))
        ]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def _of_file(self, path: Path) -> str:
        status = path.stat()
        key = f"{path}|{status.st_size}|{status.st_mtime_ns}"
        known = self._read()
        if key not in known:
            with path.open("rb") as file:
                known[key] = hashlib.file_digest(file, "sha256").hexdigest()
            self._write({**self._read(), key: known[key]})
        return known[key]

    def _read(self) -> dict[str, str]:
        if self._cache_file is None:
            return {}
        try:
            content = json.loads(self._cache_file.read_bytes())
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in content.items()} if isinstance(content, dict) else {}

    def _write(self, known: dict[str, str]) -> None:
        if self._cache_file is None:
            return
        try:
            self._cache_file.parent.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self._cache_file.parent, prefix=".hashes-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(known, file, indent=0)
            Path(beside).replace(self._cache_file)
        except OSError:
            return  # the next job hashes again
