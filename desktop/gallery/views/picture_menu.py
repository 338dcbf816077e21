"""What can be done with the chosen pictures, as a menu."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from desktop.gallery.viewmodel import GalleryViewModel, RecipePart
from desktop.gallery.views.filter_bar import label_name
from desktop.generation.views.picture_task_menu import picture_task_menu
from desktop.library.picture import LABELS, MOST_STARS, LibraryPicture
from desktop.widgets.translations import tr

OnAll = Callable[[Callable[[list[LibraryPicture]], object]], None]
_RATINGS = range(MOST_STARS + 1)


def picture_menu(
    parent: QWidget,
    model: GalleryViewModel,
    pictures: list[LibraryPicture],
    *,
    on_all: OnAll,
    export: Callable[[], object],
    rename: Callable[[], object],
    show_file: Callable[[], object],
    empty_trash: Callable[[], object],
) -> QMenu:
    """`on_all` acts on the whole selection; `pictures` is what of it is read, the current one first."""
    first = pictures[0]
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if first.trashed_at is not None:
        menu.addAction(tr("Restore"), lambda: on_all(model.restore))
        menu.addSeparator()
        menu.addAction(tr("Empty the trash…"), empty_trash)
        return menu
    menu.addAction(tr("Open on canvas"), lambda: model.open_on_canvas(first))
    menu.addAction(tr("Inpaint on the canvas"), lambda: model.inpaint_from(first))
    compare = menu.addAction(tr("Compare"), lambda: model.compare(pictures))
    compare.setEnabled(len(pictures) > 1)
    menu.addMenu(_recipe_menu(menu, model, first))
    menu.addMenu(picture_task_menu(menu, lambda task: model.ask_for(task, first)))
    menu.addSeparator()
    menu.addMenu(_rating_menu(menu, model, on_all))
    menu.addMenu(_label_menu(menu, model, on_all))
    menu.addMenu(_board_menu(menu, model, on_all))
    menu.addSeparator()
    menu.addAction(tr("Copy to a folder…"), export)
    rename_action = menu.addAction(tr("Rename the file…"), rename)
    rename_action.setEnabled(not first.linked)
    menu.addAction(tr("Show file"), show_file)
    menu.addSeparator()
    menu.addAction(tr("Move to the trash"), lambda: on_all(model.trash))
    return menu


def _recipe_menu(parent: QMenu, model: GalleryViewModel, picture: LibraryPicture) -> QMenu:
    menu = QMenu(tr("Use"), parent)
    menu.setEnabled(picture.recipe_text is not None)
    parts: tuple[tuple[str, RecipePart], ...] = (
        (tr("Everything"), "all"),
        (tr("The prompt"), "prompt"),
        (tr("The seed"), "seed"),
        (tr("Everything but the seed"), "remix"),
    )
    for text, part in parts:
        menu.addAction(text, lambda part=part: model.use_recipe(picture, part))
    return menu


def _rating_menu(parent: QMenu, model: GalleryViewModel, on_all: OnAll) -> QMenu:
    menu = QMenu(tr("Rating"), parent)
    for rating in _RATINGS:
        text = tr("Rate {number} of 5", number=rating) if rating else tr("No rating")
        menu.addAction(text, lambda rating=rating: on_all(lambda p: model.rate(p, rating)))
    return menu


def _label_menu(parent: QMenu, model: GalleryViewModel, on_all: OnAll) -> QMenu:
    menu = QMenu(tr("Label"), parent)
    for label in LABELS:
        menu.addAction(label_name(label), lambda label=label: on_all(lambda p: model.set_label(p, label)))
    return menu


def _board_menu(parent: QMenu, model: GalleryViewModel, on_all: OnAll) -> QMenu:
    menu = QMenu(tr("Put on a board"), parent)
    shelves = model.shelves
    for board in shelves.boards:
        menu.addAction(
            board.name,
            lambda board=board: on_all(
                lambda pictures: shelves.put_on_board(board, [picture.id for picture in pictures])
            ),
        )
    shown = model.board
    if shown is not None:
        menu.addSeparator()
        if model.query.sort == "arranged":
            menu.addAction(tr("Move to the front"), lambda: _arrange_all(model, on_all, to_front=True))
            menu.addAction(tr("Move to the end"), lambda: _arrange_all(model, on_all, to_front=False))
        menu.addAction(
            tr("Take off {name}", name=shown.name),
            lambda: on_all(lambda pictures: shelves.take_off_board(shown, pictures)),
        )
    menu.setEnabled(bool(menu.actions()))
    return menu


def _arrange_all(model: GalleryViewModel, on_all: OnAll, *, to_front: bool) -> None:
    board, first = model.board, model.pictures.picture(model.pictures.index(0))
    if board is not None and first is not None:
        before = first.id if to_front else None
        on_all(lambda pictures: model.shelves.arrange(board, [each.id for each in pictures], before))
