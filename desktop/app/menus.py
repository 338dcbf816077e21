"""The menus: every command stands in one of them."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from desktop.widgets.commands import CommandRegistry, action_for, refresh_action
from desktop.widgets.translations import tr

SEPARATOR = ""
# In the order of the bar; an id that ends in "." stands for all commands that begin so and stand nowhere else.
MENUS: dict[str, tuple[str, ...]] = {
    "file": (
        "canvas.new",
        "canvas.open",
        SEPARATOR,
        "canvas.save",
        "canvas.save_as",
        "canvas.export",
        SEPARATOR,
        "canvas.close",
        "app.quit",
    ),
    "edit": (
        "canvas.undo",
        "canvas.redo",
        SEPARATOR,
        "canvas.cut",
        "canvas.copy",
        "canvas.copy_merged",
        "canvas.paste",
        "canvas.paste_in_place",
        "canvas.paste_new",
    ),
    "select": (
        "canvas.select_all",
        "canvas.deselect",
        "canvas.reselect",
        "canvas.invert_selection",
        SEPARATOR,
        "canvas.selection.",
    ),
    "page": ("canvas.page.",),
    "adjust": ("canvas.adjust.", SEPARATOR, "canvas.filter."),
    "layer": (
        "canvas.add_layer",
        "canvas.duplicate_layer",
        "canvas.copy_to_layer",
        "canvas.cut_to_layer",
        "canvas.clear",
        "canvas.delete_layer",
        SEPARATOR,
        "canvas.group_layers",
        "canvas.ungroup_layers",
        "canvas.merge_down",
        "canvas.merge_visible",
        "canvas.flatten",
        SEPARATOR,
        "canvas.raise_layer",
        "canvas.lower_layer",
        "canvas.clip_layer",
        "canvas.lock_alpha",
        SEPARATOR,
        "canvas.add_mask",
        "canvas.apply_mask",
        "canvas.select_mask",
        "canvas.remove_mask",
        SEPARATOR,
        "canvas.open_recipe",
    ),
    "tool": (
        "canvas.tool.",
        SEPARATOR,
        "canvas.smaller_brush",
        "canvas.larger_brush",
        "canvas.swap_colours",
        "canvas.reset_colours",
        SEPARATOR,
        "canvas.symmetry.",
        "canvas.reset_brush",
        "canvas.paint_on_mask",
        "canvas.edit_text",
    ),
    "picture": ("generation.",),
    "gallery": ("gallery.", SEPARATOR, "models."),
    "view": (
        "app.page.",
        SEPARATOR,
        "canvas.fit",
        "canvas.actual_size",
        "canvas.zoom_in",
        "canvas.zoom_out",
        "canvas.straighten",
        "canvas.",
        SEPARATOR,
        "app.panel.",
        "app.hide_panels",
        "app.reset_layout",
        SEPARATOR,
        "app.theme.",
        SEPARATOR,
        "app.language.",
    ),
    "help": ("app.",),
}


def menu_text(name: str) -> str:
    return {
        "file": tr("&File"),
        "edit": tr("&Edit"),
        "select": tr("&Select"),
        "page": tr("&Picture"),
        "adjust": tr("&Adjust"),
        "layer": tr("&Layer"),
        "tool": tr("&Tools"),
        "picture": tr("&Generate"),
        "gallery": tr("&Gallery"),
        "view": tr("&View"),
        "help": tr("&Help"),
    }[name]


class Menus:
    """Fills `bar`. Single keys hold only while the focus is within `page`, so that other pages may use them too;
    Tab only on `canvas` itself, since elsewhere it walks from control to control.
    """

    def __init__(
        self, *, bar: QMenuBar, registry: CommandRegistry, window: QWidget, page: QWidget, canvas: QWidget
    ) -> None:
        self._registry = registry
        self._window = window
        self._page = page
        self._canvas = canvas
        self._menus: dict[str, QMenu] = {}
        self._actions: dict[str, QAction] = {}
        places = _places([command.id for command in registry])
        for name, ids in places.items():
            menu = bar.addMenu("")
            self._menus[name] = menu
            menu.aboutToShow.connect(self.refresh)
            menu.aboutToHide.connect(self._enable_shortcuts)
            for command_id in ids:
                if command_id == SEPARATOR:
                    menu.addSeparator()
                else:
                    menu.addAction(self._action(command_id))
        self.refresh()
        self._enable_shortcuts()

    def refresh(self) -> None:
        """Texts in the language in force, and what can be done now."""
        for name, menu in self._menus.items():
            menu.setTitle(menu_text(name))
        for command_id, action in self._actions.items():
            refresh_action(action, self._registry[command_id])

    def _enable_shortcuts(self) -> None:
        """While no menu is open, a disabled action would swallow its key; the registry asks again when it comes."""
        for action in self._actions.values():
            action.setEnabled(True)

    def menus(self) -> tuple[QMenu, ...]:
        return tuple(self._menus.values())

    def _action(self, command_id: str) -> QAction:
        action = action_for(self._registry, command_id, self._window)
        shortcut = self._registry[command_id].shortcut
        if shortcut == "Tab":
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._canvas.addAction(action)
        elif _is_single_key(shortcut):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._page.addAction(action)
        else:
            self._window.addAction(action)
        self._actions[command_id] = action
        return action


def _is_single_key(shortcut: str) -> bool:
    """With Shift or without: both are typed into fields of text."""
    return (
        bool(shortcut) and "+" not in shortcut.removeprefix("Shift+")[:-1] and len(shortcut) < len("Shift+F1")
    )


def _places(command_ids: Iterable[str]) -> dict[str, list[str]]:
    """Each command in one menu: where its own id stands, else where the longest beginning of it does."""
    command_ids = list(command_ids)
    named = {entry for entries in MENUS.values() for entry in entries}
    beginnings = sorted((entry for entry in named if entry.endswith(".")), key=len, reverse=True)
    followers: dict[str, list[str]] = {}
    for command_id in command_ids:
        if command_id not in named:
            beginning = next(entry for entry in beginnings if command_id.startswith(entry))
            followers.setdefault(beginning, []).append(command_id)
    places: dict[str, list[str]] = {}
    for name, entries in MENUS.items():
        ids: list[str] = []
        for entry in entries:
            if entry.endswith("."):
                ids += followers.get(entry, [])
            elif entry == SEPARATOR or entry in command_ids:
                ids.append(entry)
        places[name] = ids
    return places
