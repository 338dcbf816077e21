"""One record of a PSD: its name, its locks, its pixels and its mask."""

from dataclasses import dataclass

import numpy as np
from psd_tools.constants import ChannelID, Tag
from psd_tools.psd.layer_and_mask import ChannelData, ChannelDataList, LayerRecord

from desktop.canvas.formats.archive import too_large
from desktop.canvas.formats.psd.channels import damaged, decode_plane
from desktop.canvas.formats.psd.colours import Colours
from desktop.canvas.formats.rasters import image_from_pixels
from desktop.canvas.masks import HIDDEN, SHOWN, MaskSnapshot, mask_from_pixels
from desktop.canvas.tiles import EMPTY_TILES, TileMap, tiles_from_image
from shared.imaging.pictures import LARGEST_PIXELS

_LOCK_ALL, _LOCK_TRANSPARENCY, _LOCK_POSITION = 0x8000_0000, 0x01, 0x04
FARTHEST = 1_000_000
LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """`tiles` and `mask` count from (x, y) of the document."""

    record: LayerRecord
    name: str
    x: int
    y: int
    tiles: TileMap
    mask: MaskSnapshot | None
    mask_enabled: bool
    locked: bool
    alpha_locked: bool
    position_locked: bool
    fill_opacity: float


def name_of(record: LayerRecord) -> str:
    name = record.tagged_blocks.get_data(Tag.UNICODE_LAYER_NAME)
    return (name if isinstance(name, str) else record.name).rstrip("\0")[:LONGEST_NAME]


def read_leaf(record: LayerRecord, channels: ChannelDataList, colours: Colours) -> Leaf:
    if max(abs(record.left), abs(record.top)) > FARTHEST:
        raise damaged(f"a layer lies at {record.left}, {record.top}")
    if len(record.channel_info) != len(channels):
        raise damaged("channels are missing")
    by_id = {info.id: channel for info, channel in zip(record.channel_info, channels, strict=True)}
    locks = record.tagged_blocks.get_data(Tag.PROTECTED_SETTING, 0)
    locks = locks if isinstance(locks, int) else 0
    fill = record.tagged_blocks.get_data(Tag.BLEND_FILL_OPACITY, 255)
    mask = _mask(record, by_id, colours)
    return Leaf(
        record=record,
        name=name_of(record),
        x=record.left,
        y=record.top,
        tiles=_tiles(record, by_id, colours),
        mask=mask,
        mask_enabled=not (record.mask_data is not None and record.mask_data.flags.mask_disabled),
        locked=bool(locks & _LOCK_ALL),
        alpha_locked=record.flags.transparency_protected or bool(locks & _LOCK_TRANSPARENCY),
        position_locked=bool(locks & _LOCK_POSITION),
        fill_opacity=min(max(fill, 0), 255) / 255 if isinstance(fill, int) else 1.0,
    )


def _tiles(record: LayerRecord, by_id: dict[ChannelID, ChannelData], colours: Colours) -> TileMap:
    width, height = record.right - record.left, record.bottom - record.top
    if width <= 0 or height <= 0:
        return EMPTY_TILES
    if width * height > LARGEST_PIXELS:
        raise too_large(f"a layer of {width} x {height} pixels")
    planes = {
        identity: decode_plane(channel, width, height, colours.depth, colours.version)
        for identity, channel in by_id.items()
        if identity >= ChannelID.TRANSPARENCY_MASK and len(channel.data)
    }
    if not planes:
        return EMPTY_TILES
    alpha = planes.pop(ChannelID.TRANSPARENCY_MASK, None)
    rgb = colours.rgb([planes.get(ChannelID(number)) for number in range(colours.channels)], width, height)
    if alpha is None:
        alpha = np.full((height, width), 255, np.uint8)
    return tiles_from_image(image_from_pixels(np.dstack([rgb, alpha])))


def _mask(record: LayerRecord, by_id: dict[ChannelID, ChannelData], colours: Colours) -> MaskSnapshot | None:
    data, channel = record.mask_data, by_id.get(ChannelID.USER_LAYER_MASK)
    if data is None or channel is None:
        return None
    background = SHOWN if data.background_color else HIDDEN
    width, height = data.right - data.left, data.bottom - data.top
    if width <= 0 or height <= 0 or not channel.data:
        return MaskSnapshot(background=background)
    if width * height > LARGEST_PIXELS or max(abs(data.left), abs(data.top)) > FARTHEST:
        raise too_large(f"a mask of {width} x {height} pixels")
    pixels = decode_plane(channel, width, height, colours.depth, colours.version)
    if data.flags.invert_mask:
        pixels, background = 255 - pixels, 255 - background
    return mask_from_pixels(pixels, x=data.left - record.left, y=data.top - record.top, background=background)
