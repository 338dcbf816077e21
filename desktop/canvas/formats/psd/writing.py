"""A document as a PSD with its layers, groups, masks and clipping, by psd-tools' low-level structures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import ImageCms
from psd_tools.constants import BlendMode as PsdMode
from psd_tools.constants import ChannelID, Clipping, ColorMode, Compression, Resource, SectionDivider, Tag
from psd_tools.psd import PSD
from psd_tools.psd.header import FileHeader
from psd_tools.psd.image_data import ImageData
from psd_tools.psd.image_resources import GridGuidesInfo, ImageResource, ImageResources
from psd_tools.psd.layer_and_mask import (
    ChannelData,
    ChannelDataList,
    ChannelImageData,
    ChannelInfo,
    LayerAndMaskInformation,
    LayerFlags,
    LayerInfo,
    LayerRecord,
    LayerRecords,
    MaskData,
    MaskFlags,
)
from PySide6.QtCore import QRect

from desktop.canvas.composing import flatten
from desktop.canvas.formats.atomic import replaced_file
from desktop.canvas.formats.flat import provenance_xmp
from desktop.canvas.formats.ora import Note
from desktop.canvas.formats.psd.blend_modes import TO_PSD
from desktop.canvas.formats.psd.channels import encode_plane
from desktop.canvas.formats.rasters import on_white, straight_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import children_of
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import mask_pixels
from desktop.canvas.tiles import content_bounds, image_from_tiles

LARGEST_PSD_SIDE = 30_000
"""What is larger is written as a PSB, Photoshop's large document."""
_LOCK_ALL, _LOCK_TRANSPARENCY, _LOCK_POSITION = 0x8000_0000, 0x01, 0x04
_GUIDE_UNIT = 32
"""Guides lie on 32nds of a pixel."""
_LONGEST_OLD_NAME = 31


def save_psd(
    snapshot: DocumentSnapshot, file: Path, *, marked: bool, progress: Callable[[float], None]
) -> tuple[Note, ...]:
    """Replace `file` as a whole; what a PSD can't keep is told in the notes. Raises StorageError. Any thread."""
    writer = _Writer(snapshot, progress)
    psd = writer.write(marked=marked)
    with replaced_file(file) as stream:
        progress(1.0)
        psd.write(stream)
    return tuple(writer.notes)


