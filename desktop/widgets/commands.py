"""Everything that the artist can do, by name: for menus, shortcuts and the searchable list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.widgets.icons import icon
from desktop.widgets.translations import tr


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Command:
    """`text` is the English template that `tr` translates; `shortcut` is in Qt's portable form ("Ctrl+Z").

    `run` returns at once; what takes time it starts as a task. `checked` makes it an on-off command.
    """

    id: str
    text: str
    run: Callable[[], object]
    shortcut: str = ""
    enabled: Callable[[], bool] = _always
    checked: Callable[[], bool] | None = None
    icon: str = ""

    @property
    def label(self) -> str:
        return tr(self.text)

    @property
    def shortcut_text(self) -> str:
        """The shortcut as this system writes it."""
        return QKeySequence(self.shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class CommandRegistry(QObject):
    """Keeps commands in the order in which they came; an id and a shortcut belong to one command only."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands: dict[str, Command] = {}

    def add(self, *commands: Command) -> None:
        for command in commands:
            if command.id in self._commands:
                msg = f"two commands have the id {command.id}"
                raise ValueError(msg)
            other = next(
                (known for known in self if command.shortcut and known.shortcut == command.shortcut), None
            )
            if other is not None:
                msg = f"{command.shortcut} belongs to {other.id} already, {command.id} cannot have it"
                raise ValueError(msg)
            self._commands[command.id] = command
        self.changed.emit()

    def __iter__(self) -> Iterator[Command]:
        return iter(tuple(self._commands.values()))

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def run(self, command_id: str) -> bool:
        """Run it if it is enabled now, and say whether it was."""
        command = self._commands[command_id]
        if not command.enabled():
            return False
        command.run()
        return True

    def find(self, words: str) -> list[Command]:
        """Commands whose label has every word, those that start with the first word at the front."""
        wanted = words.casefold().split()
        found = [command for command in self if all(word in command.label.casefold() for word in wanted)]
        if wanted:
            found.sort(key=lambda command: not command.label.casefold().startswith(wanted[0]))
        return found


def action_for(registry: CommandRegistry, command_id: str, owner: QWidget) -> QAction:
    """A menu's or button's action for a command. `refresh_action` brings its text and state up to date."""
    command = registry[command_id]
    action = QAction(owner)
    action.setObjectName(command.id)
    if command.icon:
        action.setIcon(icon(command.icon))
    if command.shortcut:
        action.setShortcut(QKeySequence(command.shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.setCheckable(command.checked is not None)
    action.triggered.connect(lambda _checked=False: registry.run(command_id))
    refresh_action(action, command)
    return action


def refresh_action(action: QAction, command: Command) -> None:
    action.setText(command.label)
    tip = f"{command.label} ({command.shortcut_text})" if command.shortcut else command.label
    action.setToolTip(tip)
    action.setEnabled(command.enabled())
    if command.checked is not None:
        action.setChecked(command.checked())
