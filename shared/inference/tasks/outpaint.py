"""A picture continued beyond its sides."""

from shared.contracts.generation import Outpaint, Placement
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides, plan_inpainting
from shared.imaging.inpainting.outpainting import extended, extension_mask
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import flatten
from shared.inference.tasks.repaint import Repaint


def outpaint(request: Outpaint, blobs: BlobFolder, sides: ModelSides) -> Repaint:
    """The layer's placement counts from the picture's own corner. What is transparent counts as white."""
    image = flatten(read_picture(blobs.path(request.image)))
    height, width = image.shape[:2]
    grown = request.extension
    canvas, mask = extended(image, grown), extension_mask(width, height, grown)
    plan = plan_inpainting(mask, strength=1.0, intent="expand", feather=request.feather, sides=sides)
    task = Repaint(
        image=canvas,
        mask=mask,
        plan=plan,
        steps=request.steps,
        sides=sides,
        colours_match=request.match_colours,
    )
    task.placement = Placement(x=task.placement.x - grown.left, y=task.placement.y - grown.top)
    return task