class _Writer:
    def __init__(self, snapshot: DocumentSnapshot, progress: Callable[[float], None]) -> None:
        self.notes: list[Note] = []
        self._snapshot = snapshot
        self._progress = progress
        self._version = 2 if max(snapshot.width, snapshot.height) > LARGEST_PSD_SIDE else 1
        self._records: list[LayerRecord] = []
        self._channels: list[ChannelDataList] = []

    def write(self, *, marked: bool) -> PSD:
        snapshot = self._snapshot
        header = FileHeader(
            version=self._version,
            channels=4,
            height=snapshot.height,
            width=snapshot.width,
            depth=8,
            color_mode=ColorMode.RGB,
        )
        for layer in children_of(snapshot.layers, None):
            self._add(layer)
        recipes = sum(layer.properties.recipe is not None for layer in snapshot.layers)
        if recipes:
            self.notes.append(
                Note(
                    message="A PSD keeps no recipes: {count} layers are plain pictures in it.",
                    values={"count": str(recipes)},
                )
            )
        texts = sum(layer.properties.text is not None for layer in snapshot.layers)
        if texts:
            self.notes.append(
                Note(
                    message="A PSD keeps text as pixels: {count} layers can’t be edited as text in it.",
                    values={"count": str(texts)},
                )
            )
        # A negative count says that the first extra channel of the merged picture is its transparency.
        info = LayerInfo(
            layer_count=-len(self._records),
            layer_records=LayerRecords(self._records),  # type: ignore[arg-type]  # attrs: any iterable
            channel_image_data=ChannelImageData(self._channels),  # type: ignore[arg-type]  # as above
        )
        return PSD(
            header=header,
            image_resources=self._resources(marked=marked),
            layer_and_mask_information=LayerAndMaskInformation(layer_info=info),
            image_data=self._merged(header),
        )

    def _resources(self, *, marked: bool) -> ImageResources:
        resources = ImageResources()

        def put(key: Resource, data: object) -> None:
            resources[key] = ImageResource(key=key, data=data)  # type: ignore[arg-type]  # each key has its own type

        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        put(Resource.ICC_PROFILE, profile)
        xmp = provenance_xmp(self._snapshot) if marked else ""
        if xmp:
            put(Resource.XMP_METADATA, xmp.encode())
        guides = self._snapshot.guides
        lines: list[Any] = [(round(x * _GUIDE_UNIT), 0) for x in guides.vertical if x >= 0]
        lines += [(round(y * _GUIDE_UNIT), 1) for y in guides.horizontal if y >= 0]
        if lines:
            put(Resource.GRID_AND_GUIDES_INFO, GridGuidesInfo(1, 576, 576, lines))
        return resources

    def _merged(self, header: FileHeader) -> ImageData:
        """Colours lie on white, as Photoshop writes them; the fourth channel is the transparency."""
        image = flatten(self._snapshot)
        colours = straight_pixels(on_white(image))
        alpha = straight_pixels(image)[:, :, 3]
        merged = ImageData(compression=Compression.RLE)
        merged.set_data([*(colours[:, :, band].tobytes() for band in range(3)), alpha.tobytes()], header)
        return merged

    def _add(self, layer: LayerSnapshot) -> None:
        if not layer.is_group:
            record = self._record(layer)
            self._put_pixels(record, layer)
            return
        self._put(LayerRecord(name="</Layer group>"), _divider(SectionDivider.BOUNDING_SECTION_DIVIDER), [])
        for child in children_of(self._snapshot.layers, layer.id):
            self._add(child)
        record = self._record(layer)
        record.flags.pixel_data_irrelevant = True
        if layer.properties.pass_through:
            record.blend_mode = PsdMode.PASS_THROUGH
        mask = self._mask(record, layer)
        self._put(record, _divider(SectionDivider.OPEN_FOLDER, record.blend_mode), mask)

    def _record(self, layer: LayerSnapshot) -> LayerRecord:
        own = layer.properties
        mode = TO_PSD.get(own.blend)
        if mode is None:
            self.notes.append(
                Note(
                    message="A PSD has no blend mode like that of “{name}”; it is Normal in the file.",
                    values={"name": own.name},
                )
            )
        record = LayerRecord(
            blend_mode=mode or PsdMode.NORMAL,
            opacity=round(own.opacity * 255),
            clipping=Clipping.NON_BASE if own.clipped else Clipping.BASE,
            flags=LayerFlags(transparency_protected=own.alpha_locked, visible=own.visible),
            # Old readers take this one; the whole name stands in a block of its own.
            name=own.name.encode("ascii", "replace").decode()[:_LONGEST_OLD_NAME],
        )
        record.tagged_blocks.set_data(Tag.UNICODE_LAYER_NAME, own.name)
        if own.fill_opacity < 1:
            record.tagged_blocks.set_data(Tag.BLEND_FILL_OPACITY, round(own.fill_opacity * 255))
        locks = _LOCK_ALL if own.locked else 0
        locks |= _LOCK_TRANSPARENCY if own.alpha_locked else 0
        locks |= _LOCK_POSITION if own.position_locked else 0
        if locks:
            record.tagged_blocks.set_data(Tag.PROTECTED_SETTING, _LOCK_ALL if own.locked else locks)
        return record

    def _put_pixels(self, record: LayerRecord, layer: LayerSnapshot) -> None:
        bounds = content_bounds(layer.tiles)
        if bounds.isEmpty():
            self._put(record, None, self._mask(record, layer))
            return
        _place(record, bounds.translated(layer.offset))
        pixels = straight_pixels(image_from_tiles(layer.tiles, bounds))
        channels = [
            (ChannelID.TRANSPARENCY_MASK, encode_plane(pixels[:, :, 3], self._version)),
            *((ChannelID(band), encode_plane(pixels[:, :, band], self._version)) for band in range(3)),
        ]
        self._put(record, None, [*channels, *self._mask(record, layer)])
        self._progress(0.9 * len(self._records) / (len(self._snapshot.layers) + 1))

    def _mask(self, record: LayerRecord, layer: LayerSnapshot) -> list[tuple[ChannelID, ChannelData]]:
        if layer.mask is None:
            return []
        mask = layer.mask
        bounds = mask.bounds
        placed = bounds.translated(layer.offset)
        record.mask_data = MaskData(
            top=placed.y(),
            left=placed.x(),
            bottom=placed.y() + placed.height(),
            right=placed.x() + placed.width(),
            background_color=mask.background if mask.background in {0, 255} else 255,
            flags=MaskFlags(mask_disabled=not layer.properties.mask_enabled),
        )
        pixels = mask_pixels(mask, bounds)
        return [(ChannelID.USER_LAYER_MASK, encode_plane(pixels, self._version))]

    def _put(
        self,
        record: LayerRecord,
        divider: tuple[SectionDivider, PsdMode] | None,
        channels: list[tuple[ChannelID, ChannelData]],
    ) -> None:
        if divider is not None:
            kind, mode = divider
            record.tagged_blocks.set_data(
                Tag.SECTION_DIVIDER_SETTING, kind, signature=b"8BIM", blend_mode=mode
            )
        known = {identity for identity, _ in channels}
        empty = ChannelData(compression=Compression.RAW, data=b"")
        for identity in (ChannelID.TRANSPARENCY_MASK, *(ChannelID(band) for band in range(3))):
            if identity not in known:
                channels = [*channels, (identity, empty)]
        record.channel_info = [ChannelInfo(identity, 2 + len(channel.data)) for identity, channel in channels]
        self._records.append(record)
        data: list[Any] = [channel for _, channel in channels]
        self._channels.append(ChannelDataList(data))


def _divider(kind: SectionDivider, mode: PsdMode = PsdMode.NORMAL) -> tuple[SectionDivider, PsdMode]:
    return kind, mode


def _place(record: LayerRecord, rect: QRect) -> None:
    record.top, record.left = rect.y(), rect.x()
    record.bottom, record.right = rect.y() + rect.height(), rect.x() + rect.width()
