"""Tags and categories: how they are written, and which there are."""

import unicodedata
from collections.abc import Iterable

from sync_server.platform.errors import InvalidParametersError

MOST_TAGS = 30
LONGEST_TAG = 50


def tidy_tags(tags: Iterable[str]) -> list[str]:
    """Each once, lower-case, without a leading # or spaces around. Raises InvalidParametersError."""
    found: dict[str, None] = {}
    for tag in tags:
        tidy = " ".join(unicodedata.normalize("NFKC", tag).casefold().lstrip("#").split())
        if not tidy:
            continue
        if len(tidy) > LONGEST_TAG or "," in tidy:
            raise InvalidParametersError(
                "A tag has at most {most} characters and no comma.",
                advice="Shorten it.",
                details={"fields": [{"path": "tags", "message": "too long, or with a comma"}]},
                most=LONGEST_TAG,
            )
        found.setdefault(tidy)
    if len(found) > MOST_TAGS:
        raise InvalidParametersError(
            "An item has at most {most} tags.",
            advice="Leave some out.",
            details={"fields": [{"path": "tags", "message": "too many"}]},
            most=MOST_TAGS,
        )
    return list(found)


def asked_tags(text: str | None) -> list[str]:
    """Of a query's `tags`, separated by commas."""
    return tidy_tags((text or "").split(",")[: MOST_TAGS + 1])
