"""Options of the tools that select."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.canvas.selection import SelectionMode
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.icons import icon
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

MODE_ICONS = {
    SelectionMode.REPLACE: "square",
    SelectionMode.ADD: "plus",
    SelectionMode.SUBTRACT: "minus",
    SelectionMode.INTERSECT: "group",
}


class SamplingOptions(QWidget):
    """How the wand looks."""

    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self.tolerance = compact_slider(minimum=0, maximum=255)
        self.tolerance.setFixedWidth(72 * SPACE)
        self.contiguous = QCheckBox()
        self.all_layers = QCheckBox()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4 * SPACE)
        row.addWidget(self.tolerance)
        row.addWidget(self.contiguous)
        row.addWidget(self.all_layers)
        row.addStretch(1)
        self.tolerance.value_changed.connect(lambda value: self._set(tolerance=round(value)))
        self.contiguous.toggled.connect(lambda checked: self._set(contiguous=checked))
        self.all_layers.toggled.connect(lambda checked: self._set(all_layers=checked))
        tools.options_changed.connect(self.refresh)
        tools.tool_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def name(self) -> None:
        self.tolerance.set_text(tr("Tolerance"), tr("How far colours may differ from the one clicked on"))
        for box, text, tip in (
            (self.contiguous, tr("Touching"), tr("Only what touches the pixel clicked on")),
            (self.all_layers, tr("All layers"), tr("Look at the whole picture, not at the layer alone")),
        ):
            box.setText(text)
            box.setAccessibleName(text)
            box.setToolTip(tip)

    def refresh(self) -> None:
        sampling = self._tools.sampling
        self.tolerance.set_value(sampling.tolerance)
        self.contiguous.setVisible(self._tools.tool is ToolName.WAND)
        for box, value in ((self.contiguous, sampling.contiguous), (self.all_layers, sampling.all_layers)):
            box.blockSignals(True)
            box.setChecked(value)
            box.blockSignals(False)

    def _set(self, **values: object) -> None:
        self._tools.set_sampling(replace(self._tools.sampling, **values))  # type: ignore[arg-type]  # each by its own control


class SelectionOptionsRow(QWidget):
    """What a new shape does to the selection; Shift and Alt say it for one shape."""

    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._group = QButtonGroup(self)
        self.buttons: dict[SelectionMode, QToolButton] = {}
        self._hint = QLabel()
        set_role(self._hint, "quiet")
        self.sampling = SamplingOptions(tools=tools)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        for mode, picture in MODE_ICONS.items():
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, chosen=mode: self._choose(chosen))
            self._group.addButton(button)
            self.buttons[mode] = button
            row.addWidget(button)
        row.addSpacing(2 * SPACE)
        row.addWidget(self.sampling)
        row.addWidget(self._hint, 1)
        tools.tool_changed.connect(self.refresh)
        tools.options_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def name(self) -> None:
        texts = {
            SelectionMode.REPLACE: (tr("New selection"), ""),
            SelectionMode.ADD: (tr("Add to the selection"), "Shift"),
            SelectionMode.SUBTRACT: (tr("Take away from the selection"), "Alt"),
            SelectionMode.INTERSECT: (tr("Keep what both have"), "Shift+Alt"),
        }
        for mode, (text, key) in texts.items():
            self.buttons[mode].setAccessibleName(text)
            self.buttons[mode].setToolTip(f"{text} ({key})" if key else text)
        self.sampling.name()
        self._hint.setText(tr("Shift adds, Alt takes away, both keep what they share"))

    def refresh(self) -> None:
        self.buttons[self._tools.selection_mode].setChecked(True)
        self.sampling.setVisible(self._tools.samples)
        self._hint.setVisible(not self._tools.samples)

    def _choose(self, mode: SelectionMode) -> None:
        self._tools.selection_mode = mode
