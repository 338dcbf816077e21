"""Colours of any of Photoshop's modes to sRGB."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from psd_tools.constants import ColorMode, Resource
from psd_tools.psd import PSD
from psd_tools.psd.layer_and_mask import ChannelData

from desktop.canvas.formats.psd.channels import Plane, damaged, decode_bytes, eight_bits
from desktop.canvas.formats.psd.losses import Losses
from desktop.canvas.formats.rasters import image_from_pixels
from desktop.canvas.tiles import TileMap, tiles_from_image
from shared.imaging.colour_profiles import to_srgb

_CHANNELS = {
    ColorMode.BITMAP: 1,
    ColorMode.GRAYSCALE: 1,
    ColorMode.DUOTONE: 1,
    ColorMode.INDEXED: 1,
    ColorMode.RGB: 3,
    ColorMode.CMYK: 4,
    ColorMode.LAB: 3,
    ColorMode.MULTICHANNEL: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    mode: ColorMode
    depth: int
    version: int
    channels: int
    profile: bytes | None
    palette: Plane | None

    @classmethod
    def of(cls, psd: PSD, losses: Losses) -> "Colours":
        header = psd.header
        mode = ColorMode(header.color_mode)
        if mode is not ColorMode.RGB:
            losses.converted_mode(mode.name)
        if header.depth not in {1, 8}:
            losses.converted_depth(header.depth)
        palette = None
        if mode is ColorMode.INDEXED:
            values = np.frombuffer(psd.color_mode_data.value[:768].ljust(768, b"\0"), np.uint8)
            palette = values.reshape(3, 256).T
        profile = psd.image_resources.get_data(Resource.ICC_PROFILE)
        return cls(
            mode=mode,
            depth=header.depth,
            version=header.version,
            channels=_CHANNELS[mode],
            profile=profile if isinstance(profile, bytes) else None,
            palette=palette,
        )

    def rgb(self, planes: Sequence[Plane | None], width: int, height: int) -> Plane:
        """(height, width, 3) in sRGB; a channel that is missing counts as black."""
        black = np.zeros((height, width), np.uint8)
        known = [plane if plane is not None else black for plane in planes]
        if self.palette is not None:
            return self.palette[known[0]]
        match self.mode:
            case ColorMode.CMYK:
                # Photoshop keeps the ink that is missing.
                image = Image.fromarray(255 - np.dstack(known), "CMYK")
            case ColorMode.LAB:
                light, a, b = known
                # Pillow's own LAB has signed colours; Photoshop's lie around 128.
                image = Image.fromarray(np.dstack([light, a ^ 128, b ^ 128]), "LAB")
            case ColorMode.RGB | ColorMode.MULTICHANNEL:
                image = Image.fromarray(np.dstack(known[:3]))
            case _:
                image = Image.fromarray(known[0])
        return np.asarray(to_srgb(image, self.profile))[:, :, :3]

    def merged_tiles(self, psd: PSD) -> TileMap:
        """The one picture of a file without layers; channels beyond its colours are selections that were kept."""
        header, data = psd.header, psd.image_data
        if header.channels < min(self.channels, 3) and self.mode is not ColorMode.MULTICHANNEL:
            raise damaged(f"{header.channels} channels")
        whole = ChannelData(compression=data.compression, data=data.data)
        values = decode_bytes(
            whole, header.width, header.height * header.channels, header.depth, header.version
        )
        size = len(values) // header.channels
        planes: list[Plane | None] = [
            eight_bits(values[place * size : (place + 1) * size], header.width, header.height, header.depth)
            for place in range(min(self.channels, header.channels))
        ]
        planes += [None] * (self.channels - len(planes))
        return tiles_from_image(image_from_pixels(self.rgb(planes, header.width, header.height)))
