"""What can be made of a finished picture in one step: larger, better, without its background, more like it."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop.generation.canvas_port import LayerCapture, LayerSource
from desktop.generation.request_building import settings_of
from desktop.generation.sending import JobSender
from desktop.generation.viewmodel import RequestEditor
from desktop.library.picture import LibraryPicture
from shared.contracts.errors import InvalidRequestError, NotFoundError, PentimentoError
from shared.contracts.generation import (
    BlobId,
    Enhance,
    GenerationRequest,
    Recipe,
    RemoveBackground,
    Upscale,
    Variations,
)
from shared.imaging.blob_folder import BlobFolder

PictureTask = Literal["variations", "upscale_2", "upscale_4", "enhance", "remove_background"]

VARIATIONS = 4
NEARNESS = 0.5
"""The strength of a variation."""
ENHANCEMENT = {"denoise": 0.3, "sharpen": 0.4, "colour": 0.3}


class PictureTasks(QObject):
    """Each becomes one job in the queue."""

    failed = Signal(object)
    submitted = Signal(str)

    def __init__(
        self,
        *,
        editor: RequestEditor,
        layers: LayerSource,
        sender: JobSender,
        blobs: BlobFolder,
        new_seed: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._layers = layers
        self._sender = sender
        self._blobs = blobs
        self._new_seed = new_seed

    async def of_layer(self, task: PictureTask) -> None:
        """Of the active layer as it is now; the result is to lie where it lies."""
        try:
            capture = await self._layers.capture_layer()
            if capture is None:
                raise InvalidRequestError(
                    "The active layer is empty.", advice="Choose a layer with something on it."
                )
            image = await asyncio.to_thread(self._blobs.put, capture.image_png)
            mask = await self._mask_of(capture) if task == "remove_background" else None
            request = self._request(task, image, capture.recipe, mask)
            job = await self._sender.send(
                request,
                choice=self._editor.state.place,
                ceiling=self._editor.state.ceiling,
                document_id=capture.document_id,
                placement=capture.placement,
            )
        except PentimentoError as error:
            self.failed.emit(error.report)
        else:
            self.submitted.emit(job.id)

    async def of_picture(self, task: PictureTask, picture: LibraryPicture) -> None:
        """Of a picture of the library."""
        try:
            image = await asyncio.to_thread(self._blob_of, picture)
            job = await self._sender.send(
                self._request(task, image, picture.recipe, None),
                choice=self._editor.state.place,
                ceiling=self._editor.state.ceiling,
            )
        except PentimentoError as error:
            self.failed.emit(error.report)
        else:
            self.submitted.emit(job.id)

    async def _mask_of(self, capture: LayerCapture) -> BlobId | None:
        if capture.mask_png is None:
            return None
        return await asyncio.to_thread(self._blobs.put, capture.mask_png)

    def _blob_of(self, picture: LibraryPicture) -> BlobId:
        try:
            return self._blobs.put(picture.file.read_bytes())
        except OSError as error:
            raise NotFoundError(
                "There is no file {file}.", advice="Check the name and the folder.", file=picture.file
            ) from error

    def _request(
        self, task: PictureTask, image: BlobId, recipe: Recipe | None, mask: BlobId | None
    ) -> GenerationRequest:
        match task:
            case "enhance":
                return Enhance(image=image, **ENHANCEMENT)
            case "remove_background":
                return RemoveBackground(image=image, mask=mask)
            case "variations":
                settings = self._settings(recipe)
                return Variations(**{**settings, "count": VARIATIONS}, image=image, strength=NEARNESS)
            case "upscale_2" | "upscale_4":
                settings = self._settings(recipe)
                factor = 2.0 if task == "upscale_2" else 4.0
                return Upscale(**{**settings, "count": 1}, image=image, factor=factor)

    def _settings(self, recipe: Recipe | None) -> dict[str, Any]:
        """The editor's, with the words that the picture was made from, where they are known."""
        model = self._editor.model
        if model is None:
            raise InvalidRequestError("No model was chosen.", advice="Choose the model that shall paint.")
        settings = settings_of(self._editor.state, model.reference, self._new_seed())
        if recipe is not None and recipe.request.prompt:
            request = recipe.request
            settings |= {
                "prompt": recipe.rendering.prompt or request.prompt,
                "negative_prompt": recipe.rendering.negative_prompt or request.negative_prompt,
            }
        return settings
