"""What is said of a layer, and of the blend modes."""

from desktop.canvas.layers import BlendMode, Layer
from desktop.widgets.translations import tr

BLEND_GROUPS = (
    (BlendMode.NORMAL,),
    (BlendMode.DARKEN, BlendMode.MULTIPLY, BlendMode.COLOR_BURN),
    (BlendMode.LIGHTEN, BlendMode.SCREEN, BlendMode.COLOR_DODGE, BlendMode.PLUS),
    (BlendMode.OVERLAY, BlendMode.SOFT_LIGHT, BlendMode.HARD_LIGHT),
    (BlendMode.DIFFERENCE,),
    (BlendMode.HUE, BlendMode.SATURATION, BlendMode.COLOR, BlendMode.LUMINOSITY),
    (
        BlendMode.SOURCE_ATOP,
        BlendMode.DESTINATION_ATOP,
        BlendMode.DESTINATION_IN,
        BlendMode.DESTINATION_OUT,
    ),
)
"""As a painter looks for them: what darkens, what lightens, contrast, comparison, colour, and shape."""


def blend_text(blend: BlendMode) -> str:
    return {
        BlendMode.NORMAL: tr("Normal"),
        BlendMode.MULTIPLY: tr("Multiply"),
        BlendMode.SCREEN: tr("Screen"),
        BlendMode.OVERLAY: tr("Overlay"),
        BlendMode.DARKEN: tr("Darken"),
        BlendMode.LIGHTEN: tr("Lighten"),
        BlendMode.COLOR_DODGE: tr("Colour dodge"),
        BlendMode.COLOR_BURN: tr("Colour burn"),
        BlendMode.HARD_LIGHT: tr("Hard light"),
        BlendMode.SOFT_LIGHT: tr("Soft light"),
        BlendMode.DIFFERENCE: tr("Difference"),
        BlendMode.HUE: tr("Hue"),
        BlendMode.SATURATION: tr("Saturation"),
        BlendMode.COLOR: tr("Colour"),
        BlendMode.LUMINOSITY: tr("Luminosity"),
        BlendMode.PLUS: tr("Add"),
        BlendMode.DESTINATION_IN: tr("Keep what is under it"),
        BlendMode.DESTINATION_OUT: tr("Erase what is under it"),
        BlendMode.SOURCE_ATOP: tr("On what is under it"),
        BlendMode.DESTINATION_ATOP: tr("Behind, within it"),
    }[blend]


def description(layer: Layer) -> str:
    """One line for the tooltip and the screen reader."""
    own = layer.properties
    said = {
        tr("group"): layer.is_group,
        tr("shown") if layer.visible else tr("hidden"): True,
        tr("locked"): layer.locked,
        tr("transparency locked"): own.alpha_locked,
        tr("place locked"): own.position_locked,
        tr("clipped to the layer below"): own.clipped,
        tr("{percent}% opaque", percent=round(own.opacity * 100)): own.opacity < 1,
        blend_text(own.blend): own.blend is not BlendMode.NORMAL,
        tr("with a mask") if own.mask_enabled else tr("with a mask that is off"): layer.mask is not None,
        tr("made from a recipe"): own.recipe is not None,
    }
    return ", ".join([own.name, *(text for text, holds in said.items() if holds)])
