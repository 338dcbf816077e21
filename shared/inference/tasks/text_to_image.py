"""A picture from a prompt."""

from shared.contracts.generation import TextToImage
from shared.imaging.inpainting import ModelSides
from shared.inference.tasks.whole_picture import WholePicture


def text_to_image(request: TextToImage, sides: ModelSides) -> WholePicture:
    return WholePicture(request, width=request.width, height=request.height, sides=sides)
