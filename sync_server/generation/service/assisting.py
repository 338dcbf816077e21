"""Repainting an area of a canvas: `gallery.ports.AreaPainter`."""

from shared.contracts.canvases import AssistRequest
from shared.contracts.generation import Rectangle
from shared.contracts.job_views import Created
from shared.contracts.jobs import InpaintRequest, MaskShapes
from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.inputs import PictureInputs
from sync_server.platform.edge import Principal


class CanvasPainter:
    def __init__(self, *, inputs: PictureInputs, creation: JobCreation) -> None:
        self._inputs = inputs
        self._creation = creation

    async def repaint(self, principal: Principal, picture: bytes, asked: AssistRequest) -> Created:
        kept = await self._inputs.keep(principal.user_id, picture)
        area = Rectangle(**asked.area.model_dump())
        request = InpaintRequest.model_validate(
            {
                "prompt": asked.prompt,
                "image": kept.blob,
                "mask": MaskShapes(rectangles=[area]),
                "strength": asked.strength,
                "style": asked.style,
                "model": asked.model,
                "seed": asked.seed,
                "max_credits": asked.max_credits,
            }
        )
        return await self._creation.create(principal, request)
