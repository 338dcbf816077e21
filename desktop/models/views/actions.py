"""What can be done with a model, in the order of its buttons."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.models.entries import Entry
from desktop.models.viewmodel import ModelList
from desktop.widgets.translations import tr


@dataclass(frozen=True)
class Action:
    name: str
    text: str
    icon: str
    tip: str = ""


def actions_of(entry: Entry, models: ModelList) -> Iterator[Action]:
    if entry.state == "here":
        yield from _uses(entry)
    if entry.state == "missing":
        yield Action("add_folder", tr("Add a folder…"), "plus", tr("Where it lies now"))
        yield Action("forget", tr("Forget it"), "x", tr("Take it off the list; nothing on disk is touched"))
        return
    if entry.state == "consent":
        yield Action(
            "search", tr("Look for a safe one"), "search", tr("Search the Hub for it as .safetensors")
        )
    if entry.path in models.added_folders:
        yield Action("look", tr("Look again"), "refresh-cw")
        yield Action("forget_folder", tr("Take it off the list"), "x", tr("Nothing on disk is touched"))
        return
    if entry.state == "problem":
        yield Action("look", tr("Look again"), "refresh-cw")
    yield Action("show", tr("Show in its folder"), "folder-open")
    if models.may_be_trashed(entry):
        yield Action("trash", tr("Move to the trash…"), "trash-2")


def _uses(entry: Entry) -> Iterator[Action]:
    if entry.kind == "checkpoint":
        yield Action("paint", tr("Paint with it"), "brush")
    elif entry.kind in {"lora", "embedding"}:
        yield Action("insert", tr("Put into the prompt"), "plus", entry.prompt_text)
