"""What a model's maker, or the artist, may say of it: `pentimento.json` in its folder, `name.pentimento.json` beside a file."""

from pathlib import Path

from pydantic import Field, ValidationError

from shared.contracts.base import Contract
from shared.contracts.errors import InvalidModelError
from shared.contracts.generation import Sampler, Schedule
from shared.contracts.models import ModelFamily, PredictionType

FILE_NAME = "pentimento.json"
NOTES_SUFFIX = ".pentimento.json"


class ModelNotes(Contract):
    """Every field may be left out; sides in pixels."""

    id: str | None = Field(default=None, pattern=r"^[a-z0-9_-]{1,80}$")
    name: str | None = None
    minimum_side: int | None = Field(default=None, ge=16)
    native_side: int | None = Field(default=None, ge=16)
    maximum_side: int | None = Field(default=None, ge=16)
    multiple: int | None = Field(default=None, ge=1)
    default_steps: int | None = Field(default=None, ge=1)
    default_guidance_scale: float | None = Field(default=None, ge=0)
    default_sampler: Sampler | None = None
    default_schedule: Schedule | None = None
    prediction_type: PredictionType | None = None
    family: ModelFamily | None = None
    """What a LoRA, a VAE or the like works with, where its header doesn't tell."""

    def over(self, other: "ModelNotes") -> "ModelNotes":
        """Both, and of what both say, this."""
        return other.model_copy(update=self.model_dump(exclude_none=True))


def read_model_notes(path: Path) -> ModelNotes:
    """Raises InvalidModelError where the file is there but doesn't hold what it should."""
    try:
        return ModelNotes.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return ModelNotes()
    except (OSError, ValidationError) as error:
        raise InvalidModelError(
            "The description {file} of a model can't be used.",
            advice="Correct the file or remove it: a model works without it.",
            detail=str(error),
            file=path,
        ) from error
