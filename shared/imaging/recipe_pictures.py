"""Pictures that carry their own recipe."""

from pathlib import Path

from pydantic import ValidationError

from shared.contracts.generation import (
    Enhance,
    GenerationRequest,
    Inpaint,
    Outpaint,
    Recipe,
    RemoveBackground,
    Upscale,
)
from shared.imaging.parameters import write_parameters
from shared.imaging.pictures import encode_png
from shared.imaging.pixels import Pixels
from shared.imaging.png_texts import read_png_texts
from shared.imaging.provenance import Origin, digital_source_type_xmp

RECIPE_TEXT = "pentimento"
PARAMETERS_TEXT = "parameters"


def encode_recipe_png(pixels: Pixels, recipe: Recipe) -> bytes:
    """A PNG with the recipe as JSON, as A1111 `parameters`, and with its IPTC digital source type."""
    height, width = pixels.shape[:2]
    texts = {
        PARAMETERS_TEXT: write_parameters(recipe, width=width, height=height),
        RECIPE_TEXT: recipe.model_dump_json(),
    }
    return encode_png(pixels, texts, digital_source_type_xmp(_origin(recipe.request)))


def _origin(request: GenerationRequest) -> Origin:
    if isinstance(request, Enhance | RemoveBackground):
        return "enhanced"
    return "composite" if isinstance(request, Inpaint | Outpaint | Upscale) else "generated"


def read_recipe(source: Path | bytes) -> Recipe | None:
    """The recipe in a PNG; None where there is none, or none that this version understands."""
    text = read_png_texts(source).get(RECIPE_TEXT)
    if text is None:
        return None
    try:
        return Recipe.model_validate_json(text)
    except ValidationError:
        return None
