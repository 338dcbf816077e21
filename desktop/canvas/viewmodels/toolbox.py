"""Every tool with what it works on: made once, used by `Gestures`."""

from desktop.canvas.navigation import Navigation
from desktop.canvas.tools.base import Tool, ToolName
from desktop.canvas.tools.framing import CropTool, FrameSession, FrameTool
from desktop.canvas.tools.guiding import GuideOr, Snapping
from desktop.canvas.tools.model_frame import ModelFrameTool
from desktop.canvas.tools.moving import MoveTool
from desktop.canvas.tools.navigation import PanTool, RotateTool
from desktop.canvas.tools.painting import BrushTool
from desktop.canvas.tools.picking import PickerTool
from desktop.canvas.tools.pointing import PolygonTool, SamplingTool
from desktop.canvas.tools.pouring import GradientTool, PressTool, ShapeTool
from desktop.canvas.tools.selecting import EllipseTool, LassoTool, MarqueeTool
from desktop.canvas.viewmodels.aids import Aids
from desktop.canvas.viewmodels.axes import Axes
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.model_frame import GenerationFrame
from desktop.canvas.viewmodels.moving import Moving
from desktop.canvas.viewmodels.overlays import Overlays
from desktop.canvas.viewmodels.painting import Painting
from desktop.canvas.viewmodels.pouring import Pouring
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.viewmodels.writing import Writing

Toolbox = dict[ToolName, Tool]


def make_tools(
    *,
    current: CurrentDocument,
    tools: ToolsViewModel,
    navigation: Navigation,
    painting: Painting,
    moving: Moving,
    pouring: Pouring,
    writing: Writing,
    selecting: Selecting,
    overlays: Overlays,
    transforming: FrameSession,
    paging: FrameSession,
    aids: Aids,
    frame: GenerationFrame,
) -> Toolbox:
    return {
        ToolName.BRUSH: BrushTool(target=painting, eraser=False),
        ToolName.ERASER: BrushTool(target=painting, eraser=True),
        ToolName.FILL: PressTool(press=pouring.fill),
        ToolName.GRADIENT: GradientTool(target=pouring),
        ToolName.SHAPE: ShapeTool(target=pouring),
        ToolName.TEXT: PressTool(press=writing.write_at),
        ToolName.MARQUEE: Snapping(
            tool=MarqueeTool(target=selecting, options=tools, outlines=overlays), guides=aids
        ),
        ToolName.ELLIPSE: Snapping(
            tool=EllipseTool(target=selecting, options=tools, outlines=overlays), guides=aids
        ),
        ToolName.LASSO: LassoTool(target=selecting, options=tools, outlines=overlays),
        ToolName.POLYGON: PolygonTool(target=selecting, options=tools, navigation=navigation),
        ToolName.WAND: SamplingTool(select=selecting.select_by_wand, options=tools),
        ToolName.COLOUR_RANGE: SamplingTool(select=selecting.select_by_colour, options=tools),
        ToolName.MOVE: GuideOr(
            tool=GuideOr(tool=MoveTool(target=moving), guides=aids),
            guides=Axes(tools=tools, current=current, navigation=navigation, aids=aids),
        ),
        ToolName.TRANSFORM: FrameTool(session=transforming, navigation=navigation, lines=aids),
        ToolName.CROP: CropTool(session=paging, navigation=navigation, lines=aids),
        ToolName.PICKER: PickerTool(source=painting, colours=tools),
        ToolName.FRAME: ModelFrameTool(target=frame, navigation=navigation),
        ToolName.PAN: PanTool(navigation=navigation),
        ToolName.ROTATE: RotateTool(navigation=navigation),
    }
