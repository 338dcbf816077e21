"""From what a client asks to what will run: the request of the engine, its price and how long it takes."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.contracts.generation import (
    Enhance,
    Extension,
    ImageToImage,
    Inpaint,
    Outpaint,
    PictureRequest,
    RemoveBackground,
    TextToImage,
    Upscale,
    Variations,
)
from shared.contracts.job_views import JobKind
from shared.contracts.jobs import (
    BackgroundRequest,
    CreateRequest,
    EditRequest,
    EnhanceRequest,
    ImageToImageRequest,
    InpaintRequest,
    JobSettings,
    MaskShapes,
    OutpaintRequest,
    UpscaleRequest,
    VariationsRequest,
)
from shared.imaging.samplers import read_sampler
from shared.pricing.tariffs import Tariffs, Tier
from sync_server.generation.rules.masks import draw_mask
from sync_server.generation.rules.prompts import PromptData
from sync_server.generation.rules.sizes import Size, asked_size, check_tier, largest_factor
from sync_server.generation.rules.work import job_price, job_seconds
from sync_server.generation.service.inputs import InputPicture, PictureInputs
from sync_server.generation.service.parts import PartsChooser, reference_to
from sync_server.models.rules import CLASSIC, ModelEntry
from sync_server.models.service import ModelCatalogue
from sync_server.platform.bodies import NO_FILES, Files
from sync_server.platform.edge import Principal
from sync_server.platform.errors import InvalidParametersError, ModelUnavailableError, PriceChangedError
from sync_server.platform.ports import World
from sync_server.platform.work import Transactions

_LEAST_STRENGTH = 0.01
_UPSCALE_STRENGTHS = {"standard": 0.2, "high": 0.3, "ultra": 0.4}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`size` is that of the result. `prompt` is the client's own; the request holds what was made of it."""

    kind: JobKind
    model: str
    request: PictureRequest
    size: Size
    price: int
    seconds: int
    prompt: str
    negative_prompt: str
    board_id: UUID | None
    options: dict[str, Any] = field(default_factory=dict)
    job_id: UUID | None = None
    """The client's own, where it gave one."""


class DraftMaker:
    """Takes pictures in, so it opens its own transactions."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        inputs: PictureInputs,
        prompts: PromptData,
        tariffs: Tariffs,
        world: World,
    ) -> None:
        self._transactions = transactions
        self._inputs = inputs
        self._parts = PartsChooser(transactions=transactions, inputs=inputs, clock=world.clock)
        self._prompts = prompts
        self._tariffs = tariffs
        self._world = world

    async def draft(self, principal: Principal, asked: JobSettings, *, files: Files = NO_FILES) -> Draft:
        """Raises what tells the client why it can't run: its words, size, model, pictures, price."""
        making = _Making(
            asked=asked,
            user_id=principal.user_id,
            tier=self._tariffs.tier(principal.tier),
            tier_name=principal.tier,
            inputs=self._inputs,
            files=files,
        )
        prompt = getattr(asked, "prompt", "")
        words = self._prompts.compile(
            prompt,
            asked.negative_prompt,
            style=asked.style,
            filters=asked.filters,
            enhance=asked.enhance_prompt,
        )
        self._prompts.policy.check(prompt, words.prompt)
        kind = _kind_of(asked)
        model = None
        if kind not in {"enhance", "background"}:
            async with self._transactions.begin() as work:
                model = await work.get(ModelCatalogue).usable(asked.model, tier=principal.tier, kind=kind)
                _not_too_many(asked, model)
        parts = await self._parts.choose(principal, asked, model, files)
        common = {
            "prompt": words.prompt,
            "negative_prompt": words.negative_prompt,
            "count": asked.num_images,
            "seed": asked.seed if asked.seed >= 0 else int.from_bytes(self._world.new_secret(4)),
            "max_credits": asked.max_credits,
            **_model_settings(asked, model),
            **parts,
        }
        made = await making.request(common, model)
        check_tier(made.size, making.tier, tier_name=principal.tier)
        credits_asked = job_price(
            kind, made.request, size=made.priced, model=model, prices=self._tariffs.work
        )
        if asked.max_credits is not None and credits_asked > asked.max_credits:
            raise PriceChangedError(
                "This costs {price} credits, more than the {most} that you allowed.",
                advice="Allow more, or ask for less.",
                details={"price": credits_asked, "max_credits": asked.max_credits},
                price=credits_asked,
                most=asked.max_credits,
            )
        return Draft(
            kind=kind,
            model=model.name if model else CLASSIC,
            request=made.request,
            size=made.size,
            price=credits_asked,
            seconds=job_seconds(made.request, size=made.size, model=model),
            prompt=prompt,
            negative_prompt=asked.negative_prompt,
            board_id=asked.board_id,
            options={
                "format": asked.format,
                "style": asked.style,
                "filters": asked.filters.model_dump(exclude_none=True) if asked.filters else None,
                "safety_checker": asked.safety_checker,
                **made.options,
            },
        )


