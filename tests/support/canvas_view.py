"""A canvas with a document in it, without a window's other parts: for measuring what the artist's hand waits for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.document import Document
from desktop.canvas.service import CanvasService
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_view import CanvasView
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import DARK, apply_theme
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import counting_ids, noise_tiles

SIDE = 4096


class OpenForMeasuring:
    """As much of an open document as the canvas asks for; nothing is written to the disk."""

    id = "measured"
    title = "measured"
    file = None
    modified = False

    def __init__(self, document: Document) -> None:
        self.document = document


def noisy_document(layers: int) -> Document:
    """Each of the layers shows everywhere; the one in the middle is active."""
    document = Document(width=SIDE, height=SIDE, new_id=counting_ids())
    tiles = noise_tiles(1, SIDE, SIDE)
    for number in range(layers):
        layer = document.add_layer(f"layer {number}", tiles=tiles)
        document.set_opacity(layer.id, 0.4)
    document.activate(document.layers[layers // 2].id)
    return document


@contextmanager
def shown_canvas(
    document: Document, size: QSize, tasks: TaskOwner
) -> Iterator[tuple[CanvasViewModel, CanvasView]]:
    """In the view's middle at 100%, with all that is seen composed."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, DARK)
    with TemporaryDirectory() as folder:
        service = CanvasService(
            folder=Path(folder) / "documents",
            blobs=BlobFolder(Path(folder) / "blobs"),
            clock=lambda: datetime.now(UTC),
            new_id=counting_ids("other"),
        )
        presets = PresetStore(folder=Path(folder) / "brushes", new_id=counting_ids("brush"))
        viewmodel = CanvasViewModel(service=service, tasks=tasks, new_seed=lambda: 1, presets=presets)
        view = CanvasView(viewmodel=viewmodel)
        view.resize(size)
        view.show()
        viewmodel.current.replace(OpenForMeasuring(document))  # type: ignore[arg-type]  # see there
        viewmodel.navigation.actual_size()
        while not view.is_composed:
            application.processEvents()
        yield viewmodel, view
        viewmodel.current.replace(None)
        view.close()
        view.deleteLater()
        viewmodel.deleteLater()
        application.processEvents()
