"""One flat picture of a whole document, marked with how it was made."""

import io
from pathlib import Path
from typing import Literal

from PIL import Image

from desktop.canvas.compositor import flatten
from desktop.canvas.errors import InvalidDocumentError
from desktop.canvas.formats.atomic import replaced_file
from desktop.canvas.formats.rasters import opaque_pixels, straight_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import Origin
from shared.imaging.pictures import encode_png
from shared.imaging.provenance import digital_source_type_xmp

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def provenance(snapshot: DocumentSnapshot) -> Literal["generated", "composite"] | None:
    """How the visible picture was made; None where no model had a part in it."""
    origins = {
        layer.properties.origin for layer in snapshot.layers if layer.properties.visible and layer.tiles
    }
    if not origins or origins == {Origin.PAINTED}:
        return None
    return "generated" if origins == {Origin.GENERATED} else "composite"


def provenance_xmp(snapshot: DocumentSnapshot) -> str:
    """An XMP packet, or nothing for a picture that a person made alone."""
    kind = provenance(snapshot)
    return "" if kind is None else digital_source_type_xmp(kind)


def export(snapshot: DocumentSnapshot, file: Path, *, quality: int) -> None:
    """PNG, JPEG (on white) or WebP, by the file's ending; InvalidDocumentError for any other."""
    data = encode(snapshot, file.suffix.lower(), quality=quality)
    with replaced_file(file) as stream:
        stream.write(data)


def encode(snapshot: DocumentSnapshot, suffix: str, *, quality: int) -> bytes:
    name = FORMATS.get(suffix)
    if name is None:
        raise InvalidDocumentError(
            "“{suffix}” is not a kind of picture that can be exported.",
            advice="Choose a name that ends in .png, .jpg or .webp.",
            suffix=suffix,
        )
    image, xmp = flatten(snapshot), provenance_xmp(snapshot)
    if name == "PNG":
        return encode_png(straight_pixels(image), {}, xmp)
    pixels = opaque_pixels(image) if name == "JPEG" else straight_pixels(image)
    stream = io.BytesIO()
    extra = {"xmp": xmp.encode()} if xmp else {}
    Image.fromarray(pixels).save(stream, format=name, quality=quality, **extra)
    return stream.getvalue()
