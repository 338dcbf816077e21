"""What the app remembers from one start to the next, beside the artist's work."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop.widgets.choices import LanguageChoice, ThemeChoice
from shared.contracts.errors import ErrorReport, StorageError

DEFAULT_SERVER = "http://127.0.0.1:8000"
"""Where `make serve` listens; a service's own address is entered under Account."""


class Settings(BaseModel):
    """`window_geometry` and `window_layout` are Qt's own states in base64; `editor` is the Generate panel's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: ThemeChoice = "system"
    language: LanguageChoice = "system"
    window_geometry: str = ""
    window_layout: str = ""
    model_folders: tuple[Path, ...] = ()
    watched_folder: Path | None = None
    hub_endpoint: str = ""
    """Of a mirror; empty for the Hub itself."""
    server: str = DEFAULT_SERVER
    """Of the account and the cloud queue."""
    tools: dict[str, Any] = Field(default_factory=dict)
    swatches: tuple[str, ...] = ()
    recent_colours: tuple[str, ...] = ()
    editor: dict[str, Any] = Field(default_factory=dict)

    def changed(self, **values: object) -> "Settings":
        """Raises pydantic's ValidationError for a value out of its range."""
        return Settings.model_validate({**self.model_dump(), **values})


class SettingsFile:
    """Small enough to be read and written at once; whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Settings, ErrorReport | None]:
        """A file that can't be read is set aside and the defaults are used; the report says so."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return Settings(), None
        except OSError as error:
            return Settings(), _unreadable(self._path, error.strerror or str(error)).report
        try:
            return Settings.model_validate_json(content), None
        except ValidationError:
            return Settings(), self._set_aside().report

    def save(self, settings: Settings) -> None:
        """Raises StorageError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(settings.model_dump_json(indent=2).encode())
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise StorageError(
                "The settings could not be written to {file}: {reason}.",
                advice="Check that the disk has room and that the folder may be written.",
                file=self._path,
                reason=error.strerror or error,
            ) from error

    def _set_aside(self) -> StorageError:
        kept = self._path.with_suffix(".broken.json")
        try:
            self._path.replace(kept)
        except OSError as error:
            return _unreadable(self._path, error.strerror or str(error))
        return StorageError(
            "The settings could not be read; the usual ones are used.",
            advice="The old file is kept as {file}.",
            file=kept,
        )


def _unreadable(path: Path, reason: str) -> StorageError:
    return StorageError(
        "The settings in {file} could not be read: {reason}.",
        advice="The usual ones are used.",
        file=path,
        reason=reason,
    )
