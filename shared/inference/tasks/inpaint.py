"""Part of a picture painted anew, where a mask is white."""

from shared.contracts.generation import Inpaint
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides, plan_inpainting
from shared.imaging.pictures import read_mask, read_picture
from shared.imaging.pixels import flatten
from shared.inference.tasks.repaint import Repaint


def inpaint(request: Inpaint, blobs: BlobFolder, sides: ModelSides) -> Repaint:
    """Raises what reading the picture and its mask raises, and InvalidRequestError for an empty mask."""
    image = flatten(read_picture(blobs.path(request.image)))
    height, width = image.shape[:2]
    mask = read_mask(blobs.path(request.mask), (width, height))
    plan = plan_inpainting(
        mask,
        strength=request.strength,
        intent=request.intent,
        area=request.area,
        feather=request.feather,
        grow=request.grow,
        sides=sides,
    )
    return Repaint(
        image=image,
        mask=mask,
        plan=plan,
        steps=request.steps,
        sides=sides,
        colours_match=request.match_colours,
    )
