"""The bucket: what looks like the pixel under the pointer gets the colour. For a worker thread."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.laying import limit
from desktop.canvas.selection import Selection
from desktop.canvas.selection_growth import grow, smooth
from desktop.canvas.tiles import new_image
from desktop.canvas.wand import layer_pixels, seen_pixels, wand


@dataclass(frozen=True, slots=True)
class FillOptions:
    """`tolerance` is the largest difference of a channel (0 to 255); `grow_by` is in pixels."""

    tolerance: int = 24
    contiguous: bool = True
    all_layers: bool = True
    grow_by: int = 1
    antialias: bool = True


class ColourFill:
    """One colour, as far as `cover` goes."""

    def __init__(self, *, cover: Selection, colour: QColor) -> None:
        self._cover = cover
        self._colour = colour

    @property
    def bounds(self) -> QRect:
        return self._cover.bounds

    def image(self, area: QRect) -> QImage:
        image = new_image(area.width(), area.height())
        image.fill(self._colour)
        limit(image, area, self._cover)
        return image


def find_area(
    snapshot: DocumentSnapshot, layer_id: str, at: QPoint, options: FillOptions
) -> Selection | None:
    """What a fill that starts at `at` covers, before the artist's own selection limits it."""
    if options.all_layers:
        pixels = seen_pixels(snapshot)
    else:
        layer = next(layer for layer in snapshot.layers if layer.id == layer_id)
        pixels = layer_pixels(layer, snapshot.rect)
    return _shaped(
        wand(
            pixels,
            at,
            tolerance=options.tolerance,
            contiguous=options.contiguous,
            within=snapshot.selection,
        ),
        options,
    )


def _shaped(area: Selection | None, options: FillOptions) -> Selection | None:
    if area is not None and options.antialias:
        area = smooth(area, 1.0) or area
    if area is not None and options.grow_by > 0:
        area = grow(area, options.grow_by)
    return area
