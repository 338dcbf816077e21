"""The tools at the left, one icon each, and the colours below them."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.colour_control import ColourControl
from desktop.widgets.icons import icon
from desktop.widgets.theme import CONTROL_HEIGHT, LARGE_ICON_SIZE, SPACE
from desktop.widgets.translations import tr

TOOLS = {
    ToolName.BRUSH: ("brush", "B"),
    ToolName.ERASER: ("eraser", "E"),
    ToolName.FILL: ("paint-bucket", "G"),
    ToolName.GRADIENT: ("rainbow", "Shift+G"),
    ToolName.SHAPE: ("shapes", "U"),
    ToolName.TEXT: ("type", "Shift+T"),
    ToolName.MARQUEE: ("square-dashed", "M"),
    ToolName.ELLIPSE: ("circle-dashed", "Shift+M"),
    ToolName.LASSO: ("lasso", "L"),
    ToolName.POLYGON: ("pentagon", "Shift+L"),
    ToolName.WAND: ("wand-sparkles", "W"),
    ToolName.COLOUR_RANGE: ("droplet", "Shift+W"),
    ToolName.MOVE: ("move", "V"),
    ToolName.TRANSFORM: ("scaling", "T"),
    ToolName.CROP: ("crop", "C"),
    ToolName.PICKER: ("pipette", "I"),
    ToolName.FRAME: ("frame", "F"),
    ToolName.PAN: ("hand", "H"),
}
"""Icon and key of each tool, in the order of the bar."""

FAMILIES = (
    (ToolName.FILL, ToolName.GRADIENT),
    (ToolName.MARQUEE, ToolName.ELLIPSE),
    (ToolName.LASSO, ToolName.POLYGON),
    (ToolName.WAND, ToolName.COLOUR_RANGE),
)
"""Tools that share one button; it shows the one of them that was used last."""


def tool_text(tool: ToolName) -> str:
    return {
        ToolName.BRUSH: tr("Brush"),
        ToolName.ERASER: tr("Eraser"),
        ToolName.FILL: tr("Fill"),
        ToolName.GRADIENT: tr("Gradient"),
        ToolName.SHAPE: tr("Draw a shape"),
        ToolName.TEXT: tr("Write text"),
        ToolName.MARQUEE: tr("Select a rectangle"),
        ToolName.ELLIPSE: tr("Select an ellipse"),
        ToolName.LASSO: tr("Select by hand"),
        ToolName.POLYGON: tr("Select a polygon"),
        ToolName.WAND: tr("Magic wand"),
        ToolName.COLOUR_RANGE: tr("Select by colour"),
        ToolName.MOVE: tr("Move the layer"),
        ToolName.TRANSFORM: tr("Transform"),
        ToolName.CROP: tr("Crop the picture"),
        ToolName.PICKER: tr("Pick a colour"),
        ToolName.FRAME: tr("Frame for the model"),
        ToolName.PAN: tr("Move the view"),
        ToolName.ROTATE: tr("Turn the view"),
    }[tool]


class ToolButton(QToolButton):
    """One tool, or a family of them with a menu that opens when the button is held down or clicked on by the right."""

    def __init__(self, *, family: tuple[ToolName, ...], tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._shown = family[0]
        self.setIconSize(QSize(LARGE_ICON_SIZE, LARGE_ICON_SIZE))
        self.setFixedSize(CONTROL_HEIGHT + 2 * SPACE, CONTROL_HEIGHT + SPACE)
        self.setCheckable(True)
        # A click leaves the keys with the picture: space pans, and Esc ends a gesture.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: tools.choose(self._shown))
        self._actions: dict[ToolName, QAction] = {}
        if len(family) > 1:
            menu = QMenu(self)
            for tool in family:
                action = menu.addAction(icon(TOOLS[tool][0]), "")
                action.triggered.connect(lambda _checked=False, chosen=tool: tools.choose(chosen))
                self._actions[tool] = action
            self.setMenu(menu)
            self.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
            self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            self.customContextMenuRequested.connect(self.showMenu)
        self.show_tool(self._shown)

    def show_tool(self, tool: ToolName) -> None:
        self._shown = tool
        self.setIcon(icon(TOOLS[tool][0]))
        self.name()

    def name(self) -> None:
        text = tool_text(self._shown)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({TOOLS[self._shown][1]})")
        for tool, action in self._actions.items():
            action.setText(f"{tool_text(tool)}\t{TOOLS[tool][1]}")


class ToolBar(QWidget):
    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._buttons: dict[ToolName, ToolButton] = {}
        self._group = QButtonGroup(self)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        column.setSpacing(SPACE // 2)
        for tool in TOOLS:
            family = next((family for family in FAMILIES if tool in family), (tool,))
            if tool is family[0]:
                button = ToolButton(family=family, tools=tools)
                self._group.addButton(button)
                self._buttons |= dict.fromkeys(family, button)
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
        for button in self._buttons.values():
            button.name()

    def _show_tool(self) -> None:
        button = self._buttons.get(self._tools.tool)
        if button is not None:
            button.show_tool(self._tools.tool)
            button.setChecked(True)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
