"""Keys that mean something only on the picture: tools lent while a key is down, nudges, what is in hand."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.comparing import Before

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
LONG_STEP = 10
"""Pixels that an arrow key with Shift moves by."""
HELD_PICTURES = {Qt.Key.Key_Backslash: Before.OPENED, Qt.Key.Key_Bar: Before.WITHOUT_LAYER}
"""What the picture is compared with while the key is down (the same key, without and with Shift)."""
HELD_TOOLS = {Qt.Key.Key_Space: ToolName.PAN, Qt.Key.Key_R: ToolName.ROTATE}

PICKED_FOR = frozenset({ToolName.BRUSH, ToolName.FILL, ToolName.GRADIENT, ToolName.PICKER})
"""Alt lends the picker to these, which have no other use for it."""


class ViewKeys:
    def __init__(self, *, viewmodel: CanvasViewModel) -> None:
        self._viewmodel = viewmodel

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        key = Qt.Key(event.key())
        if key in HELD_TOOLS and not event.modifiers():
            if not event.isAutoRepeat() and not self._viewmodel.gestures.active:
                self._viewmodel.tools.lend(HELD_TOOLS[key])
            return True
        if key == Qt.Key.Key_Alt and self._viewmodel.tools.tool in PICKED_FOR:
            if not event.isAutoRepeat() and not self._viewmodel.gestures.active:
                self._viewmodel.tools.lend(ToolName.PICKER)
            return True
        if key in HELD_PICTURES:
            if not event.isAutoRepeat() and not self._viewmodel.gestures.active:
                self._viewmodel.comparing.hold(HELD_PICTURES[key])
            return True
        if key in ARROWS:
            dx, dy = ARROWS[key]
            step = LONG_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._viewmodel.nudge(dx * step, dy * step)
            return True
        return self._ends_gesture(key)

    def release(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if event.isAutoRepeat():
            return False
        if key in HELD_TOOLS or (key == Qt.Key.Key_Alt and self._viewmodel.tools.tool is ToolName.PICKER):
            self._viewmodel.tools.give_back()
        elif key in HELD_PICTURES:
            self._viewmodel.comparing.release()
        return key in HELD_TOOLS or key in HELD_PICTURES

    def _ends_gesture(self, key: Qt.Key) -> bool:
        """Whether the key meant the gesture in hand, or what is pending between gestures."""
        gestures = self._viewmodel.gestures
        if key == Qt.Key.Key_Escape and gestures.active:
            gestures.cancel()
            return True
        deeds = {
            Qt.Key.Key_Escape: gestures.give_up,
            Qt.Key.Key_Return: gestures.accept,
            Qt.Key.Key_Enter: gestures.accept,
            Qt.Key.Key_Backspace: gestures.step_back,
        }
        if gestures.pending and key in deeds:
            deeds[key]()
            return True
        work = self._viewmodel.working.current
        if key == Qt.Key.Key_Escape and work is not None:
            work.cancel()
            return True
        return False
