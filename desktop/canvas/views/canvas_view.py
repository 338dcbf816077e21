"""The picture and the artist's hand on it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QShowEvent,
    QTabletEvent,
    QTouchEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.canvas.document import DocumentChange
from desktop.canvas.tools.base import Pointer, ToolName
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.files import OPENABLE_ENDINGS
from desktop.canvas.viewmodels.layer_mime import LAYER_MIME
from desktop.canvas.views.aid_painting import AidPainter
from desktop.canvas.views.ants import MarchingAnts
from desktop.canvas.views.fingers import Fingers
from desktop.canvas.views.mask_painting import MaskPainter
from desktop.canvas.views.overlay_painting import OverlayPainter
from desktop.canvas.views.pen import pen_pointer
from desktop.canvas.views.picture import PictureBuffer
from desktop.canvas.views.pointer_outline import PointerOutline
from desktop.canvas.views.view_keys import ViewKeys
from desktop.widgets.theme import FOCUS_RING, theme_of
from desktop.widgets.translations import tr

REST_MILLISECONDS = 120
"""After so long without a move the picture is drawn smoothly."""
PEN_ECHO_MILLISECONDS = 500
"""A mouse event that the system makes up so soon after one of the pen is its echo."""
WHEEL_STEP = 1.2
"""Zoom of one notch of a wheel."""
CURSORS = {
    ToolName.FILL: Qt.CursorShape.CrossCursor,
    ToolName.GRADIENT: Qt.CursorShape.CrossCursor,
    ToolName.SHAPE: Qt.CursorShape.CrossCursor,
    ToolName.TEXT: Qt.CursorShape.IBeamCursor,
    ToolName.MARQUEE: Qt.CursorShape.CrossCursor,
    ToolName.ELLIPSE: Qt.CursorShape.CrossCursor,
    ToolName.LASSO: Qt.CursorShape.CrossCursor,
    ToolName.POLYGON: Qt.CursorShape.CrossCursor,
    ToolName.WAND: Qt.CursorShape.CrossCursor,
    ToolName.COLOUR_RANGE: Qt.CursorShape.CrossCursor,
    ToolName.PICKER: Qt.CursorShape.CrossCursor,
    ToolName.MOVE: Qt.CursorShape.SizeAllCursor,
    ToolName.TRANSFORM: Qt.CursorShape.ArrowCursor,
    ToolName.CROP: Qt.CursorShape.ArrowCursor,
    ToolName.FRAME: Qt.CursorShape.CrossCursor,
    ToolName.PAN: Qt.CursorShape.OpenHandCursor,
    ToolName.ROTATE: Qt.CursorShape.PointingHandCursor,
    ToolName.BRUSH: Qt.CursorShape.BlankCursor,
    ToolName.ERASER: Qt.CursorShape.BlankCursor,
}


class CanvasView(QWidget):
    """Only what differs is drawn: the dirty part of the picture, the old and new place of the brush's outline."""

    picture_refreshed = Signal()
    """The composite is up to date again."""
    files_dropped = Signal(list)
    """Paths of pictures or documents."""

    def __init__(
        self, *, viewmodel: CanvasViewModel, reduced_motion: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._navigation = viewmodel.navigation
        self._picture = PictureBuffer(current=viewmodel.current, navigation=viewmodel.navigation)
        self._overlays = OverlayPainter(overlays=viewmodel.overlays, navigation=viewmodel.navigation)
        self._mask = MaskPainter(quick_mask=viewmodel.quick_mask, navigation=viewmodel.navigation)
        self._aids = AidPainter(
            aids=viewmodel.aids, current=viewmodel.current, navigation=viewmodel.navigation
        )
        self._outline = PointerOutline(
            view=self,
            tools=viewmodel.tools,
            current=viewmodel.current,
            navigation=viewmodel.navigation,
        )
        self._pen_down = False
        self._pen_seen = 0
        self._shows_focus = False
        self._had_outline = False
        self._rest = QTimer(self, singleShot=True, interval=REST_MILLISECONDS)
        self._sharpening = QTimer(self, singleShot=True, interval=0)
        for timer in (self._rest, self._sharpening):
            timer.timeout.connect(self._sharpen)
        self._ants = MarchingAnts(view=self, overlays=self._overlays, reduced_motion=reduced_motion)
        self._composing = QTimer(self, singleShot=True, interval=0)
        # What is stale is composed where it is painted, so that no turn of the loop spends the time of two.
        self._composing.timeout.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._keys = ViewKeys(viewmodel=viewmodel)
        self._fingers = Fingers(navigation=viewmodel.navigation, gestures=viewmodel.gestures)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMinimumSize(160, 120)
        self._name()
        viewmodel.current.document_replaced.connect(self._on_replaced)
        viewmodel.current.document_changed.connect(self._on_changed)
        viewmodel.navigation.look_changed.connect(self._on_look_changed)
        viewmodel.overlays.overlay_changed.connect(self.update)
        viewmodel.aids.changed.connect(self.update)
        viewmodel.quick_mask.toggled.connect(self.update)
        viewmodel.quick_mask.changed.connect(self._on_mask_painted)
        viewmodel.overlays.outline_changed.connect(self._on_selection_outlined)
        viewmodel.gestures.outline_changed.connect(self._on_outline_changed)
        viewmodel.tools.tool_changed.connect(self._on_tool_changed)
        viewmodel.tools.options_changed.connect(self._outline.refresh)
        viewmodel.pouring.busy_changed.connect(self._on_tool_changed)
        self._on_replaced()

    def _name(self) -> None:
        self.setAccessibleName(tr("Canvas"))
        self.setAccessibleDescription(tr("The picture. Draw with the tool that is chosen at the left."))

    # Following the state

    def _on_replaced(self) -> None:
        self._picture.replace_document()
        self._on_selection_outlined()
        self._on_tool_changed()
        self.update()

    def _on_changed(self, change: DocumentChange) -> None:
        if change.size:
            self._picture.replace_document()
        elif not change.dirty.isEmpty():
            self.update(self._logical(self._picture.invalidate(change.dirty)))
        if change.size or change.guides:
            self.update()

    def _on_mask_painted(self, dirty: QRect) -> None:
        self.update(self._logical(self._picture.device_rect(dirty)))

    def _on_selection_outlined(self) -> None:
        self._overlays.forget_outline()
        self._ants.start_or_stop()
        self.update()

    def _on_look_changed(self) -> None:
        self._overlays.forget_outline()
        self._ants.forget_place()
        self._picture.follow_look()
        self._rest.start()
        self.update()

    def _sharpen(self) -> None:
        sharpened = self._picture.sharpen(theme_of(self))
        if not sharpened.isEmpty():
            self.update(self._logical(sharpened))
            self._sharpening.start()

    def _on_outline_changed(self) -> None:
        if not self._viewmodel.gestures.outline.isEmpty() or self._had_outline:
            self.update()
        self._had_outline = not self._viewmodel.gestures.outline.isEmpty()

    def _on_tool_changed(self) -> None:
        viewmodel = self._viewmodel
        cursor = CURSORS[viewmodel.tools.tool] if viewmodel.current.document else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.BusyCursor if viewmodel.pouring.busy else cursor)
        self._outline.refresh()

    def draw_small(self, painter: QPainter, area: QRectF, zoom: float) -> None:
        """The composite, with a painter in the document's coordinates, for who shows it small."""
        self._picture.draw_small(painter, area, zoom)

    @property
    def is_composed(self) -> bool:
        """Whether the composite that it shows is up to date."""
        return self._picture.is_composed

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        if not self._picture.refresh():
            self._composing.start()
        elif self._picture.take_refreshed():
            self.picture_refreshed.emit()
        self._picture.draw(theme)
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        whole = QRectF(self.rect())
        scale = self.devicePixelRatioF() * self._picture.scale
        painter.drawImage(
            whole, self._picture.image, QRectF(0, 0, whole.width() * scale, whole.height() * scale)
        )
        self._mask.draw(painter, theme, QRectF(event.rect()))
        self._aids.draw(painter, theme)
        self._overlays.draw(painter, theme, phase=self._ants.phase, gesture=self._viewmodel.gestures.outline)
        self._outline.draw(painter, theme)
        if self.hasFocus() and self._shows_focus:
            painter.setPen(QPen(theme.colour("accent"), FOCUS_RING))
            painter.drawRect(whole.adjusted(1, 1, -1, -1))
        painter.end()

    def _logical(self, device: QRect) -> QRect:
        ratio = self.devicePixelRatioF()
        return QTransform.fromScale(1 / ratio, 1 / ratio).mapRect(QRectF(device)).toAlignedRect()

    # The hand

    def _pointer(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> Pointer:
        return Pointer(self._navigation.to_document(at), at, modifiers=modifiers)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._shows_focus = False
        if self._comes_from_pen(event):
            return
        instead = None
        if event.button() == Qt.MouseButton.MiddleButton:
            instead = ToolName.PAN
        elif event.button() != Qt.MouseButton.LeftButton:
            return
        self._outline.move_to(event.position())
        if instead is ToolName.PAN or self._viewmodel.tools.tool is ToolName.PAN:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._viewmodel.gestures.press(self._pointer(event.position(), event.modifiers()), instead=instead)

    def _comes_from_pen(self, event: QMouseEvent) -> bool:
        """Whether the system made this event of a pen's, which has come as itself already."""
        made_up = event.source() != Qt.MouseEventSource.MouseEventNotSynthesized
        just_now = abs(event.timestamp() - self._pen_seen) < PEN_ECHO_MILLISECONDS and self._pen_seen > 0
        is_pen = event.device().type() == QInputDevice.DeviceType.Stylus
        return self._pen_down or is_pen or (made_up and just_now)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._comes_from_pen(event):
            return
        self._outline.move_to(event.position())
        if self._viewmodel.gestures.active:
            self._viewmodel.gestures.move(self._pointer(event.position(), event.modifiers()))
        else:
            self._viewmodel.gestures.hover(self._pointer(event.position(), event.modifiers()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._viewmodel.gestures.active and not self._comes_from_pen(event):
            self._viewmodel.gestures.release(self._pointer(event.position(), event.modifiers()))
        self._on_tool_changed()

    def tabletEvent(self, event: QTabletEvent) -> None:
        at = event.position()
        erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        self._pen_seen = event.timestamp()
        pointer = pen_pointer(event, self._navigation)
        self._outline.move_to(at)
        match event.type():
            case QEvent.Type.TabletPress if event.button() == Qt.MouseButton.LeftButton:
                self._pen_down = True
                instead = ToolName.ERASER if erases and self._viewmodel.tools.paints else None
                self._viewmodel.gestures.press(pointer, instead=instead)
            case QEvent.Type.TabletMove if self._pen_down:
                self._viewmodel.gestures.move(pointer)
            case QEvent.Type.TabletMove:
                self._viewmodel.gestures.hover(pointer)
            case QEvent.Type.TabletRelease if self._pen_down:
                self._pen_down = False
                self._viewmodel.gestures.release(pointer)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        by_fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase
        if by_fingers and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            # On a touchpad two fingers move the picture, and pinch to zoom.
            self._navigation.pan_by(QPointF(event.pixelDelta()))
        else:
            notches = event.angleDelta().y() / 120
            self._navigation.zoom_by(WHEEL_STEP**notches, event.position())
        self._outline.move_to(event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.NativeGesture and self._native_gesture(event):
            return True
        if isinstance(event, QTouchEvent) and self._fingers.take(event):
            return True
        return super().event(event)

    def _native_gesture(self, event: QEvent) -> bool:
        """Pinch and turn on a touchpad."""
        if not isinstance(event, QNativeGestureEvent):
            return False
        match event.gestureType():
            case Qt.NativeGestureType.ZoomNativeGesture:
                self._navigation.zoom_by(1 + event.value(), event.position())
            case Qt.NativeGestureType.RotateNativeGesture:
                self._navigation.rotate_to(self._navigation.angle + event.value(), event.position())
            case _:
                return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._hover_with_shift(event, down=True)
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def _hover_with_shift(self, event: QKeyEvent, *, down: bool) -> None:
        """The key alone changes what a press would do."""
        if event.key() == Qt.Key.Key_Shift and self._outline.at is not None:
            shift = Qt.KeyboardModifier.ShiftModifier if down else Qt.KeyboardModifier.NoModifier
            self._viewmodel.gestures.hover(self._pointer(self._outline.at, shift))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._hover_with_shift(event, down=False)
        if not self._keys.release(event):
            super().keyReleaseEvent(event)

    # The window around it

    def enterEvent(self, event: QEnterEvent) -> None:
        self._outline.move_to(event.position())

    def leaveEvent(self, _event: QEvent) -> None:
        self._outline.move_to(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_key = event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
        self._shows_focus = by_key
        self.update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self._viewmodel.tools.give_back()
        self._viewmodel.comparing.release()
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._take_size()

    def showEvent(self, _event: QShowEvent) -> None:
        self._take_size()
        self._ants.start_or_stop()
        if self.underMouse():
            self._outline.move_to(QPointF(self.mapFromGlobal(QCursor.pos())))

    def hideEvent(self, _event: QHideEvent) -> None:
        self._viewmodel.gestures.cancel()
        self._ants.stop()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._picture.redraw_all()
            self.update()
        elif event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    def _take_size(self) -> None:
        ratio = self.devicePixelRatioF()
        size = QSizeF(self.size())
        self._picture.resize((size * ratio).toSize())
        self._navigation.set_view(size, ratio)

    # Files from outside

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _droppable(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _droppable(event)
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)


def _droppable(event: QDropEvent) -> list[Path]:
    if event.mimeData().hasFormat(LAYER_MIME):
        # They are here already.
        return []
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in OPENABLE_ENDINGS]
