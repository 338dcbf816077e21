"""What the canvas says while there is nothing on it: what this is, and one thing to do."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.canvas.service import Recoverable
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.document_dialogs import DocumentDialogs
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

MOST_RECOVERABLE = 3
TEXT_WIDTH = SPACE * 96


class EmptyCanvas(QWidget):
    """Without a document: new, open, and what was left unsaved. The rest of the surface lets drops through."""

    def __init__(self, *, viewmodel: CanvasViewModel, dialogs: DocumentDialogs) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._title = QLabel()
        set_role(self._title, "title")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setFixedWidth(TEXT_WIDTH)
        set_role(self._text, "quiet")
        self.new = QPushButton()
        self.open = QPushButton()
        self._left = QVBoxLayout()
        self._left.setSpacing(0)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * SPACE)
        buttons.addStretch(1)
        buttons.addWidget(self.new)
        buttons.addWidget(self.open)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(3 * SPACE)
        column.addStretch(2)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addLayout(self._left)
        column.addStretch(3)
        self.new.clicked.connect(dialogs.new)
        self.open.clicked.connect(dialogs.open)
        viewmodel.files.recoverable_changed.connect(self._list_recoverable)
        self._name()

    def _name(self) -> None:
        title = tr("Nothing on the easel yet")
        text = tr(
            "Describe a picture at the right and press Generate. "
            "Or start a page of your own, or drop a picture here."
        )
        self._title.setText(title)
        self._text.setText(text)
        # A layout gives a wrapping label too little height where it is not stretched.
        self._text.setMinimumHeight(self._text.heightForWidth(TEXT_WIDTH))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        for button, label, shortcut in (
            (self.new, tr("New picture…"), "Ctrl+N"),
            (self.open, tr("Open…"), "Ctrl+O"),
        ):
            button.setText(label)
            button.setAccessibleName(label)
            button.setToolTip(f"{label} ({shortcut})")
        self._list_recoverable()

    def _list_recoverable(self) -> None:
        while (item := self._left.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for recoverable in self._viewmodel.files.recoverable[:MOST_RECOVERABLE]:
            self._left.addWidget(self._button_for(recoverable), 0, Qt.AlignmentFlag.AlignHCenter)

    def _button_for(self, recoverable: Recoverable) -> QPushButton:
        title = recoverable.title or tr("Untitled")
        text = tr("Go on with “{title}”", title=title)
        moment = recoverable.updated_at.astimezone().strftime("%x %H:%M")
        button = QPushButton(text)
        set_role(button, "flat")
        button.setAccessibleName(text)
        button.setToolTip(tr("Left open on {moment}", moment=moment))
        button.clicked.connect(lambda: self._viewmodel.tasks.start(self._viewmodel.files.reopen(recoverable)))
        return button

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)
