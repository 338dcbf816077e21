"""The tools at the left, one icon each, and the colours below them."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.colour_control import ColourControl
from desktop.widgets.icons import icon
from desktop.widgets.theme import CONTROL_HEIGHT, LARGE_ICON_SIZE, SPACE
from desktop.widgets.translations import tr

TOOLS = {
    ToolName.BRUSH: ("brush", "B"),
    ToolName.ERASER: ("eraser", "E"),
    ToolName.MARQUEE: ("square-dashed", "M"),
    ToolName.LASSO: ("lasso", "L"),
    ToolName.MOVE: ("move", "V"),
    ToolName.PICKER: ("pipette", "I"),
    ToolName.PAN: ("hand", "H"),
}
"""Icon and key of each tool, in the order of the bar."""


def tool_text(tool: ToolName) -> str:
    return {
        ToolName.BRUSH: tr("Brush"),
        ToolName.ERASER: tr("Eraser"),
        ToolName.MARQUEE: tr("Select a rectangle"),
        ToolName.LASSO: tr("Select by hand"),
        ToolName.MOVE: tr("Move the layer"),
        ToolName.PICKER: tr("Pick a colour"),
        ToolName.PAN: tr("Move the view"),
        ToolName.ROTATE: tr("Turn the view"),
    }[tool]


class ToolBar(QWidget):
    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._buttons: dict[ToolName, QToolButton] = {}
        self._group = QButtonGroup(self)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        column.setSpacing(SPACE // 2)
        for tool, (picture, _key) in TOOLS.items():
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setIconSize(QSize(LARGE_ICON_SIZE, LARGE_ICON_SIZE))
            button.setFixedSize(CONTROL_HEIGHT + 2 * SPACE, CONTROL_HEIGHT + SPACE)
            button.setCheckable(True)
            # A click leaves the keys with the picture: space pans, and Esc ends a gesture.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, chosen=tool: tools.choose(chosen))
            self._group.addButton(button)
            self._buttons[tool] = button
            column.addWidget(button)
        column.addSpacing(3 * SPACE)
        self.colours = ColourControl(tools=tools)
        column.addWidget(self.colours, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        tools.tool_changed.connect(self._show_tool)
        self._name()
        self._show_tool()

    def button(self, tool: ToolName) -> QToolButton:
        return self._buttons[tool]

    def _name(self) -> None:
        self.setAccessibleName(tr("Tools"))
        for tool, button in self._buttons.items():
            text = tool_text(tool)
            button.setAccessibleName(text)
            button.setToolTip(f"{text} ({TOOLS[tool][1]})")

    def _show_tool(self) -> None:
        button = self._buttons.get(self._tools.tool)
        if button is not None:
            button.setChecked(True)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
