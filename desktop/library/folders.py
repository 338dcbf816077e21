"""Where everything of the artist's lies on disk."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DataFolders:
    """`cache` is where the platform keeps what may be lost; without one it lies with the rest."""

    root: Path
    cache: Path | None = None

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def documents(self) -> Path:
        return self.root / "documents"

    @property
    def thumbnails(self) -> Path:
        """A cache: may be deleted at any time."""
        return (self.cache or self.root) / "thumbnails"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def brushes(self) -> Path:
        """The artist's own brushes."""
        return self.root / "brushes"

    @property
    def library_database(self) -> Path:
        return self.root / "library.sqlite"

    @property
    def queue_database(self) -> Path:
        return self.root / "queue.sqlite"

    @property
    def model_index(self) -> Path:
        """What was learnt of models, and what the artist chose for them."""
        return self.root / "models.sqlite"

    @property
    def downloads_file(self) -> Path:
        return self.root / "downloads.json"

    @property
    def sign_in_file(self) -> Path:
        """Where there is no keyring."""
        return self.root / "sign-in.json"

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.json"

    @property
    def log_file(self) -> Path:
        return self.root / "pentimento.log"

    def create(self) -> None:
        for folder in (self.pictures, self.blobs, self.documents, self.thumbnails, self.models):
            folder.mkdir(parents=True, exist_ok=True)
