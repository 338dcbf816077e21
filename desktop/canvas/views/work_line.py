"""What takes a while, over the picture that it is about: its name, how far it is, and a button that cancels it."""

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from desktop.canvas.viewmodels.working import Working
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr

SHOWN_AFTER_MILLISECONDS = 300
"""What is done sooner needs no words."""
BAR_WIDTH = 160
STEPS = 1000


class WorkLine(QWidget):
    def __init__(self, *, working: Working, parent: QWidget) -> None:
        super().__init__(parent)
        self._working = working
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "raised")
        self.label, self.bar, self.cancel = QLabel(), QProgressBar(), QPushButton()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR_WIDTH)
        set_dense(self.cancel)
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(2 * SPACE)
        for part in (self.label, self.bar, self.cancel):
            row.addWidget(part)
        self._late = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MILLISECONDS)
        self._late.timeout.connect(self._show_now)
        working.changed.connect(self._follow)
        self._name()
        self.hide()

    def _name(self) -> None:
        self.cancel.setText(tr("Cancel"))
        self.cancel.setToolTip(tr("Stop this and leave the picture as it was (Esc)"))
        self.bar.setAccessibleName(tr("Progress"))

    def _follow(self) -> None:
        work = self._working.current
        if work is None:
            self._late.stop()
            self.hide()
        elif self.isVisible():
            self._show_now()
        elif not self._late.isActive():
            self._late.start()

    def _show_now(self) -> None:
        work = self._working.current
        if work is None:
            return
        self.label.setText(work.label)
        self.setAccessibleName(work.label)
        self.bar.setRange(0, STEPS if work.part is not None else 0)
        if work.part is not None:
            self.bar.setValue(round(work.part * STEPS))
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """At the top middle of the view."""
        size = self.sizeHint()
        self.setGeometry((self._over.width() - size.width()) // 2, 2 * SPACE, size.width(), size.height())

    def _cancel(self) -> None:
        work = self._working.current
        if work is not None:
            work.cancel()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
