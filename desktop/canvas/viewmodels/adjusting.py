"""An adjustment of the active layer or its mask, inside the selection: tried on a small copy, seen live, exact when
accepted.
"""

import asyncio
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, QRect, Signal

from desktop.canvas.adjustments.applying import adjusted_image, adjusted_tiles, mixed
from desktop.canvas.adjustments.base import Adjustment
from desktop.canvas.adjustments.masks import mask_of, mask_picture
from desktop.canvas.document import Document
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MaskSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tile_arrays import Pixels, array_from_tiles, image_of, tiles_from_array
from desktop.canvas.tiles import TileMap, pixels_of
from desktop.canvas.transactions import Transaction
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.widgets.tasks import TaskOwner

PREVIEW_PIXELS = 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    """The layer where it lies on the page, `step` times smaller."""

    pixels: Pixels
    step: int


@dataclass(slots=True, eq=False)
class _Session:
    document: Document
    transaction: Transaction
    layer: LayerSnapshot
    selection: Selection | None
    mask: MaskSnapshot | None
    """What is adjusted, where that is the layer's mask."""
    source: LayerSnapshot | None = None
    """The layer, or its mask as a picture; None until that is made."""
    wanted: Adjustment | None = None
    """None shows the layer as it was."""
    small: _Small | None = None
    busy: bool = False
    ending: bool = False
    histogram: NDArray[np.int64] | None = field(default=None)


