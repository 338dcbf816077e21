"""The pages of the window and the views on them."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop.account.views.account_view import AccountView
from desktop.app.viewmodels import Viewmodels
from desktop.app.workspace import Workspace
from desktop.canvas.views.brushes_panel import BrushesPanel
from desktop.canvas.views.canvas_page import CanvasPage
from desktop.canvas.views.colours_panel import ColoursPanel
from desktop.canvas.views.history_panel import HistoryPanel
from desktop.canvas.views.layers_panel import LayersPanel
from desktop.canvas.views.navigator_panel import NavigatorPanel
from desktop.gallery.views.gallery_view import GalleryView
from desktop.generation.views.generate_panel import GeneratePanel
from desktop.generation.views.staging_strip import StagingStrip
from desktop.models.views.models_view import ModelsView


class Pages:
    def __init__(self, *, viewmodels: Viewmodels) -> None:
        canvas = viewmodels.canvas
        self.canvas_page = CanvasPage(viewmodel=canvas)
        self.generate_panel = GeneratePanel(editor=viewmodels.editor, tasks=viewmodels.tasks)
        self.layers_panel = LayersPanel(viewmodel=canvas)
        self.brushes_panel = BrushesPanel(brushes=canvas.brushes, tools=canvas.tools, tasks=viewmodels.tasks)
        self.colours_panel = ColoursPanel(tools=canvas.tools, palette=canvas.palette)
        self.history_panel = HistoryPanel(history=canvas.history)
        self.navigator_panel = NavigatorPanel(viewmodel=canvas, view=self.canvas_page.view)
        self.staging_strip = StagingStrip(staging=viewmodels.staging, tasks=viewmodels.tasks)
        self.workspace = Workspace(
            canvas_page=self.canvas_page,
            staging_strip=self.staging_strip,
            panels={
                "generate": self.generate_panel,
                "layers": self.layers_panel,
                "brushes": self.brushes_panel,
                "colours": self.colours_panel,
                "history": self.history_panel,
                "navigator": self.navigator_panel,
            },
        )
        self.gallery_view = GalleryView(viewmodels.gallery)
        self.models_view = ModelsView(models=viewmodels.models, hub=viewmodels.hub)
        self.account_view = AccountView(overview=viewmodels.account)
        self._widgets: Mapping[str, QWidget] = {
            "canvas": self.workspace,
            "gallery": self.gallery_view,
            "models": self.models_view,
            "account": self.account_view,
        }

    def widget(self, page: str) -> QWidget:
        return self._widgets[page]
