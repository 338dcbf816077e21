"""Our own entry in an .ora: recipes of layers, and the input pictures that they need."""

from pydantic import Field

from desktop.canvas.formats.archive import SafeArchive
from desktop.canvas.layers import Origin
from desktop.canvas.texts import TextContent
from shared.contracts.base import Contract
from shared.contracts.generation import BlobId, Recipe

RECIPES_ENTRY = "pentimento/recipes.json"
BLOBS_FOLDER = "pentimento/blobs/"
LARGEST_RECIPES = 64 * 1024 * 1024


class LayerOrigin(Contract):
    """What OpenRaster cannot say of a layer."""

    recipe: Recipe | None = None
    origin: Origin = Origin.PAINTED
    text: TextContent | None = None
    text_x: int = Field(0, ge=-1_000_000, le=1_000_000)
    text_y: int = Field(0, ge=-1_000_000, le=1_000_000)
    """Where the text begins, from the top left corner of the layer's picture."""


class RecipesFile(Contract):
    """By the layers' `src` in stack.xml. `blobs` lie beside it, named by their SHA-256."""

    format: int = 1
    layers: dict[str, LayerOrigin] = Field(default_factory=dict)
    blobs: tuple[BlobId, ...] = ()


def blob_entry(blob: BlobId) -> str:
    return f"{BLOBS_FOLDER}{blob}.png"


def read_recipes(archive: SafeArchive) -> RecipesFile | None:
    """None where the entry is missing; raises pydantic's ValidationError for one that this version does not understand."""
    if RECIPES_ENTRY not in archive:
        return None
    return RecipesFile.model_validate_json(archive.read(RECIPES_ENTRY, limit=LARGEST_RECIPES))
