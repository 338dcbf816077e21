"""The gallery's commands. Its single keys are the grid's own, since other rooms use the same letters."""

from collections.abc import Callable

from desktop.gallery.viewmodel import GalleryViewModel
from desktop.generation.picture_tasks import PictureTask
from desktop.library.picture import LibraryPicture
from desktop.widgets.commands import Command


def gallery_commands(viewmodel: GalleryViewModel) -> list[Command]:
    def on_current(act: Callable[[list[LibraryPicture]], None]) -> Callable[[], None]:
        return lambda: act([viewmodel.current] if viewmodel.current else [])

    def has_current() -> bool:
        return viewmodel.current is not None

    def has_recipe() -> bool:
        return viewmodel.current is not None and viewmodel.current.recipe is not None

    return [
        *_task_commands(viewmodel, has_current),
        Command(
            id="gallery.open_on_canvas",
            text="Open on canvas",
            run=viewmodel.open_on_canvas,
            enabled=has_current,
            icon="brush",
        ),
        Command(
            id="gallery.reuse_settings",
            text="Use these settings",
            run=viewmodel.use_recipe,
            enabled=has_recipe,
            icon="sliders-horizontal",
        ),
        Command(
            id="gallery.use_prompt",
            text="Use the picture's prompt",
            run=lambda: viewmodel.use_recipe(part="prompt"),
            enabled=has_recipe,
        ),
        Command(
            id="gallery.use_seed",
            text="Use the picture's seed",
            run=lambda: viewmodel.use_recipe(part="seed"),
            enabled=has_recipe,
        ),
        Command(
            id="gallery.remix",
            text="Use these settings with another seed",
            run=lambda: viewmodel.use_recipe(part="remix"),
            enabled=has_recipe,
        ),
        Command(
            id="gallery.inpaint_from",
            text="Inpaint the picture on the canvas",
            run=viewmodel.inpaint_from,
            enabled=has_current,
            icon="square-dashed",
        ),
        Command(
            id="gallery.star",
            text="Star picture, or take the star off",
            run=on_current(viewmodel.toggle_star),
            enabled=has_current,
            icon="star",
        ),
        Command(
            id="gallery.trash",
            text="Move picture to the trash",
            run=on_current(viewmodel.trash),
            enabled=lambda: viewmodel.current is not None and viewmodel.current.trashed_at is None,
            icon="trash-2",
        ),
        Command(
            id="gallery.restore",
            text="Bring picture back from the trash",
            run=on_current(viewmodel.restore),
            enabled=lambda: viewmodel.current is not None and viewmodel.current.trashed_at is not None,
            icon="undo-2",
        ),
        Command(
            id="gallery.undo",
            text="Undo in the gallery",
            run=viewmodel.undo,
            enabled=lambda: viewmodel.can_undo,
            icon="undo",
        ),
        Command(id="gallery.show_all", text="Show all pictures", run=lambda: viewmodel.show_place("all")),
        Command(
            id="gallery.show_starred",
            text="Show starred pictures",
            run=lambda: viewmodel.show_place("starred"),
        ),
        Command(id="gallery.show_trash", text="Show the trash", run=lambda: viewmodel.show_place("trash")),
    ]


_TASKS: tuple[tuple[PictureTask, str], ...] = (
    ("variations", "Make variations of the picture"),
    ("upscale_2", "Enlarge the picture twice"),
    ("upscale_4", "Enlarge the picture four times"),
    ("enhance", "Enhance the picture"),
    ("remove_background", "Remove the picture's background"),
)


def _task_commands(viewmodel: GalleryViewModel, has_current: Callable[[], bool]) -> list[Command]:
    def ask(task: PictureTask) -> Callable[[], None]:
        return lambda: viewmodel.ask_for(task)

    return [
        Command(id=f"gallery.{task}", text=text, run=ask(task), enabled=has_current) for task, text in _TASKS
    ]