class Adjusting(QObject):
    """`begin`, then any number of `show`, then `accept` or `cancel`."""

    began = Signal()
    ended = Signal()
    histogram_counted = Signal()

    def __init__(self, *, current: CurrentDocument, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current = current
        self._tasks = tasks
        self._session: _Session | None = None
        current.document_replaced.connect(self._forget)

    @property
    def in_hand(self) -> bool:
        return self._session is not None

    @property
    def histogram(self) -> NDArray[np.int64] | None:
        """(4, 256): how many pixels have each brightness, red, green and blue; None until it is counted."""
        return self._session.histogram if self._session is not None else None

    def begin(self) -> bool:
        """Whether there is a layer that may be adjusted; why not is told in words."""
        self._current.attempt(self._begin)
        return self.in_hand

    def _begin(self) -> None:
        document, layer_id = self._current.document, self._current.layer_to_paint()
        if document is None or layer_id is None or self._session is not None:
            return
        on_mask = self._current.on_mask
        layer = (
            document.unlocked_layer(layer_id) if on_mask else document.paintable_layer(layer_id)
        ).freeze()
        mask = layer.mask if on_mask else None
        self._session = _Session(document, document.transaction("Adjust"), layer, document.selection, mask)
        self._tasks.start(self._prepare(self._session))
        self.began.emit()

    async def _prepare(self, session: _Session) -> None:
        source = await asyncio.to_thread(_source_of, session)
        small = await asyncio.to_thread(_made_small, source, session.document.rect)
        histogram = await asyncio.to_thread(_counted, small.pixels)
        if session is self._session:
            session.source = source
            session.small, session.histogram = small, histogram
            self.histogram_counted.emit()
            self._refresh(session)

    def show(self, adjustment: Adjustment | None) -> None:
        """Try these settings; None shows the layer without any."""
        session = self._session
        if session is not None and not session.ending:
            session.wanted = adjustment
            self._refresh(session)

    def _refresh(self, session: _Session) -> None:
        if not session.busy and session.small is not None:
            session.busy = True
            self._tasks.start(self._preview(session))

    async def _preview(self, session: _Session) -> None:
        """The newest settings only: those that came while older ones were computed."""
        try:
            while True:
                wanted = session.wanted
                result: TileMap | MaskSnapshot = session.mask or session.layer.tiles
                offset = session.layer.offset
                if wanted is not None and session.small is not None:
                    small, selection = session.small, session.selection
                    tiles = await asyncio.to_thread(_tried, small, wanted, selection, session.document.rect)
                    offset = QPoint(0, 0)
                    result = await asyncio.to_thread(_result, session, tiles, offset)
                if session is not self._session or session.ending:
                    return
                self._put(session, result, offset)
                if session.wanted is wanted:
                    return
        finally:
            session.busy = False

    def accept(self, adjustment: Adjustment) -> None:
        session = self._session
        if session is not None and not session.ending:
            session.ending = True
            self._tasks.start(self._finish(session, adjustment))

    async def _finish(self, session: _Session, adjustment: Adjustment) -> None:
        layer = session.layer

        def compute() -> TileMap | MaskSnapshot | None:
            source = session.source or _source_of(session)
            everywhere = QRect(source.bounds).translated(-layer.offset)
            reach = adjustment.reach if session.mask is None else 0
            tiles = adjusted_tiles(
                source.tiles,
                adjustment,
                area=everywhere.adjusted(-reach, -reach, reach, reach),
                selection=session.selection,
                offset=layer.offset,
                wanted=lambda: session is self._session,
            )
            return _result(session, tiles, layer.offset) if tiles is not None else None

        try:
            result = await asyncio.to_thread(compute)
        except BaseException:
            self._close(session)
            session.transaction.rollback()
            raise
        if session is self._session and result is not None:
            self._put(session, result, layer.offset)
            session.transaction.label = adjustment.label
            self._close(session)
            session.transaction.commit()

    def apply(self, adjustment: Adjustment) -> None:
        """Without a preview: for what has no settings."""
        if self.begin():
            self.accept(adjustment)

    def cancel(self) -> None:
        """The layer is as it was, bit for bit."""
        session = self._session
        if session is not None:
            self._close(session)
            session.transaction.rollback()

    def _put(self, session: _Session, result: TileMap | MaskSnapshot, offset: QPoint) -> None:
        label, layer_id = session.transaction.label, session.layer.id
        if isinstance(result, MaskSnapshot):
            session.document.set_mask(layer_id, result, label)
        else:
            session.document.replace_pixels(layer_id, result, label=label, x=offset.x(), y=offset.y())

    def _close(self, session: _Session) -> None:
        if session is self._session:
            self._session = None
            self.ended.emit()

    def _forget(self) -> None:
        if self._session is not None:
            self._close(self._session)


def _source_of(session: _Session) -> LayerSnapshot:
    if session.mask is None:
        return session.layer
    return mask_picture(session.layer, session.mask, session.transaction.before.rect)


def _result(session: _Session, tiles: TileMap, offset: QPoint) -> TileMap | MaskSnapshot:
    if session.mask is None:
        return tiles
    page, background = session.transaction.before.rect, session.mask.background
    return mask_of(tiles, offset, layer=session.layer, background=background, page=page)


def _made_small(layer: LayerSnapshot, page: QRect) -> _Small:
    step = max(1, int(np.ceil(np.sqrt(page.width() * page.height() / PREVIEW_PIXELS))))
    size = (-(-page.width() // step), -(-page.height() // step))
    # A margin makes it a whole number of steps, so that small pixels lie on whole blocks of large ones.
    area = QRect(-layer.offset.x(), -layer.offset.y(), size[0] * step, size[1] * step)
    pixels = array_from_tiles(layer.tiles, area)
    if step > 1:
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _Small(pixels, step)


def _tried(small: _Small, adjustment: Adjustment, selection: Selection | None, page: QRect) -> TileMap:
    """The small copy adjusted and made large again: tiles over the page."""
    scaled = adjustment.at_scale(1 / small.step)
    after = pixels_of(adjusted_image(image_of(small.pixels), scaled))
    height, width = after.shape[:2]
    if selection is not None:
        mask = selection.part(QRect(0, 0, width * small.step, height * small.step))
        if small.step > 1:
            mask = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        after = mixed(small.pixels, after, mask)
    if small.step > 1:
        size = (width * small.step, height * small.step)
        after = np.asarray(cv2.resize(after, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return tiles_from_array(after[: page.height(), : page.width()], x=0, y=0)


def _counted(pixels: Pixels) -> NDArray[np.int64]:
    """Of what is not wholly transparent; premultiplied pixels in the tiles' order (blue first)."""
    seen = pixels[pixels[:, :, 3] > 0].astype(np.float32)
    if not seen.size:
        return np.zeros((4, 256), np.int64)
    colours = np.clip(np.rint(seen[:, :3] * 255 / seen[:, 3:]), 0, 255)
    blue, green, red = colours.T
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return np.stack(
        [np.bincount(each.astype(np.int64), minlength=256) for each in (np.rint(bright), red, green, blue)]
    )
