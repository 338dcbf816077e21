"""One layer of an OpenRaster document: its pixels and its mask as entries, and what stack.xml says of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QRect

from desktop.canvas.formats.allowance import PixelAllowance
from desktop.canvas.formats.archive import SafeArchive, damaged
from desktop.canvas.formats.rasters import Pixels, image_from_pixels, straight_pixels
from desktop.canvas.formats.recipes import LayerOrigin
from desktop.canvas.formats.stack_xml import StackLayer, StackMask
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerKind, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.masks import MaskSnapshot, mask_from_pixels, mask_pixels
from desktop.canvas.merging import with_mask_applied
from desktop.canvas.tiles import TileMap, content_bounds, image_from_tiles, new_image, tiles_from_image
from shared.contracts.errors import PentimentoError
from shared.imaging.fast_png import encode_fast_png
from shared.imaging.pictures import LARGEST_PIXELS, picture_size, read_picture


@dataclass(frozen=True, slots=True, eq=False)
class EncodedLayer:
    """`entries` by name: what `described` speaks of."""

    described: StackLayer
    entries: dict[str, bytes]


def encode_layer(layer: LayerSnapshot, number: int, document: DocumentSnapshot) -> EncodedLayer:
    """Any thread. `parent` is left to who knows the numbers of all layers."""
    own = layer.properties
    entries: dict[str, bytes] = {}
    source, unmasked, bounds = "", "", QRect()
    if not layer.is_group:
        source = f"data/layer{number:03d}.png"
        bounds = _written_bounds(layer, document.rect)
        shown = with_mask_applied(layer) if own.mask_enabled else layer
        entries[source] = _encoded(shown.tiles, bounds)
        if shown is not layer:
            unmasked = f"pentimento/unmasked{number:03d}.png"
            entries[unmasked] = _encoded(layer.tiles, bounds)
    described = StackLayer(
        source=source,
        name=own.name,
        x=own.x + bounds.x(),
        y=own.y + bounds.y(),
        opacity=own.opacity,
        visible=own.visible,
        blend=own.blend,
        locked=own.locked,
        selected=layer.id == document.active_id,
        number=number,
        is_group=layer.is_group,
        isolated=not own.pass_through,
        clipped=own.clipped,
        alpha_locked=own.alpha_locked,
        position_locked=own.position_locked,
        fill_opacity=own.fill_opacity,
        unmasked=unmasked,
        mask=_encode_mask(entries, layer, number) if layer.mask is not None else None,
    )
    return EncodedLayer(described, entries)


def _written_bounds(layer: LayerSnapshot, document: QRect) -> QRect:
    bounds = content_bounds(layer.tiles)
    if bounds.width() * bounds.height() > LARGEST_PIXELS:
        # More than we would read again: what lies outside the document goes.
        bounds &= document.translated(-layer.offset)
    # The standard knows no layer without a picture.
    return bounds if not bounds.isEmpty() else QRect(-layer.offset, QRect(0, 0, 1, 1).size())


def _encoded(tiles: TileMap, bounds: QRect) -> bytes:
    return encode_fast_png(straight_pixels(image_from_tiles(tiles, bounds)))


def _encode_mask(entries: dict[str, bytes], layer: LayerSnapshot, number: int) -> StackMask | None:
    mask = layer.mask
    if mask is None:
        return None
    entry = f"pentimento/mask{number:03d}.png"
    bounds = mask.bounds
    if bounds.isEmpty():
        bounds = QRect(0, 0, 1, 1)
    entries[entry] = encode_fast_png(mask_pixels(mask, bounds))
    place = bounds.topLeft() + layer.offset
    return StackMask(
        source=entry,
        x=place.x(),
        y=place.y(),
        background=mask.background,
        enabled=layer.properties.mask_enabled,
    )


class LayerReader:
    """Reads the layers of one archive. Any thread."""

    def __init__(
        self,
        *,
        archive: SafeArchive,
        origins: Mapping[str, LayerOrigin],
        ids: Mapping[int, str],
        allowance: PixelAllowance,
    ) -> None:
        self._archive = archive
        self._origins = origins
        self._ids = ids
        self._allowance = allowance

    def read(self, described: StackLayer) -> LayerSnapshot:
        unknown = LayerOrigin(origin=Origin.PAINTED if described.is_group else Origin.IMPORTED)
        own = self._origins.get(described.source.lstrip("/"), unknown)
        properties = LayerProperties(
            name=described.name,
            visible=described.visible,
            opacity=described.opacity,
            blend=described.blend,
            locked=described.locked,
            x=0 if described.is_group else described.x + own.text_x,
            y=0 if described.is_group else described.y + own.text_y,
            recipe=own.recipe,
            origin=own.origin,
            kind=LayerKind.GROUP if described.is_group else LayerKind.RASTER,
            parent=self._ids[described.parent] if described.parent is not None else None,
            pass_through=described.is_group and not described.isolated,
            clipped=described.clipped,
            alpha_locked=described.alpha_locked,
            position_locked=described.position_locked,
            fill_opacity=described.fill_opacity,
            mask_enabled=described.mask is None or described.mask.enabled,
            text=own.text,
        )
        layer_id = self._ids[described.number]
        mask = self._mask(described.mask, properties) if described.mask is not None else None
        if described.is_group:
            return LayerSnapshot(layer_id, properties, mask=mask)
        with self._unpacked(described.unmasked or described.source) as pixels:
            image = image_from_pixels(pixels) if pixels.size else new_image(1, 1)
            tiles = tiles_from_image(image, x=-own.text_x, y=-own.text_y)
        return LayerSnapshot(layer_id, properties, tiles, mask)

    def _mask(self, described: StackMask, properties: LayerProperties) -> MaskSnapshot:
        with self._unpacked(described.source) as pixels:
            return mask_from_pixels(
                pixels[:, :, 0],
                x=described.x - properties.x,
                y=described.y - properties.y,
                background=described.background,
            )

    @contextmanager
    def _unpacked(self, entry: str) -> Iterator[Pixels]:
        """For as long as it takes to cut it into tiles."""
        data = self._archive.read(entry)
        try:
            width, height = picture_size(data)
        except PentimentoError as error:
            raise damaged(f"{entry!r}: {error}") from error
        with self._allowance.unpacking(width * height):
            try:
                pixels = read_picture(data)
            except PentimentoError as error:
                raise damaged(f"{entry!r}: {error}") from error
            yield pixels
