"""A picture from another one, or more of its kind."""

from shared.contracts.generation import ImageToImage, Variations
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import flatten
from shared.inference.tasks.whole_picture import WholePicture


def image_to_image(request: ImageToImage | Variations, blobs: BlobFolder, sides: ModelSides) -> WholePicture:
    """What is transparent in the picture counts as white."""
    start = flatten(read_picture(blobs.path(request.image)))
    height, width = start.shape[:2]
    return WholePicture(
        request, width=width, height=height, sides=sides, strength=request.strength, start=start
    )
