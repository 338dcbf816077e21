"""Names of exported files, by a pattern such as `{date} {prompt}`."""

import re
from datetime import tzinfo

from desktop.library.picture import LibraryPicture
from desktop.library.picture_files import safe_name
from shared.contracts.errors import InvalidRequestError

FIELDS = ("date", "time", "prompt", "seed", "model", "size", "rating", "number", "name")
DEFAULT_PATTERN = "{name}"
_FIELD = re.compile(r"\{(\w*)\}")


def exported_name(pattern: str, picture: LibraryPicture, *, number: int, zone: tzinfo | None) -> str:
    """Without the suffix; safe on every system. `number` counts the exported files from 1.

    Raises InvalidRequestError for a field that is not among FIELDS.
    """
    made = picture.created_at.astimezone(zone)
    values = {
        "date": f"{made:%Y-%m-%d}",
        "time": f"{made:%H-%M-%S}",
        "prompt": " ".join(picture.prompt.split())[:60],
        "seed": "" if picture.seed is None else str(picture.seed),
        "model": picture.model_name,
        "size": f"{picture.width}x{picture.height}",
        "rating": str(picture.rating),
        "number": f"{number:04}",
        "name": picture.file.stem,
    }

    def value(field: re.Match[str]) -> str:
        if field[1] not in values:
            raise InvalidRequestError(
                "There is no field {field} in a name's pattern.",
                advice="Use {fields}.",
                field=f"{{{field[1]}}}",
                fields=", ".join(f"{{{name}}}" for name in FIELDS),
            )
        return values[field[1]]

    return safe_name(_FIELD.sub(value, pattern)) or f"{number:04}"
