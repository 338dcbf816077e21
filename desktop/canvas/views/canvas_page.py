"""The canvas with its tools: what the main window shows in its middle."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.canvas.service import Note
from desktop.canvas.texts import TextContent
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.aids import Aid
from desktop.canvas.views.canvas_view import CanvasView
from desktop.canvas.views.document_dialogs import DocumentDialogs
from desktop.canvas.views.empty_canvas import EmptyCanvas
from desktop.canvas.views.rulers import Ruler
from desktop.canvas.views.text_dialog import TextDialog
from desktop.canvas.views.tool_bar import ToolBar
from desktop.canvas.views.tool_options import ToolOptionsBar
from desktop.canvas.views.work_line import WorkLine
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport


class CanvasPage(QWidget):
    def __init__(
        self,
        *,
        viewmodel: CanvasViewModel,
        dialogs: DocumentDialogs | None = None,
        reduced_motion: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self.text_dialog: TextDialog | None = None
        self.dialogs = dialogs or DocumentDialogs(viewmodel=viewmodel, window=self)
        self.tool_bar = ToolBar(tools=viewmodel.tools)
        self.options = ToolOptionsBar(
            tools=viewmodel.tools,
            navigation=viewmodel.navigation,
            transforming=viewmodel.transforming,
            paging=viewmodel.paging,
            brushes=viewmodel.brushes,
        )
        self.view = CanvasView(viewmodel=viewmodel, reduced_motion=reduced_motion)
        self.errors = ErrorLine()
        self.empty = EmptyCanvas(viewmodel=viewmodel, dialogs=self.dialogs)
        self.empty.setParent(self.view)
        self.hint = Hint(self.view)
        self.work = WorkLine(working=viewmodel.working, parent=self.view)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.options)
        column.addWidget(self.errors)
        column.addLayout(self._with_rulers(), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tool_bar)
        row.addLayout(column, 1)
        viewmodel.writing.editing_begun.connect(self.open_text)
        self.view.files_dropped.connect(lambda files: viewmodel.tasks.start(viewmodel.add_files(files)))
        viewmodel.error_raised.connect(self._show_error)
        viewmodel.current.note_raised.connect(self._show_note)
        viewmodel.situation_changed.connect(self._show_emptiness)
        viewmodel.current.document_replaced.connect(self._show_emptiness)
        viewmodel.overlays.overlay_changed.connect(self._show_emptiness)
        viewmodel.gestures.gesture_ended.connect(self._show_emptiness)
        self._show_emptiness()
        self.setFocusProxy(self.view)
        self.view.setFocus()

    def _with_rulers(self) -> QGridLayout:
        aids, navigation = self._viewmodel.aids, self._viewmodel.navigation
        self.rulers = [
            Ruler(orientation=orientation, aids=aids, navigation=navigation, view=self.view)
            for orientation in (Qt.Orientation.Horizontal, Qt.Orientation.Vertical)
        ]
        grid = QGridLayout()
        grid.setSpacing(0)
        grid.addWidget(self.rulers[0], 0, 1)
        grid.addWidget(self.rulers[1], 1, 0)
        grid.addWidget(self.view, 1, 1)
        aids.changed.connect(self._show_rulers)
        self._show_rulers()
        return grid

    def _show_rulers(self) -> None:
        for ruler in self.rulers:
            ruler.setVisible(self._viewmodel.aids.is_on(Aid.RULERS))

    def open_text(self, content: TextContent) -> TextDialog:
        """Beside the picture, on which each change is seen."""
        dialog = TextDialog(writing=self._viewmodel.writing, content=content, parent=self)
        dialog.open()
        self.text_dialog = dialog
        return dialog

    def _show_error(self, report: ErrorReport) -> None:
        self.errors.show_error(report)

    def _show_note(self, note: Note) -> None:
        self.errors.show_error(ErrorReport(code="NOTE", message=note.message, values=note.values))

    def _show_emptiness(self) -> None:
        current, overlays = self._viewmodel.current, self._viewmodel.overlays
        over = (overlays.preview, overlays.candidate, overlays.frame, overlays.before)
        something_over = any(each is not None for each in over)
        self.empty.setVisible(current.document is None and not something_over)
        self.hint.setVisible(current.document is not None and not something_over and not current.has_picture)
        self._place()

    def _place(self) -> None:
        self.empty.setGeometry(self.view.rect())
        self.hint.place()
        self.work.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


class Hint(QLabel):
    """One line over an empty page; the hand goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("surface", "raised")
        self.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        self._name()

    def _name(self) -> None:
        text = tr("An empty page: describe a picture and press Generate, or take the brush (B) and begin.")
        self.setText(text)
        self.setAccessibleName(text)

    def place(self) -> None:
        """At the bottom middle of the view."""
        parent, size = self._over, self.sizeHint()
        self.setGeometry(
            (parent.width() - size.width()) // 2,
            parent.height() - size.height() - 3 * SPACE,
            size.width(),
            size.height(),
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.place()
        super().changeEvent(event)
