"""One module for each kind of request."""

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import (
    GenerationRequest,
    ImageToImage,
    Inpaint,
    Outpaint,
    TextToImage,
    Upscale,
    Variations,
)
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides
from shared.inference.tasks.image_to_image import image_to_image
from shared.inference.tasks.inpaint import inpaint
from shared.inference.tasks.outpaint import outpaint
from shared.inference.tasks.task import Task
from shared.inference.tasks.text_to_image import text_to_image
from shared.inference.tasks.upscale import UpscaleTask


def make_task(request: GenerationRequest, blobs: BlobFolder, sides: ModelSides) -> Task:
    """Reads the request's pictures; raises PentimentoError, in words, for what can't be done."""
    match request:
        case TextToImage():
            return text_to_image(request, sides)
        case ImageToImage() | Variations():
            return image_to_image(request, blobs, sides)
        case Inpaint():
            return inpaint(request, blobs, sides)
        case Outpaint():
            return outpaint(request, blobs, sides)
        case Upscale():
            return UpscaleTask(request, blobs=blobs, sides=sides)
        case _:
            raise InvalidRequestError("This engine can't carry out such a request.")
