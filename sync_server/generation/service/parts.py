"""LoRAs and controls that a request names, as the workers that run have them."""

from typing import Any

from shared.contracts.generation import Control, LoraUse, ModelReference, Preprocessor
from shared.contracts.jobs import JobSettings
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.work import HEARD_WITHIN
from sync_server.generation.service.inputs import PictureInputs
from sync_server.models.rules import ModelEntry
from sync_server.models.service import ModelCatalogue
from sync_server.platform.bodies import Files
from sync_server.platform.edge import Principal
from sync_server.platform.errors import ModelUnavailableError
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions

_PREPROCESSORS: tuple[Preprocessor, ...] = ("canny", "scribble")


class PartsChooser:
    """Takes pictures in, so it opens its own transactions."""

    def __init__(self, *, transactions: Transactions, inputs: PictureInputs, clock: Clock) -> None:
        self._transactions = transactions
        self._inputs = inputs
        self._clock = clock

    async def choose(
        self, principal: Principal, asked: JobSettings, model: ModelEntry | None, files: Files
    ) -> dict[str, Any]:
        """As fields of the engine's request. What needs no model takes none."""
        if model is None or not (asked.loras or asked.controls):
            return {}
        loras, controls = await self._installed(asked, model)
        pictures = [
            await self._inputs.take(
                principal.user_id, control.image, field=f"controls.{number}.image", files=files
            )
            for number, control in enumerate(asked.controls)
        ]
        return {
            "loras": tuple(
                LoraUse(model=reference_to(entry), weight=lora.weight)
                for entry, lora in zip(loras, asked.loras, strict=True)
            ),
            "controls": tuple(
                Control(
                    model=reference_to(entry),
                    image=picture.blob,
                    weight=control.weight,
                    preprocessor=_preprocessor(entry),
                )
                for entry, picture, control in zip(controls, pictures, asked.controls, strict=True)
            ),
        }

    async def _installed(
        self, asked: JobSettings, model: ModelEntry
    ) -> tuple[list[ModelEntry], list[ModelEntry]]:
        async with self._transactions.begin() as work:
            catalogue = work.get(ModelCatalogue)
            loras = [await catalogue.part(lora.model, type_="lora", model=model) for lora in asked.loras]
            controls = [
                await catalogue.part(control.model, type_="controlnet", model=model)
                for control in asked.controls
            ]
            names = [model.name, *(part.name for part in (*loras, *controls))]
            if not await work.get(JobRepository).workers_with_all(names, self._clock() - HEARD_WITHIN):
                raise ModelUnavailableError(
                    "No worker that runs has all of {models}.",
                    advice="Leave one of them out.",
                    details={"models": names},
                    models=", ".join(names),
                )
        return loras, controls


def reference_to(entry: ModelEntry) -> ModelReference:
    return ModelReference(id=entry.name, name=entry.display_name)


def _preprocessor(control: ModelEntry) -> Preprocessor:
    """What such a control wants to see, by its name; a picture of another kind is taken as it is."""
    return next((name for name in _PREPROCESSORS if name in control.name), "none")
