"""What generation asks of the canvas; the app gives it the real one, a test its own."""

from dataclasses import dataclass
from typing import Protocol

Bounds = tuple[int, int, int, int]
"""x, y, width, height in pixels of the document."""


@dataclass(frozen=True, kw_only=True)
class CanvasSituation:
    """What decides the action of the one button; cheap enough to ask for at every change.

    `has_picture` is False while nothing visible was painted. `document_id` is empty without a document.
    """

    width: int
    height: int
    has_picture: bool
    selection_bounds: Bounds | None = None
    document_id: str = ""


@dataclass(frozen=True, kw_only=True)
class CanvasCapture:
    """The visible document as an RGB PNG, and its selection as a grey PNG of the same size, white to repaint."""

    image_png: bytes
    mask_png: bytes | None = None


class CanvasSource(Protocol):
    def situation(self) -> CanvasSituation: ...

    async def capture(self) -> CanvasCapture:
        """Both pictures of one moment; strokes made afterwards don't show in them."""
        ...
