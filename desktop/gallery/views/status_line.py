"""What was done just now, with the way back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.gallery.viewmodel import GalleryLine
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr


class StatusLine(QWidget):
    """Stays until the next deed or until it is closed: nobody has to hurry."""

    undo_asked = Signal()
    cancel_asked = Signal()
    pause_asked = Signal()
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "raised")
        self._text = ElidedLabel()
        self.undo_button = QPushButton(tr("Undo"))
        self.undo_button.setToolTip(tr("Undo (Ctrl+Z)"))
        self.undo_button.clicked.connect(self.undo_asked)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setToolTip(tr("Stop importing; what is in already stays"))
        self._cancel.clicked.connect(self.cancel_asked)
        self._pause = QPushButton(tr("Pause"))
        self._pause.setToolTip(tr("Pause the import, or go on with it"))
        self._pause.clicked.connect(self.pause_asked)
        self._close = icon_button("x", tr("Close this message"))
        self._close.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self._text, 1)
        for button in (self.undo_button, self._pause, self._cancel):
            button.setAccessibleName(button.text())
            set_dense(button)
            row.addWidget(button)
        set_dense(self._close)
        row.addWidget(self._close)
        self.hide()

    def text(self) -> str:
        return self._text.text()

    def show_line(self, line: GalleryLine) -> None:
        self._text.setText(line.text)
        self.setAccessibleName(line.text)
        self.undo_button.setVisible(line.action == "undo")
        self._pause.setText(tr("Go on") if line.paused else tr("Pause"))
        self._pause.setAccessibleName(self._pause.text())
        for button in (self._cancel, self._pause):
            button.setVisible(line.action == "import")
        self._close.setVisible(line.action != "import")
        self.setVisible(bool(line.text))