@dataclass(frozen=True, kw_only=True)
class _Made:
    """`priced` is the size that the price counts."""

    request: PictureRequest
    size: Size
    priced: Size
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Making:
    """One request under way: each kind turns into the engine's own."""

    asked: JobSettings
    user_id: UUID
    tier: Tier
    tier_name: str
    inputs: PictureInputs
    files: Files

    async def request(self, common: dict[str, Any], model: ModelEntry | None) -> _Made:
        asked = self.asked
        if isinstance(asked, CreateRequest) and asked.image is None and model is not None:
            return _from_words(asked, common, model)
        picture = await self._picture(getattr(asked, "image", None) or "", "image")
        size = Size(width=picture.width, height=picture.height)
        common["image"] = picture.blob
        if isinstance(asked, InpaintRequest):
            return await self._inpaint(asked, common, size)
        if isinstance(asked, BackgroundRequest):
            return await self._background(asked, common, size)
        if isinstance(asked, UpscaleRequest):
            return self._upscale(asked, common, size)
        if isinstance(asked, OutpaintRequest):
            return _outpaint(asked, common, size)
        return _Made(request=_same_size(asked, common), size=size, priced=size)

    async def _picture(self, given: str, name: str) -> InputPicture:
        return await self.inputs.take(self.user_id, given, field=name, files=self.files)

    async def _inpaint(self, asked: InpaintRequest, common: dict[str, Any], size: Size) -> _Made:
        if isinstance(asked.mask, MaskShapes):
            drawn = draw_mask(asked.mask, width=size.width, height=size.height)
            mask = await self.inputs.keep(self.user_id, drawn)
        else:
            mask = await self._picture(asked.mask, "mask")
        if (mask.width, mask.height) != (size.width, size.height):
            raise InvalidParametersError(
                "The mask must be as large as the picture: {size}.",
                advice="Make it of the same size, white where it is repainted.",
                details={"fields": [{"path": "mask", "message": "another size"}]},
                size=size.words,
            )
        areas = {"masked": "selection", "whole": "whole"}
        request = Inpaint(
            **common,
            mask=mask.blob,
            strength=max(asked.strength, _LEAST_STRENGTH),
            feather=asked.mask_blur,
            area=areas.get(asked.inpaint_area or "", "automatic"),
        )
        return _Made(request=request, size=size, priced=size)

    def _upscale(self, asked: UpscaleRequest, common: dict[str, Any], size: Size) -> _Made:
        if asked.face_enhancement:
            raise ModelUnavailableError(
                "No model that restores faces is installed on this server.",
                advice="Leave face_enhancement out: the model paints the whole picture over, faces too.",
            )
        factor = largest_factor(size, self.tier) if asked.scale == "max" else asked.scale
        request = Upscale(**common, factor=factor, strength=_UPSCALE_STRENGTHS[asked.quality])
        larger = Size(width=size.width * factor, height=size.height * factor)
        return _Made(
            request=request,
            size=larger,
            priced=size,
            options={
                "scale": factor,
                "quality": asked.quality,
                "original_resolution": size.words,
                "target_resolution": larger.words,
                "background_enhancement": asked.background_enhancement,
            },
        )

    async def _background(self, asked: BackgroundRequest, common: dict[str, Any], size: Size) -> _Made:
        options: dict[str, Any] = {"action": asked.action, "source": common["image"]}
        if asked.action == "replace" and asked.replacement is not None:
            options["replacement"] = (await self._picture(asked.replacement, "replacement")).blob
        if asked.action == "blur":
            options["blur_strength"] = asked.blur_strength
        return _Made(request=RemoveBackground(**common), size=size, priced=size, options=options)


