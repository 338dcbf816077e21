"""One flat picture of a whole document, marked with how it was made."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.canvas.composing import flatten
from desktop.canvas.formats.atomic import replaced_file
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import shown_layers
from desktop.canvas.layers import LayerSnapshot, Origin, joint_origin
from desktop.canvas.tiles import TILE_FORMAT, pixels_of
from shared.contracts.generation import Recipe
from shared.imaging.encoding import Encoding, PictureKind, PictureTexts, encode_picture, has_transparency
from shared.imaging.parameters import write_parameters
from shared.imaging.pixels import Pixels, resize_picture
from shared.imaging.provenance import Origin as PictureOrigin
from shared.imaging.provenance import digital_source_type_xmp
from shared.imaging.recipe_pictures import RECIPE_TEXT

ENDINGS = {
    PictureKind.PNG: ".png",
    PictureKind.JPEG: ".jpg",
    PictureKind.WEBP: ".webp",
    PictureKind.TIFF: ".tif",
}
_KINDS = {ending: kind for kind, ending in ENDINGS.items()} | {
    ".jpeg": PictureKind.JPEG,
    ".tiff": PictureKind.TIFF,
}

_MARKS: dict[Origin, PictureOrigin] = {
    Origin.PAINTED: "human",
    Origin.IMPORTED: "edited",
    Origin.GENERATED: "generated",
    Origin.MIXED: "composite",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatOptions:
    """`size` of None is the document's own; a `background` of None leaves transparent what is."""

    encoding: Encoding = field(default_factory=Encoding)
    size: tuple[int, int] | None = None
    background: tuple[int, int, int] | None = None
    marked: bool = True
    with_recipe: bool = True


def fitted(file: Path, options: FlatOptions) -> tuple[Path, FlatOptions]:
    """The name rules: an ending that we write decides the kind, any other gets the chosen kind's ending added."""
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        return file.with_name(file.name + ENDINGS[options.encoding.kind]), options
    return file, replace(options, encoding=replace(options.encoding, kind=kind))


def _shown(snapshot: DocumentSnapshot) -> list[LayerSnapshot]:
    return [layer for layer in shown_layers(snapshot.layers) if layer.tiles]


def provenance(snapshot: DocumentSnapshot) -> PictureOrigin | None:
    """How the visible picture was made; None where nothing is to be seen."""
    origins = {layer.properties.origin for layer in _shown(snapshot)}
    return _MARKS[joint_origin(origins)] if origins else None


def provenance_xmp(snapshot: DocumentSnapshot) -> str:
    """An XMP packet, or nothing for an empty picture."""
    kind = provenance(snapshot)
    return "" if kind is None else digital_source_type_xmp(kind)


def only_recipe(snapshot: DocumentSnapshot) -> Recipe | None:
    """The one recipe that has a part in the visible picture; None where there is none or are several."""
    recipes: list[Recipe] = []
    for layer in _shown(snapshot):
        recipe = layer.properties.recipe
        if recipe is not None and recipe not in recipes:
            recipes.append(recipe)
    return recipes[0] if len(recipes) == 1 else None


def export(snapshot: DocumentSnapshot, file: Path, options: FlatOptions) -> None:
    """Replace `file` as a whole or leave it. Raises StorageError. Any thread."""
    data = encode(snapshot, options)
    with replaced_file(file) as stream:
        stream.write(data)


def encode(snapshot: DocumentSnapshot, options: FlatOptions) -> bytes:
    image = flatten(snapshot)
    if options.size is not None and options.size != (snapshot.width, snapshot.height):
        image = resized(image, *options.size)
    pixels = straight_pixels(image)
    if options.background is not None or not has_transparency(options.encoding.kind):
        pixels = straight_pixels(_on(image, options.background or (255, 255, 255)))[:, :, :3]
    return encode_picture(pixels, options.encoding, _texts(snapshot, options, pixels))


def _texts(snapshot: DocumentSnapshot, options: FlatOptions, pixels: Pixels) -> PictureTexts:
    xmp = provenance_xmp(snapshot) if options.marked else ""
    recipe = only_recipe(snapshot) if options.with_recipe else None
    if recipe is None:
        return PictureTexts(xmp=xmp)
    height, width = pixels.shape[:2]
    parameters = write_parameters(recipe, width=width, height=height)
    # Our own entry says that the whole file is that recipe's picture, which only an untouched layer is.
    whole = provenance(snapshot) == "generated" and len(_shown(snapshot)) == 1
    own = {RECIPE_TEXT: recipe.model_dump_json()} if whole else {}
    return PictureTexts(xmp=xmp, parameters=parameters, png_texts=own)


def _on(image: QImage, background: tuple[int, int, int]) -> QImage:
    result = QImage(image.size(), QImage.Format.Format_RGB32)
    result.fill(QColor(*background))
    painter = QPainter(result)
    painter.drawImage(0, 0, image)
    painter.end()
    return result


def resized(image: QImage, width: int, height: int) -> QImage:
    """Premultiplied, so that no colour of what is transparent bleeds into an edge."""
    pixels = resize_picture(pixels_of(image), width, height)
    # Cubic interpolation may overshoot; no colour of a premultiplied pixel lies above its alpha.
    pixels[:, :, :3] = pixels[:, :, :3].clip(max=pixels[:, :, 3:])
    view = QImage(pixels.data, width, height, width * 4, TILE_FORMAT)
    return view.copy(QRect(0, 0, width, height))
