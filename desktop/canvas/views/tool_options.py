"""What can be set about the tool in hand, above the picture; zoom and angle of the view at its end."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QWidget,
)

from desktop.canvas.brushes.brush import LARGEST_BRUSH, SMALLEST_BRUSH
from desktop.canvas.navigation import LARGEST_ZOOM, SMALLEST_ZOOM, Navigation
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.brushes import BrushList
from desktop.canvas.viewmodels.paging import Paging
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.viewmodels.transforming import Transforming
from desktop.canvas.views.brush_button import BrushButton, SymmetryButton
from desktop.canvas.views.frame_options import CropOptionsRow, TransformOptionsRow
from desktop.canvas.views.painting_options import FillRow, GradientRow, OptionsRow, PickerRow, ShapeRow
from desktop.canvas.views.parts import compact_slider, dense_number
from desktop.canvas.views.selection_options import SelectionOptionsRow
from desktop.canvas.views.tool_bar import tool_text
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr


class BrushOptionsRow(QWidget):
    def __init__(self, *, tools: ToolsViewModel, brushes: BrushList) -> None:
        super().__init__()
        self._tools = tools
        self.choose = BrushButton(brushes=brushes)
        self.symmetry = SymmetryButton(tools=tools)
        self.size_slider = compact_slider(minimum=SMALLEST_BRUSH, maximum=LARGEST_BRUSH)
        self.hardness = compact_slider(minimum=0, maximum=100, suffix="%")
        self.opacity = compact_slider(minimum=0, maximum=100, suffix="%")
        self.flow = compact_slider(minimum=0, maximum=100, suffix="%")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * SPACE)
        row.addWidget(self.choose)
        for slider in (self.size_slider, self.hardness, self.opacity, self.flow):
            row.addWidget(slider, 1)
        row.addWidget(self.symmetry)
        self.size_slider.value_changed.connect(lambda value: tools.set_brush(size=value))
        self.hardness.value_changed.connect(lambda value: tools.set_brush(hardness=value / 100))
        self.opacity.value_changed.connect(lambda value: tools.set_brush(opacity=value / 100))
        self.flow.value_changed.connect(lambda value: tools.set_brush(flow=value / 100))
        tools.options_changed.connect(self.refresh)
        tools.tool_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def name(self) -> None:
        self.choose.refresh()
        self.size_slider.set_text(tr("Size"), tr("Size of the brush in pixels ([ and ])"))
        self.hardness.set_text(tr("Hardness"), tr("How sharp the edge of the brush is"))
        self.opacity.set_text(tr("Opacity"), tr("How much a whole stroke covers at most"))
        self.flow.set_text(tr("Flow"), tr("How much each touch of the brush adds"))

    def refresh(self) -> None:
        brush = self._tools.brush
        self.size_slider.set_value(round(brush.size))
        self.hardness.set_value(round(brush.hardness * 100))
        # A tip from a picture has the edge that it has.
        self.hardness.setVisible(not brush.tip)
        self.opacity.set_value(round(brush.opacity * 100))
        self.flow.set_value(round(brush.flow * 100))


class LookRow(QWidget):
    """Zoom and angle of the view; zoom is device pixels per pixel of the picture."""

    def __init__(self, *, navigation: Navigation) -> None:
        super().__init__()
        self._navigation = navigation
        self.zoom = dense_number(SMALLEST_ZOOM * 100, LARGEST_ZOOM * 100, "%", 16)
        self.angle = dense_number(-180, 180, "°", 14)
        self.angle.setWrapping(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.zoom)
        row.addWidget(self.angle)
        self.zoom.valueChanged.connect(lambda value: navigation.zoom_to(value / 100))
        self.angle.valueChanged.connect(navigation.rotate_to)
        navigation.look_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def name(self) -> None:
        for control, text, tip in (
            (self.zoom, tr("Zoom"), tr("Zoom (wheel; 0 fits the picture, 1 is 100%)")),
            (self.angle, tr("Angle of the view"), tr("Angle of the view (hold R and drag)")),
        ):
            control.setAccessibleName(text)
            control.setToolTip(tip)

    def refresh(self) -> None:
        for control, value in (
            (self.zoom, self._navigation.zoom * 100),
            (self.angle, self._navigation.angle),
        ):
            control.blockSignals(True)
            control.setValue(value)
            control.blockSignals(False)


class ToolOptionsBar(QWidget):
    def __init__(
        self,
        *,
        tools: ToolsViewModel,
        navigation: Navigation,
        transforming: Transforming,
        paging: Paging,
        brushes: BrushList,
    ) -> None:
        super().__init__()
        self._tools = tools
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "panel")
        self.brush = BrushOptionsRow(tools=tools, brushes=brushes)
        self.selection = SelectionOptionsRow(tools=tools)
        self.transform = TransformOptionsRow(transforming=transforming)
        self.crop = CropOptionsRow(paging=paging)
        self.look = LookRow(navigation=navigation)
        self._text = QLabel()
        set_role(self._text, "quiet")
        self._rows = QStackedWidget()
        self.own_rows: dict[ToolName, OptionsRow] = {
            ToolName.FILL: FillRow(tools=tools),
            ToolName.GRADIENT: GradientRow(tools=tools),
            ToolName.SHAPE: ShapeRow(tools=tools),
            ToolName.PICKER: PickerRow(tools=tools),
        }
        rows = (self.brush, self.selection, self.transform, self.crop, self._text)
        for row in (*rows, *self.own_rows.values()):
            self._rows.addWidget(row)
        bar = QHBoxLayout(self)
        bar.setContentsMargins(3 * SPACE, SPACE, 2 * SPACE, SPACE)
        bar.setSpacing(4 * SPACE)
        bar.addWidget(self._rows, 1)
        bar.addWidget(self.look)
        tools.tool_changed.connect(self._show_tool)
        self._show_tool()

    def _show_tool(self) -> None:
        self.setAccessibleName(tr("Options of the tool"))
        self._text.setText(tool_text(self._tools.tool))
        if self._tools.paints:
            self._rows.setCurrentWidget(self.brush)
        elif self._tools.selects:
            self._rows.setCurrentWidget(self.selection)
        elif self._tools.tool is ToolName.TRANSFORM:
            self._rows.setCurrentWidget(self.transform)
        elif self._tools.tool is ToolName.CROP:
            self._rows.setCurrentWidget(self.crop)
        else:
            self._rows.setCurrentWidget(self.own_rows.get(self._tools.tool, self._text))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            for row in (self.brush, self.selection, self.transform, self.crop, self.look):
                row.name()
            for own in self.own_rows.values():
                own.name()
            self._show_tool()
        super().changeEvent(event)
