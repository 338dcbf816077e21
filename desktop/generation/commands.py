"""What the artist can do here by key, menu or the searchable list."""

from collections.abc import Callable

from desktop.generation.picture_tasks import PictureTask, PictureTasks
from desktop.generation.queue_overview import QueueOverview
from desktop.generation.staging import Staging
from desktop.generation.viewmodel import RequestEditor
from desktop.widgets.commands import Command
from desktop.widgets.tasks import TaskOwner


def generation_commands(
    *,
    editor: RequestEditor,
    staging: Staging,
    overview: QueueOverview,
    picture_tasks: PictureTasks,
    tasks: TaskOwner,
    focus_prompt: Callable[[], None],
) -> tuple[Command, ...]:
    """Their texts are translated where they are shown."""

    def has_candidate() -> bool:
        return staging.current is not None

    return (
        *_picture_commands(picture_tasks, editor, tasks),
        Command(
            id="generation.generate",
            text="Generate, fill or refine",
            shortcut="Ctrl+Return",
            icon="sparkles",
            run=lambda: tasks.start(editor.submit()),
            enabled=lambda: not editor.problems,
        ),
        Command(id="generation.prompt", text="Write the prompt", shortcut="Ctrl+P", run=focus_prompt),
        Command(
            id="generation.take",
            text="Take the result",
            icon="check",
            run=lambda: tasks.start(staging.take()),
            enabled=has_candidate,
        ),
        Command(
            id="generation.drop",
            text="Drop the result",
            icon="x",
            run=lambda: tasks.start(staging.drop()),
            enabled=has_candidate,
        ),
        Command(
            id="generation.again",
            text="Try the result again",
            icon="repeat",
            run=lambda: tasks.start(staging.again()),
            enabled=has_candidate,
        ),
        Command(
            id="generation.next_result",
            text="Next result",
            shortcut="Alt+Right",
            run=lambda: staging.step(1),
            enabled=has_candidate,
        ),
        Command(
            id="generation.previous_result",
            text="Previous result",
            shortcut="Alt+Left",
            run=lambda: staging.step(-1),
            enabled=has_candidate,
        ),
        Command(
            id="generation.cancel",
            text="Cancel this job",
            shortcut="Ctrl+.",
            icon="x",
            run=overview.cancel_running,
            enabled=lambda: overview.running is not None,
        ),
        Command(
            id="generation.pause",
            text="Pause the queue",
            icon="pause",
            run=overview.toggle_pause,
            checked=lambda: overview.is_paused,
        ),
        Command(
            id="generation.last_seed",
            text="Keep the seed of the last picture",
            run=editor.repeat_last_seed,
            enabled=lambda: editor.last_seed is not None,
        ),
    )


_OF_LAYER: tuple[tuple[PictureTask, str, str], ...] = (
    ("variations", "Make variations of the layer", "images"),
    ("upscale_2", "Enlarge the layer twice", "scaling"),
    ("upscale_4", "Enlarge the layer four times", "scaling"),
    ("enhance", "Enhance the layer", "sparkles"),
    ("remove_background", "Remove the layer's background", "eraser"),
)


def _picture_commands(
    picture_tasks: PictureTasks, editor: RequestEditor, tasks: TaskOwner
) -> tuple[Command, ...]:
    """Of the active layer, through the queue; a selection says where the subject is."""

    def run(task: PictureTask) -> Callable[[], object]:
        return lambda: tasks.start(picture_tasks.of_layer(task))

    return tuple(
        Command(
            id=f"generation.layer.{task}",
            text=text,
            icon=icon,
            run=run(task),
            enabled=lambda: editor.situation.has_picture,
        )
        for task, text, icon in _OF_LAYER
    )
