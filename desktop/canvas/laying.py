"""Ink on a layer: brush and eraser."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.blending import blend_image, opaque_colours
from desktop.canvas.brushes.brush import Effect
from desktop.canvas.brushes.ink import Colouring, Ink
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.style import StrokeStyle, colour_of_stroke, gathered
from desktop.canvas.dabs import DabCache
from desktop.canvas.layers import BlendMode
from desktop.canvas.selection import Selection
from desktop.canvas.surfaces import Surface
from desktop.canvas.tiles import TileKey, keys_over, tile_rect

Mode = QPainter.CompositionMode


class InkOnLayer:
    """What is shown is always the surface as it was before, with the stroke's ink laid over it once, so that
    an event costs only the pixels that it touched.
    """

    def __init__(
        self,
        *,
        surface: Surface,
        rect: QRect,
        selection: Selection | None,
        style: StrokeStyle,
        dabs: DabCache,
    ) -> None:
        self._surface = surface
        self._selection = selection
        self._before = surface.tiles.freeze()
        self._blank = surface.blank()
        self._limit = rect if selection is None else rect.intersected(selection.bounds)
        erases = style.brush.effect is Effect.ERASE
        self._mode = surface.mode(erases=erases)
        self._blend = BlendMode.NORMAL if erases or surface.is_mask else style.brush.blend
        wanted = colour_of_stroke(style.colour, style.brush, style.seed)
        colour = surface.colour(wanted, style.background, erases=erases)
        self._ink = Ink(rect=rect, symmetry=style.symmetry, dabs=dabs, brush=style.brush)
        self._colouring = Colouring(
            brush=style.brush, colour=colour, tips=dabs.tips, symmetry=style.symmetry, rect=rect
        )

    def lay(self, touches: list[Touch]) -> list[QRect]:
        offset = self._surface.offset
        dirty: dict[TileKey, QRect] = {}
        for area in self._ink.add(touches):
            local = area.intersected(self._limit).translated(-offset)
            for key in keys_over(local):
                dirty[key] = dirty.get(key, QRect()).united(local.intersected(tile_rect(key)))
        for key, rect in dirty.items():
            self._show(key, rect)
        return gathered([rect.translated(offset) for rect in dirty.values()])

    def _show(self, key: TileKey, rect: QRect) -> None:
        origin = tile_rect(key).topLeft()
        inner = rect.translated(-origin)
        area = rect.translated(self._surface.offset)
        image = self._colouring.image(self._ink.cover(area), area)
        if self._selection is not None:
            limit(image, area, self._selection)
        painter = QPainter(self._surface.tiles.writable(key))
        painter.setCompositionMode(Mode.CompositionMode_Source)
        before = self._before.get(key, self._blank)
        if self._blend is not BlendMode.NORMAL:
            painter.drawImage(inner.topLeft(), self._blended(before.copy(inner), image))
            painter.end()
            return
        painter.drawImage(inner.topLeft(), before, inner)
        painter.setCompositionMode(self._mode)
        painter.drawImage(inner.topLeft(), image)
        painter.end()

    def _blended(self, before: QImage, ink: QImage) -> QImage:
        if not self._surface.alpha_locked:
            blend_image(before, ink, QPoint(0, 0), self._blend, 1.0)
            return before
        # As a clipped layer: onto the colours as if they were opaque, whose transparency is put back.
        mixed = opaque_colours(before)
        blend_image(mixed, ink, QPoint(0, 0), self._blend, 1.0)
        blend_image(mixed, before, QPoint(0, 0), BlendMode.DESTINATION_IN, 1.0)
        return mixed


def limit(image: QImage, area: QRect, selection: Selection) -> None:
    """Keep of a picture of `area` what is selected."""
    painter = QPainter(image)
    painter.setCompositionMode(Mode.CompositionMode_DestinationIn)
    painter.drawImage(QPoint(0, 0), selection.alpha, area.translated(-selection.bounds.topLeft()))
    painter.end()
