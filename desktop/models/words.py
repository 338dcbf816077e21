"""A model in words."""

from desktop.widgets.translations import tr
from shared.contracts.models import ModelDescription, ModelFamily

FAMILY_NAMES: dict[ModelFamily, str] = {
    "stable_diffusion_1": "Stable Diffusion 1",
    "stable_diffusion_2": "Stable Diffusion 2",
    "stable_diffusion_xl": "Stable Diffusion XL",
    "stable_diffusion_xl_refiner": "Stable Diffusion XL Refiner",
}


def facts(model: ModelDescription) -> str:
    """Family, what it paints best and how large its files are, in one line."""
    parts = [
        FAMILY_NAMES[model.family],
        tr("paints best at {side} × {side}", side=model.native_side),
        size_text(model.size_bytes),
    ]
    if model.in_channels == 9:
        parts.append(tr("made for inpainting"))
    return "  ·  ".join(parts)


def size_text(size_bytes: int) -> str:
    """In powers of ten, as file managers and download pages do."""
    if size_bytes >= 1e9:
        return tr("{gigabytes} GB", gigabytes=f"{size_bytes / 1e9:.1f}")
    return tr("{megabytes} MB", megabytes=round(size_bytes / 1e6))
