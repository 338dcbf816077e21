"""Photoshop's documents: layers, groups, masks, clipping. Nothing that a file says of its size is believed."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from psd_tools.constants import ColorMode, Resource, SectionDivider, Tag
from psd_tools.psd import PSD
from psd_tools.psd.layer_and_mask import ChannelDataList, LayerRecord
from psd_tools.psd.parse_limits import ParseLimits

from desktop.canvas.errors import DocumentTooLargeError
from desktop.canvas.formats.allowance import most_pixels
from desktop.canvas.formats.archive import too_large
from desktop.canvas.formats.atomic import disk_errors
from desktop.canvas.formats.ora import LoadedDocument
from desktop.canvas.formats.psd.channels import damaged
from desktop.canvas.formats.psd.colours import Colours
from desktop.canvas.formats.psd.leaves import Leaf, read_leaf
from desktop.canvas.formats.psd.losses import Losses
from desktop.canvas.history import DocumentSnapshot, Guides
from desktop.canvas.layers import LayerKind, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.pictures import origin_by_mark
from shared.contracts.errors import PentimentoError
from shared.imaging.pictures import LARGEST_PIXELS
from shared.imaging.provenance import origin_in_xmp

LARGEST_FILE = 4 * 1024 * 1024 * 1024
LIMITS = ParseLimits(
    max_read_bytes=1024 * 1024 * 1024,
    max_total_bytes=2 * LARGEST_FILE,
    max_objects=1_000_000,
    max_nesting_depth=64,
)
MOST_LAYERS = 2000
DEEPEST_GROUPS = 64
_GUIDE_UNIT = 32

Progress = Callable[[float], None]
Row = tuple[LayerRecord, ChannelDataList]


def load_psd(file: Path, *, new_id: Callable[[], str], progress: Progress) -> LoadedDocument:
    """Errors: InvalidDocumentError, DocumentTooLargeError, StorageError. Any thread."""
    with disk_errors(file):
        if file.stat().st_size > LARGEST_FILE:
            raise too_large(f"a file of {file.stat().st_size} bytes")
        with _in_words(), file.open("rb") as stream:
            psd = PSD.read(stream, parse_limits=LIMITS)
    header = psd.header
    if header.width * header.height > LARGEST_PIXELS:
        raise DocumentTooLargeError(
            "This document has {width} x {height} pixels, which is more than can be opened.",
            advice="Make the picture smaller in the program that made it.",
            width=header.width,
            height=header.height,
        )
    with _in_words():
        return _Reader(psd, new_id=new_id, progress=progress).read(file.stem)


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Psd-tools raises errors of any kind on damaged files."""
    try:
        yield
    except (PentimentoError, OSError):
        raise
    except MemoryError as error:
        raise too_large("memory") from error
    except Exception as error:
        raise damaged(f"{type(error).__name__}: {error}") from error


