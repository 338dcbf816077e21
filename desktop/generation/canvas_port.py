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
    `frame` is what the artist drew for the model to see; it may reach beyond the document. `origin` is where the
    document's first (0, 0) lies now: a job's placement counts from there, so that it holds when the page grows.
    """

    width: int
    height: int
    has_picture: bool
    selection_bounds: Bounds | None = None
    frame: Bounds | None = None
    origin: tuple[int, int] = (0, 0)
    document_id: str = ""


@dataclass(frozen=True, kw_only=True)
class CanvasCapture:
    """The visible document as an RGB PNG, and its selection as a grey PNG of the same size, white to repaint.

    Where there is a frame, both are of it, and what nothing was painted on in it is to be repainted too.
    """

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


def reaches_beyond(situation: CanvasSituation) -> bool:
    """Whether the frame goes past the document's edge."""
    if situation.frame is None:
        return False
    x, y, width, height = situation.frame
    return x < 0 or y < 0 or x + width > situation.width or y + height > situation.height


def frame_meets(situation: CanvasSituation) -> bool:
    """Whether some of the document lies in the frame."""
    if situation.frame is None:
        return False
    x, y, width, height = situation.frame
    return x < situation.width and y < situation.height and x + width > 0 and y + height > 0


class CanvasSource(Protocol):
    def situation(self) -> CanvasSituation: ...

    async def capture(self) -> CanvasCapture:
        """Both pictures of one moment; strokes made afterwards don't show in them."""
        ...
