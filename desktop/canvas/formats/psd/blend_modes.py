"""Photoshop's blend modes and ours. What one side lacks is named, never passed over in silence."""

from psd_tools.constants import BlendMode as PsdMode

from desktop.canvas.layers import BlendMode

TO_PSD = {
    BlendMode.NORMAL: PsdMode.NORMAL,
    BlendMode.MULTIPLY: PsdMode.MULTIPLY,
    BlendMode.SCREEN: PsdMode.SCREEN,
    BlendMode.OVERLAY: PsdMode.OVERLAY,
    BlendMode.DARKEN: PsdMode.DARKEN,
    BlendMode.LIGHTEN: PsdMode.LIGHTEN,
    BlendMode.COLOR_DODGE: PsdMode.COLOR_DODGE,
    BlendMode.COLOR_BURN: PsdMode.COLOR_BURN,
    BlendMode.HARD_LIGHT: PsdMode.HARD_LIGHT,
    BlendMode.SOFT_LIGHT: PsdMode.SOFT_LIGHT,
    BlendMode.DIFFERENCE: PsdMode.DIFFERENCE,
    BlendMode.HUE: PsdMode.HUE,
    BlendMode.SATURATION: PsdMode.SATURATION,
    BlendMode.COLOR: PsdMode.COLOR,
    BlendMode.LUMINOSITY: PsdMode.LUMINOSITY,
    BlendMode.PLUS: PsdMode.LINEAR_DODGE,
}
"""The modes by which a layer takes away from others (dst-in and its like) have no match."""

FROM_PSD = {psd: ours for ours, psd in TO_PSD.items()}

NEAREST = {
    PsdMode.DISSOLVE: BlendMode.NORMAL,
    PsdMode.LINEAR_BURN: BlendMode.COLOR_BURN,
    PsdMode.DARKER_COLOR: BlendMode.DARKEN,
    PsdMode.LIGHTER_COLOR: BlendMode.LIGHTEN,
    PsdMode.VIVID_LIGHT: BlendMode.HARD_LIGHT,
    PsdMode.LINEAR_LIGHT: BlendMode.HARD_LIGHT,
    PsdMode.PIN_LIGHT: BlendMode.HARD_LIGHT,
    PsdMode.HARD_MIX: BlendMode.HARD_LIGHT,
    PsdMode.EXCLUSION: BlendMode.DIFFERENCE,
    PsdMode.SUBTRACT: BlendMode.DIFFERENCE,
    PsdMode.DIVIDE: BlendMode.COLOR_DODGE,
}
"""What comes nearest to a mode that we don't have; the artist is told."""
