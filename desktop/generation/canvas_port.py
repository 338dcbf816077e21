"""What generation asks of the canvas; the app gives it the real one, a test its own."""

from dataclasses import dataclass
from typing import Protocol

from shared.contracts.generation import Placement, Recipe

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


@dataclass(frozen=True, kw_only=True)
class LayerCapture:
    """The active layer alone as an RGBA PNG, where its corner lies on the document, and what is known of it.

    `mask_png` is the selection over it (grey, white within), where there is one.
    """

    image_png: bytes
    placement: Placement
    document_id: str
    recipe: Recipe | None = None
    mask_png: bytes | None = None


class LayerSource(Protocol):
    async def capture_layer(self) -> LayerCapture | None:
        """None where no layer is active, or nothing is on it."""
        ...


class CanvasSource(Protocol):
    def situation(self) -> CanvasSituation: ...

    async def capture(self) -> CanvasCapture:
        """Both pictures of one moment; strokes made afterwards don't show in them."""
        ...
