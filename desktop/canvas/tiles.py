"""Pixels in square tiles that are shared until they are written to."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QRegion

TILE_SIDE = 256
TILE_BYTES = TILE_SIDE * TILE_SIDE * 4
TILE_FORMAT = QImage.Format.Format_ARGB32_Premultiplied

TileKey = tuple[int, int]
"""Column and row; the tile covers the pixels from `column * TILE_SIDE` on. Both may be negative."""

TileMap = Mapping[TileKey, QImage]
"""Tiles that nobody writes to any more, so any thread may read them. What is missing is transparent."""

EMPTY_TILES: TileMap = MappingProxyType({})


def new_image(width: int, height: int) -> QImage:
    """A transparent picture in the tiles' pixel format. Raises MemoryError."""
    image = QImage(width, height, TILE_FORMAT)
    _check_room(image, wanted=width > 0 and height > 0)
    image.fill(Qt.GlobalColor.transparent)
    return image


def in_tile_format(image: QImage) -> QImage:
    """Raises MemoryError."""
    converted = image.convertToFormat(TILE_FORMAT)
    _check_room(converted, wanted=not image.isNull())
    return converted


def _check_room(image: QImage, *, wanted: bool) -> None:
    # Where there is no memory Qt hands out an empty picture, and what should be in it would be lost without a word.
    if wanted and image.isNull():
        raise MemoryError("no room for the pixels of a picture")


def tile_rect(key: TileKey) -> QRect:
    return QRect(key[0] * TILE_SIDE, key[1] * TILE_SIDE, TILE_SIDE, TILE_SIDE)


def keys_over(rect: QRect) -> Iterator[TileKey]:
    """Keys of all tiles that `rect` touches, row by row; none for an empty one."""
    if rect.isEmpty():
        return
    for row in range(rect.top() // TILE_SIDE, rect.bottom() // TILE_SIDE + 1):
        for column in range(rect.left() // TILE_SIDE, rect.right() // TILE_SIDE + 1):
            yield column, row


def rects_of(region: QRegion) -> Iterable[QRect]:
    """The rectangles of which it is made; it can be gone through, though Qt's type stubs do not say so."""
    return cast("Iterable[QRect]", region)


def tiles_bounds(tiles: TileMap) -> QRect:
    """The rectangle of whole tiles that holds all of them: quick, and never smaller than the content."""
    if not tiles:
        return QRect()
    columns, rows = {key[0] for key in tiles}, {key[1] for key in tiles}
    left, top = min(columns), min(rows)
    return QRect(
        left * TILE_SIDE,
        top * TILE_SIDE,
        (max(columns) - left + 1) * TILE_SIDE,
        (max(rows) - top + 1) * TILE_SIDE,
    )


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """(H, W, 4) copy of a 32-bit image's memory (blue, green, red, alpha on little-endian machines).

    A copy, as a view of Qt's memory would outlive the image without a warning.
    """
    rows = np.frombuffer(image.constBits(), dtype=np.uint8, count=image.sizeInBytes())
    return rows.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def content_bounds(tiles: TileMap) -> QRect:
    """The smallest rectangle that holds every pixel that is not wholly transparent; reads all pixels."""
    bounds = QRect()
    for key, tile in tiles.items():
        alpha = pixels_of(tile)[:, :, 3]
        rows = np.flatnonzero(alpha.any(axis=1))
        if rows.size == 0:
            continue
        columns = np.flatnonzero(alpha.any(axis=0))
        inner = QRect(
            int(columns[0]),
            int(rows[0]),
            int(columns[-1] - columns[0]) + 1,
            int(rows[-1] - rows[0]) + 1,
        )
        bounds = bounds.united(inner.translated(key[0] * TILE_SIDE, key[1] * TILE_SIDE))
    return bounds


def tiles_from_image(image: QImage, *, x: int = 0, y: int = 0) -> TileMap:
    """Cut a picture of any format into tiles, its top left corner at (x, y); wholly transparent tiles are left out.

    Raises MemoryError.
    """
    source = in_tile_format(image)
    tiles: dict[TileKey, QImage] = {}
    for key in keys_over(QRect(x, y, image.width(), image.height())):
        corner = tile_rect(key).topLeft()
        # copy() fills what lies outside the source with transparent pixels.
        tile = source.copy(corner.x() - x, corner.y() - y, TILE_SIDE, TILE_SIDE)
        _check_room(tile, wanted=True)
        if pixels_of(tile)[:, :, 3].any():
            tiles[key] = tile
    return MappingProxyType(tiles)


def image_from_tiles(tiles: TileMap, rect: QRect) -> QImage:
    """The pixels of `rect` as one picture, bit for bit."""
    image = new_image(rect.width(), rect.height())
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for key in keys_over(rect.intersected(tiles_bounds(tiles))):
        tile = tiles.get(key)
        if tile is not None:
            painter.drawImage(tile_rect(key).topLeft() - rect.topLeft(), tile)
    painter.end()
    return image


def transparent_tile() -> QImage:
    return new_image(TILE_SIDE, TILE_SIDE)


class TileGrid:
    """One layer's pixels while they change. Frozen tiles stay as they are: a later write copies first."""

    def __init__(
        self, tiles: TileMap = EMPTY_TILES, *, missing: Callable[[], QImage] = transparent_tile
    ) -> None:
        """`missing` makes the tile that stands for one which is not there."""
        self._missing = missing
        self._tiles = dict(tiles)
        self._owned: set[TileKey] = set()
        self._frozen: TileMap | None = tiles

    def get(self, key: TileKey) -> QImage | None:
        """The tile to read from; None is one that was never painted on (a transparent one)."""
        return self._tiles.get(key)

    def items(self) -> TileMap:
        """A live view for reading within one turn of the loop."""
        return self._tiles

    def writable(self, key: TileKey) -> QImage:
        """The tile to paint on: made if missing, copied first if anybody else may hold it."""
        self._frozen = None
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._missing()
        elif key not in self._owned:
            tile = tile.copy()
        self._tiles[key] = tile
        self._owned.add(key)
        return tile

    def drop(self, key: TileKey) -> None:
        """Make a whole tile as if it was never painted on."""
        if key in self._tiles:
            self._frozen = None
            del self._tiles[key]
            self._owned.discard(key)

    def freeze(self) -> TileMap:
        """The pixels as they are now, for ever; the same object as long as nothing is written."""
        if self._frozen is None:
            self._frozen = MappingProxyType(dict(self._tiles))
        self._owned.clear()
        return self._frozen

    def restore(self, tiles: TileMap) -> None:
        """Take over a frozen state."""
        self._tiles = dict(tiles)
        self._owned.clear()
        self._frozen = tiles
