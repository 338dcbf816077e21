"""A model in words."""

from desktop.models.entries import Entry, Section
from desktop.widgets.translations import tr, tr_message
from shared.contracts.models import ModelDescription, ModelFamily, ModelKind

FAMILY_NAMES: dict[ModelFamily, str] = {
    "stable_diffusion_1": "Stable Diffusion 1",
    "stable_diffusion_2": "Stable Diffusion 2",
    "stable_diffusion_xl": "Stable Diffusion XL",
    "stable_diffusion_xl_refiner": "Stable Diffusion XL Refiner",
}


def kind_name(kind: ModelKind) -> str:
    names: dict[ModelKind, str] = {
        "checkpoint": tr("Model"),
        "lora": tr("LoRA"),
        "vae": tr("VAE"),
        "embedding": tr("Embedding"),
        "controlnet": tr("ControlNet"),
        "ip_adapter": tr("IP-Adapter"),
        "upscaler": tr("Upscaler"),
    }
    return names[kind]


def section_name(section: Section) -> str:
    names: dict[Section, str] = {
        "all": tr("All"),
        "checkpoint": tr("Models that paint"),
        "lora": tr("LoRAs"),
        "vae": tr("VAEs"),
        "embedding": tr("Embeddings"),
        "controlnet": tr("ControlNets"),
        "ip_adapter": tr("IP-Adapters"),
        "upscaler": tr("Upscalers"),
        "problems": tr("Can't be used"),
        "duplicates": tr("Duplicates"),
        "missing": tr("Missing"),
    }
    return names[section]


def family_name(family: ModelFamily | None) -> str:
    return FAMILY_NAMES[family] if family else tr("family not known")


def line_of(entry: Entry) -> str:
    """What stands under its name in the list."""
    if entry.problem is not None:
        return tr_message(entry.problem)
    parts = [kind_name(entry.kind)] if entry.kind else []
    if entry.kind not in {"upscaler", None}:
        parts.append(family_name(entry.family))
    parts.append(size_text(entry.size_bytes))
    description = entry.file.description if entry.file else None
    if description is not None and description.made_for_inpainting:
        parts.append(tr("made for inpainting"))
    return "  ·  ".join(parts)


def badge_of(entry: Entry) -> str:
    if entry.state == "consent":
        return tr("pickle")
    if entry.state == "missing":
        return tr("missing")
    return tr("{count} copies", count=len(entry.copies) + 1) if entry.copies else ""


def spoken(entry: Entry) -> str:
    return ", ".join(part for part in (entry.name, line_of(entry), badge_of(entry)) if part)


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
    if size_bytes >= 1e6:
        return tr("{megabytes} MB", megabytes=round(size_bytes / 1e6))
    return tr("{kilobytes} kB", kilobytes=max(1, round(size_bytes / 1e3)))
