"""What a picture's recipe says of how it was really made."""

from dataclasses import dataclass
from importlib.metadata import version

from shared.contracts.generation import Recipe, Rendering
from shared.engine.protocol import RunJob
from shared.inference.conditioning.prompts import ResolvedPrompts
from shared.inference.memory import DevicePlan


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """`plan` of None: no model's steps were run. `prompts`: what their choices came to, where there were any."""

    seed: int
    work_size: tuple[int, int]
    plan: DevicePlan | None = None
    notes: tuple[str, ...] = ()
    prompts: ResolvedPrompts | None = None
    variation_seed: int | None = None


def make_recipe(job: RunJob, rendered: Rendered) -> Recipe:
    plan, prompts, model = rendered.plan, rendered.prompts, job.model
    request = job.request
    return Recipe(
        request=request if model is None else request.model_copy(update={"model": model.reference}),
        rendering=Rendering(
            seed=rendered.seed,
            device=plan.device.type if plan else "cpu",
            precision=plan.precision_name if plan else "",
            attention="sdpa" if model else "",
            tiling=plan.tiling if plan else False,
            engine=", ".join(f"{name} {version(name)}" for name in ("pentimento", "torch", "diffusers")),
            model_sha256=model.sha256 if model else request.model.sha256,
            work_width=rendered.work_size[0],
            work_height=rendered.work_size[1],
            notes=(*rendered.notes, *_notes(job)),
            prompt=prompts.positive if prompts else "",
            negative_prompt=prompts.negative if prompts else "",
            variation_seed=rendered.variation_seed,
        ),
    )


def _notes(job: RunJob) -> list[str]:
    wanted = job.request.model.sha256
    if job.model is not None and wanted and wanted != job.model.sha256:
        return ["the model's file is another one than when the request was made"]
    return []
