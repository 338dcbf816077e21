"""What a file and a document can't keep of each other, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop.canvas.history import DocumentSnapshot

MOST_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was read or written otherwise than it is: an English template and its values."""

    message: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDocument:
    snapshot: DocumentSnapshot
    notes: tuple[Note, ...] = ()


def named(names: Iterable[str]) -> str:
    """The first few, in quotes, and that there are more."""
    every = list(names)
    shown = ", ".join(f"“{name}”" for name in every[:MOST_NAMES])
    return shown + (f" … (+{len(every) - MOST_NAMES})" if len(every) > MOST_NAMES else "")
