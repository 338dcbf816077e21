"""Brushes and colours of the last time."""

import json

import pytest
from PySide6.QtGui import QColor

from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.remembering import bring_back, remembered
from desktop.canvas.viewmodels.tools import ToolsViewModel


def test_what_was_in_hand_comes_back() -> None:
    tools = ToolsViewModel()
    tools.set_brush(size=123, tip="chalk", flow_pressure=None)
    tools.choose(ToolName.ERASER)
    tools.set_brush(hardness=0.1)
    tools.set_foreground(QColor("#123456"))
    other = ToolsViewModel()
    bring_back(other, json.loads(json.dumps(remembered(tools))))
    assert remembered(other) == remembered(tools)
    assert other.tool is ToolName.BRUSH


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"brush": None, "eraser": 3, "foreground": 7, "background": "no colour"},
        {"brush": {"size": "huge"}, "eraser": {"effect": "paint"}},
        {"brush": {"effect": "erase"}},
    ],
)
def test_what_cannot_be_read_leaves_things_as_they_are(state: dict[str, object]) -> None:
    tools = ToolsViewModel()
    before = remembered(tools)
    bring_back(tools, state)
    assert remembered(tools) == before
