"""What the artist can do with models by the menu or the searchable list."""

from collections.abc import Callable

from desktop.models.viewmodel import ModelList
from desktop.widgets.commands import Command


def model_commands(
    *, models: ModelList, show_hub: Callable[[], None], choose_folder: Callable[[], None]
) -> tuple[Command, ...]:
    """Their texts are translated where they are shown."""
    return (
        Command(id="models.hub", text="Get more models", icon="arrow-down", run=show_hub),
        Command(id="models.add_folder", text="Add a folder with models", icon="plus", run=choose_folder),
        Command(
            id="models.look_again",
            text="Look for models again",
            icon="refresh-cw",
            run=models.look_again,
            enabled=lambda: not models.is_looking,
        ),
    )
