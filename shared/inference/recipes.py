"""What a picture's recipe says of how it was really made."""

from importlib.metadata import version

from shared.contracts.generation import Recipe, Rendering
from shared.engine.protocol import RunJob
from shared.imaging.inpainting.resolution import SECOND_PASS_STRENGTH
from shared.inference.conditioning.prompts import ResolvedPrompts
from shared.inference.memory import DevicePlan
from shared.inference.tasks.task import Task


def make_recipe(
    job: RunJob,
    task: Task,
    *,
    seed: int,
    plan: DevicePlan,
    sampler_notes: tuple[str, ...],
    prompts: ResolvedPrompts | None = None,
) -> Recipe:
    """`prompts`: what their choices came to, where there were any."""
    first = task.frames[0]
    return Recipe(
        request=job.request.model_copy(update={"model": job.model.reference}),
        rendering=Rendering(
            seed=seed,
            device=plan.device.type,
            precision=plan.precision_name,
            attention="sdpa",
            tiling=plan.tiling,
            engine=", ".join(f"{name} {version(name)}" for name in ("pentimento", "torch", "diffusers")),
            model_sha256=job.model.sha256,
            work_width=first.work_width,
            work_height=first.work_height,
            notes=(*sampler_notes, *_notes(job, task)),
            prompt=prompts.positive if prompts else "",
            negative_prompt=prompts.negative if prompts else "",
        ),
    )


def _notes(job: RunJob, task: Task) -> list[str]:
    notes = []
    for frame in task.frames[1:]:
        size = f"{frame.work_width}x{frame.work_height}"
        notes.append(f"second pass at {size} with strength {SECOND_PASS_STRENGTH}")
    wanted = job.request.model.sha256
    if wanted and wanted != job.model.sha256:
        notes.append("the model's file is another one than when the request was made")
    return notes
