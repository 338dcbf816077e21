"""One module for each kind of request."""

from shared.contracts.generation import GenerationRequest, ImageToImage, TextToImage
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import ModelSides
from shared.inference.tasks.image_to_image import image_to_image
from shared.inference.tasks.inpaint import InpaintTask
from shared.inference.tasks.task import Task
from shared.inference.tasks.text_to_image import text_to_image


def make_task(request: GenerationRequest, blobs: BlobFolder, sides: ModelSides) -> Task:
    """Reads the request's pictures; raises PentimentoError, in words, for what can't be done."""
    if isinstance(request, TextToImage):
        return text_to_image(request, sides)
    if isinstance(request, ImageToImage):
        return image_to_image(request, blobs, sides)
    return InpaintTask(request, blobs=blobs, sides=sides)
