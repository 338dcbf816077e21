"""What can be made of a picture in one step, as a menu for whichever room shows one."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from desktop.generation.picture_tasks import PictureTask
from desktop.widgets.translations import tr


def picture_task_menu(parent: QMenu, run: Callable[[PictureTask], object]) -> QMenu:
    menu = QMenu(tr("Make of it"), parent)
    for task, text in task_names().items():
        menu.addAction(text, lambda task=task: run(task))
    return menu


def task_names() -> dict[PictureTask, str]:
    return {
        "variations": tr("Variations"),
        "upscale_2": tr("Twice as large"),
        "upscale_4": tr("Four times as large"),
        "enhance": tr("Enhanced"),
        "remove_background": tr("Without its background"),
    }
