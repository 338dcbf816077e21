"""Brushes, colours and aids of the last time."""

import json

import pytest
from PySide6.QtGui import QColor

from desktop.canvas.navigation import Navigation
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.aids import Aid, Aids
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.remembering import bring_back, remembered
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner


def aids() -> Aids:
    return Aids(current=CurrentDocument(), navigation=Navigation(), tasks=TaskOwner())


def test_what_was_in_hand_comes_back() -> None:
    tools = ToolsViewModel()
    switches = aids()
    switches.toggle(Aid.RULERS)
    switches.toggle(Aid.SNAPPING)
    tools.set_brush(size=123, tip="chalk", flow_pressure=None)
    tools.choose(ToolName.ERASER)
    tools.set_brush(hardness=0.1)
    tools.set_foreground(QColor("#123456"))
    other, others = ToolsViewModel(), aids()
    bring_back(other, others, json.loads(json.dumps(remembered(tools, switches))))
    assert remembered(other, others) == remembered(tools, switches)
    assert [others.is_on(aid) for aid in (Aid.RULERS, Aid.SNAPPING, Aid.GUIDES)] == [True, False, True]
    assert other.tool is ToolName.BRUSH


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"brush": None, "eraser": 3, "foreground": 7, "background": "no colour"},
        {"brush": {"size": "huge"}, "eraser": {"effect": "paint"}},
        {"brush": {"effect": "erase"}},
        {"aids": "rulers"},
    ],
)
def test_what_cannot_be_read_leaves_things_as_they_are(state: dict[str, object]) -> None:
    tools, switches = ToolsViewModel(), aids()
    before = remembered(tools, switches)
    bring_back(tools, switches, state)
    assert remembered(tools, switches) == before
