"""What the grid's place says while there is nothing: what this is, and one thing to do."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget

from desktop.gallery.viewmodel import Emptiness
from desktop.widgets.parts import EmptyState
from desktop.widgets.translations import tr


class EmptyStates(QStackedWidget):
    def __init__(
        self,
        *,
        import_pictures: Callable[[], object],
        clear_search: Callable[[], object],
        show_all: Callable[[], object],
    ) -> None:
        super().__init__()
        self._states: dict[Emptiness, EmptyState] = {
            "library": EmptyState(
                icon_name="images",
                title=tr("Every picture you make is kept here"),
                text=tr(
                    "With its prompt, model and seed, so that you can make it again or go on from it. "
                    "Drop pictures of your own here to add them."
                ),
                button=tr("Import pictures…"),
                run=import_pictures,
            ),
            "search": EmptyState(
                icon_name="search",
                title=tr("Nothing found"),
                text=tr(
                    "A search looks through prompts, models, tags and notes; every word of it must be there, "
                    "and every filter must hold."
                ),
                button=tr("Clear search and filters"),
                run=clear_search,
            ),
            "starred": EmptyState(
                icon_name="star",
                title=tr("No stars yet"),
                text=tr("Choose a picture you like and press E: it gets a star and is found here."),
                button=tr("Show all pictures"),
                run=show_all,
            ),
            "board": EmptyState(
                icon_name="folder",
                title=tr("Nothing on this board yet"),
                text=tr("Drag pictures from the grid onto the board's name, or use the menu of a picture."),
                button=tr("Show all pictures"),
                run=show_all,
            ),
            "trash": EmptyState(
                icon_name="trash-2",
                title=tr("The trash is empty"),
                text=tr("Deleted pictures stay here for 30 days and can be brought back."),
                button=tr("Show all pictures"),
                run=show_all,
            ),
        }
        for state in self._states.values():
            self.addWidget(state)

    def show_state(self, emptiness: Emptiness) -> None:
        self.setCurrentWidget(self._states[emptiness])
