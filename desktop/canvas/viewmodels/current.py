"""The document that is open now, and what the tools do to it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.canvas.compositor import Compositor
from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.errors import GroupHasNoPixelsError
from desktop.canvas.service import OpenDocument
from desktop.canvas.viewmodels.blankness import Blankness
from shared.contracts.errors import PentimentoError


class NothingToPaintOnError(PentimentoError):
    code = "NOTHING_TO_PAINT_ON"


class CurrentDocument(QObject):
    """At most one document with its composite. Every error of an action comes out as `error_raised`."""

    document_replaced = Signal()
    document_changed = Signal(object)
    """A DocumentChange."""
    history_changed = Signal()
    selection_changed = Signal()
    surface_changed = Signal()
    """Tools paint on the mask now, or on the pixels again."""
    error_raised = Signal(object)
    """An ErrorReport."""
    note_raised = Signal(object)
    """A `service.Note`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._blankness = Blankness()
        self._painted: bool | None = None
        self._opened: OpenDocument | None = None
        self._mask_layer: str | None = None
        self._stand_in: Document | None = None
        self._compositor: Compositor | None = None
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def opened(self) -> OpenDocument | None:
        return self._opened

    @property
    def document(self) -> Document | None:
        return self._opened.document if self._opened is not None else None

    @property
    def compositor(self) -> Compositor | None:
        return self._compositor

    def replace(self, opened: OpenDocument | None) -> None:
        """Show another document, or none; the caller has closed the one before."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._compositor is not None:
            self._compositor.close()
        self._opened, self._compositor, self._painted = opened, None, None
        self._blankness = Blankness()
        if opened is not None:
            self._compositor = Compositor(opened.document)
            self._unsubscribe = opened.document.subscribe(self._on_change)
        self.document_replaced.emit()
        self.history_changed.emit()
        self.selection_changed.emit()

    @property
    def has_picture(self) -> bool:
        """False while nothing visible was painted on the document."""
        if self._painted is None:
            document = self.document
            self._painted = document is not None and self._blankness.has_picture(document)
        return self._painted

    def _on_change(self, change: DocumentChange) -> None:
        if not change.dirty.isEmpty() or change.structure:
            self._painted = None
        self.document_changed.emit(change)
        if change.selection:
            self.selection_changed.emit()
        if change.history:
            self.history_changed.emit()

    def attempt(self, action: Callable[[], object]) -> None:
        """Do it; what can't be done is told in words."""
        try:
            action()
        except PentimentoError as error:
            self.error_raised.emit(error.report)

    # Undo

    def undo(self) -> None:
        document = self.painted_document
        if document is not None:
            self.attempt(document.undo)

    def redo(self) -> None:
        document = self.painted_document
        if document is not None:
            self.attempt(document.redo)

    def travel(self, done: int) -> None:
        """Undo or redo until `done` steps of the history are in force."""
        document = self.document
        if document is None:
            return
        way = done - len(document.history.undo_labels)
        for _ in range(abs(way)):
            self.attempt(document.redo if way > 0 else document.undo)

    # What the tools ask for

    @property
    def on_mask(self) -> bool:
        """Whether tools paint on the mask of the active layer instead of its pixels."""
        document = self.document
        layer = document.active_layer if document is not None else None
        return layer is not None and layer.mask is not None and layer.id == self._mask_layer

    def paint_on_mask(self, *, on: bool) -> None:
        """Ends by itself when another layer becomes active or the mask goes."""
        document = self.document
        before = self.on_mask
        self._mask_layer = document.active_id if on and document is not None else None
        if self.on_mask is not before:
            self.surface_changed.emit()

    @property
    def painted_document(self) -> Document | None:
        """What brushes paint on, and what undo takes back: the document, or what stands in for it (a quick mask)."""
        return self._stand_in or self.document

    def painted_layer(self) -> str | None:
        """The layer of `painted_document` that tools paint on; errors as `layer_to_paint`."""
        return self._stand_in.active_id if self._stand_in is not None else self.layer_to_paint()

    @property
    def has_stand_in(self) -> bool:
        return self._stand_in is not None

    def set_stand_in(self, document: Document | None) -> None:
        self._stand_in = document

    def layer_to_paint(self) -> str | None:
        """As `layer_to_move`, and GroupHasNoPixelsError for a group, of which only a mask can be painted on."""
        layer_id = self.layer_to_move()
        layer = self.document.active_layer if self.document is not None else None
        if layer is not None and layer.is_group and not self.on_mask:
            raise GroupHasNoPixelsError(layer.name)
        return layer_id

    def layer_to_move(self) -> str | None:
        """The layer that a tool works on; None without a document, NothingToPaintOnError where it would not be seen."""
        document = self.document
        if document is None:
            return None
        layer = document.active_layer
        if layer is None:
            raise NothingToPaintOnError("This picture has no layer to work on.", advice="Add a layer first.")
        if not document.is_shown(layer.id):
            raise NothingToPaintOnError(
                "The layer “{name}” is hidden, so you would not see what you do.",
                advice="Show it, or choose another layer.",
                name=layer.name,
            )
        return layer.id
