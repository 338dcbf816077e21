"""Brushes, tips and papers that come with the studio, in the artist's language."""

from desktop.canvas.brushes.presets import Preset
from desktop.widgets.translations import tr


def preset_name(preset: Preset) -> str:
    """An artist's own name is never translated."""
    return preset.name if preset.own else supplied_names().get(preset.id, preset.name)


def supplied_names() -> dict[str, str]:
    return {
        "pencil": tr("Pencil"),
        "ink": tr("Ink pen"),
        "fineliner": tr("Fineliner"),
        "hard-round": tr("Hard round"),
        "soft-round": tr("Airbrush"),
        "paint": tr("Round paintbrush"),
        "flat": tr("Flat paintbrush"),
        "marker": tr("Marker"),
        "chalk": tr("Chalk"),
        "charcoal": tr("Charcoal"),
        "dry-bristle": tr("Dry bristle"),
        "watercolour": tr("Watercolour"),
        "spatter": tr("Spatter"),
        "smudge": tr("Smudge"),
        "blender": tr("Blender"),
        "eraser-hard": tr("Hard eraser"),
        "eraser-soft": tr("Soft eraser"),
    }


def tip_names() -> dict[str, str]:
    return {
        "": tr("Round"),
        "bristles": tr("Bristles"),
        "chalk": tr("Chalk"),
        "charcoal": tr("Charcoal"),
        "pencil": tr("Pencil"),
        "spatter": tr("Spatter"),
        "wash": tr("Wash"),
    }


def paper_names() -> dict[str, str]:
    return {"": tr("Smooth"), "fine": tr("Fine grain"), "rough": tr("Rough"), "weave": tr("Canvas weave")}