class _Reader:
    def __init__(self, psd: PSD, *, new_id: Callable[[], str], progress: Progress) -> None:
        self._psd = psd
        self._new_id = new_id
        self._progress = progress
        self._losses = Losses()
        self._colours = Colours.of(psd, self._losses)
        self._layers: list[LayerSnapshot] = []
        self._origin = _origin_of(psd)

    def read(self, title: str) -> LoadedDocument:
        header = self._psd.header
        info = self._psd._get_layer_info()  # noqa: SLF001  # finds the layers of 16- and 32-bit files too
        rows = list(zip(info.layer_records, info.channel_image_data, strict=True)) if info is not None else []
        if len(rows) > 2 * MOST_LAYERS:
            raise too_large(f"{len(rows)} layers")
        if header.color_mode in {ColorMode.INDEXED, ColorMode.BITMAP, ColorMode.MULTICHANNEL}:
            rows = []
        # Before any is unpacked: a megabyte of nothing can stand for thousands of megapixels.
        pixels = sum(_area(record) for record, _ in rows)
        if pixels > most_pixels():
            raise too_large(f"the layers hold {pixels} pixels")
        if rows:
            self._read_rows(rows)
        else:
            self._layers.append(self._merged(title))
        active = next((layer.id for layer in reversed(self._layers) if not layer.is_group), None)
        snapshot = DocumentSnapshot(
            width=header.width,
            height=header.height,
            layers=tuple(self._layers),
            active_id=active or self._layers[-1].id,
            guides=_guides_of(self._psd),
        )
        return LoadedDocument(snapshot=snapshot, notes=self._losses.notes())

    def _merged(self, title: str) -> LayerSnapshot:
        properties = LayerProperties(name=title, origin=self._origin)
        return LayerSnapshot(self._new_id(), properties, self._colours.merged_tiles(self._psd))

    def _read_rows(self, rows: list[Row]) -> None:
        """Bottom to top: a group ends below with a divider of its own, and its name stands above its layers."""
        open_groups: list[str] = []
        for number, (record, channels) in enumerate(rows):
            setting = record.tagged_blocks.get_data(Tag.SECTION_DIVIDER_SETTING)
            setting = setting or record.tagged_blocks.get_data(Tag.NESTED_SECTION_DIVIDER_SETTING)
            kind = setting.kind if setting is not None else SectionDivider.OTHER
            if kind is SectionDivider.BOUNDING_SECTION_DIVIDER:
                if len(open_groups) >= DEEPEST_GROUPS:
                    raise too_large("groups are nested too deeply")
                open_groups.append(self._new_id())
            elif kind is not SectionDivider.OTHER:
                if not open_groups:
                    raise damaged("a group that never began")
                group = open_groups.pop()
                mode = setting.blend_mode or record.blend_mode
                leaf = self._leaf(record, channels, is_group=True)
                properties = self._properties(
                    leaf, parent=_last(open_groups), mode=mode, kind=LayerKind.GROUP
                )
                self._layers.append(LayerSnapshot(group, properties, mask=leaf.mask))
            else:
                self._add_layer(record, channels, _last(open_groups))
            self._progress((number + 1) / len(rows))
        if open_groups:
            raise damaged("a group that never ends")

    def _add_layer(self, record: LayerRecord, channels: ChannelDataList, parent: str | None) -> None:
        if self._losses.leaves_out(record):
            return
        leaf = self._leaf(record, channels, is_group=False)
        properties = self._properties(leaf, parent=parent, mode=record.blend_mode, kind=LayerKind.RASTER)
        self._layers.append(LayerSnapshot(self._new_id(), properties, leaf.tiles, leaf.mask))

    def _leaf(self, record: LayerRecord, channels: ChannelDataList, *, is_group: bool) -> Leaf:
        self._losses.look_at(record, is_group=is_group)
        return read_leaf(record, channels, self._colours)

    def _properties(
        self, leaf: Leaf, *, parent: str | None, mode: object, kind: LayerKind
    ) -> LayerProperties:
        blend, pass_through = self._losses.blend_of(leaf.name, mode)
        record = leaf.record
        return LayerProperties(
            name=leaf.name,
            visible=record.flags.visible,
            opacity=record.opacity / 255,
            blend=blend,
            locked=leaf.locked,
            x=leaf.x,
            y=leaf.y,
            origin=self._origin,
            kind=kind,
            parent=parent,
            pass_through=pass_through and kind is LayerKind.GROUP,
            clipped=bool(record.clipping),
            alpha_locked=leaf.alpha_locked,
            position_locked=leaf.position_locked,
            fill_opacity=leaf.fill_opacity,
            mask_enabled=leaf.mask_enabled,
        )


def _area(record: LayerRecord) -> int:
    return max(0, record.right - record.left) * max(0, record.bottom - record.top)


def _last(groups: list[str]) -> str | None:
    return groups[-1] if groups else None


def _origin_of(psd: PSD) -> Origin:
    packet = psd.image_resources.get_data(Resource.XMP_METADATA, b"")
    return origin_by_mark(origin_in_xmp(packet) if isinstance(packet, bytes | str) else None)


def _guides_of(psd: PSD) -> Guides:
    info = psd.image_resources.get_data(Resource.GRID_AND_GUIDES_INFO)
    lines = list(getattr(info, "data", ()))[:1000]
    return Guides(
        vertical=tuple(place / _GUIDE_UNIT for place, direction in lines if direction == 0),
        horizontal=tuple(place / _GUIDE_UNIT for place, direction in lines if direction == 1),
    )
