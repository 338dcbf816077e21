"""What the artist can do here by key, menu or the searchable list."""

from collections.abc import Callable

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
    tasks: TaskOwner,
    focus_prompt: Callable[[], None],
) -> tuple[Command, ...]:
    """Their texts are translated where they are shown."""

    def has_candidate() -> bool:
        return staging.current is not None

    return (
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