def _from_words(asked: CreateRequest, common: dict[str, Any], model: ModelEntry) -> _Made:
    size = asked_size(asked, model)
    options = {"quality": asked.quality, "aspect_ratio": asked.aspect_ratio}
    request = TextToImage(**common, width=size.width, height=size.height)
    return _Made(request=request, size=size, priced=size, options=options)


def _same_size(asked: JobSettings, common: dict[str, Any]) -> PictureRequest:
    match asked:
        case EnhanceRequest():
            return _enhance(asked, common)
        case VariationsRequest():
            return Variations(**common, strength=max(asked.strength, _LEAST_STRENGTH))
        case CreateRequest() | ImageToImageRequest() | EditRequest():
            return ImageToImage(**common, strength=max(asked.strength, _LEAST_STRENGTH))
    raise TypeError(f"no job is made of {type(asked).__name__}")


def _outpaint(asked: OutpaintRequest, common: dict[str, Any], size: Size) -> _Made:
    sides = {name: getattr(asked, name) for name in ("left", "right", "top", "bottom")}
    if asked.direction is not None:
        sides[asked.direction] = max(sides[asked.direction], asked.pixels)
    larger = Size(
        width=size.width + sides["left"] + sides["right"], height=size.height + sides["top"] + sides["bottom"]
    )
    request = Outpaint(**common, extension=Extension(**sides))
    return _Made(request=request, size=larger, priced=larger, options={"source": common["image"], **sides})


def _enhance(asked: EnhanceRequest, common: dict[str, Any]) -> Enhance:
    chosen = {"denoise": "denoise", "sharpen": "sharpen", "color-correct": "colour"}
    names = chosen.values() if asked.enhancement == "all" else [chosen[asked.enhancement]]
    return Enhance(**common, **dict.fromkeys(names, asked.strength))


def _kind_of(asked: JobSettings) -> JobKind:
    kinds: dict[type[JobSettings], JobKind] = {
        ImageToImageRequest: "image_to_image",
        EditRequest: "edit",
        VariationsRequest: "variations",
        InpaintRequest: "inpaint",
        OutpaintRequest: "outpaint",
        UpscaleRequest: "upscale",
        EnhanceRequest: "enhance",
        BackgroundRequest: "background",
    }
    if isinstance(asked, CreateRequest):
        return "text_to_image" if asked.image is None else "image_to_image"
    return kinds[type(asked)]


def _model_settings(asked: JobSettings, model: ModelEntry | None) -> dict[str, Any]:
    if model is None:
        return {}
    settings: dict[str, Any] = {
        "model": reference_to(model),
        "steps": asked.steps or model.default_steps,
        "guidance_scale": model.default_guidance_scale
        if asked.guidance_scale is None
        else asked.guidance_scale,
        "sampler": model.default_sampler,
    }
    if asked.sampler is not None:
        choice = read_sampler(asked.sampler)
        settings |= {"sampler": choice.sampler, "schedule": choice.schedule}
    return settings


def _not_too_many(asked: JobSettings, model: ModelEntry) -> None:
    if asked.num_images > model.most_images:
        raise InvalidParametersError(
            "{model} makes at most {most} picture at a time.",
            advice="Ask for fewer, or choose another model.",
            details={"fields": [{"path": "num_images", "message": "too many"}], "most": model.most_images},
            model=model.display_name,
            most=model.most_images,
        )
