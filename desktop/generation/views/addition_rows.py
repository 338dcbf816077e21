"""One LoRA, and one picture that leads the model: each with how much it counts, and a way to take it off."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.generation.editor_state import ControlChoice
from desktop.generation.views.rows import choose, fill_choices, name_control, quiet_spin
from desktop.generation.views.words import preprocessor_names
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.generation import LoraUse

_WEIGHT_WIDTH = 14 * SPACE
_SHARE_WIDTH = 17 * SPACE
_MOST_WORDS = 12


class LoraRow(QWidget):
    changed = Signal(object)
    """The LoraUse as it is now, or None to take it off."""
    word_asked = Signal(str)
    """A trigger word that the prompt shall hold."""

    def __init__(self, parent: QWidget | None = None, *, use: LoraUse, words: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.use = use
        self.name = ElidedLabel(use.model.name or use.model.id, quiet=True)
        self.weight = _weight_spin(self, -2.0, 2.0)
        self.words = QToolButton(self)
        self.words.setText("…")
        self.words.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.words.setVisible(bool(words))
        menu = QMenu(self.words)
        for word in words[:_MOST_WORDS]:
            menu.addAction(word, lambda word=word: self.word_asked.emit(word))
        self.words.setMenu(menu)
        self.remove = icon_button("x", tr("Take it off"))
        name_control(
            self.weight,
            tr("Weight of {name}", name=self.name.text()),
            tr("How much it counts; 1 is as it was made"),
        )
        name_control(
            self.words,
            tr("Trigger words"),
            tr("Words that it was trained with: choose one to add it to the prompt"),
        )
        name_control(self.remove, tr("Take it off"), tr("Paint without it"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.name, 1)
        for control in (self.words, self.weight, self.remove):
            row.addWidget(control)
        self.weight.valueChanged.connect(
            lambda value: self.changed.emit(self.use.model_copy(update={"weight": round(value, 2)}))
        )
        self.remove.clicked.connect(lambda: self.changed.emit(None))

    def show_use(self, use: LoraUse) -> None:
        self.use = use
        with QSignalBlocker(self.weight):
            self.weight.setValue(use.weight)


class ControlRow(QWidget):
    changed = Signal(object)
    """The ControlChoice as it is now, or None to take it off."""
    picture_chosen = Signal(object)
    """A file's path."""

    def __init__(self, parent: QWidget | None = None, *, choice: ControlChoice, is_adapter: bool) -> None:
        super().__init__(parent)
        self.choice = choice
        self.name = ElidedLabel(choice.model.name or choice.model.id, quiet=True)
        self.weight = _weight_spin(self, 0.0, 2.0)
        self.remove = icon_button("x", tr("Take it off"))
        self.picture = QPushButton(self)
        self.preprocessor = QComboBox(self)
        fill_choices(self.preprocessor, preprocessor_names())
        self.preprocessor.setVisible(not is_adapter)
        self.start, self.end = (_share_spin(self) for _ in range(2))
        steps, to = QLabel(tr("Steps"), self), QLabel(tr("to"), self)
        for label in (steps, to):
            set_role(label, "quiet")
        name_control(
            self.weight,
            tr("Weight of {name}", name=self.name.text()),
            tr("How closely its picture is followed"),
        )
        name_control(self.remove, tr("Take it off"), tr("Paint without it"))
        name_control(self.start, tr("From"), tr("From which of the picture's steps on it leads"))
        name_control(self.end, tr("To"), tr("To which of the picture's steps it leads"))
        name_control(self.preprocessor, tr("Lines"), tr("How the picture is made into lines first"))
        first, second, third = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (first, second, third):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(SPACE)
        first.addWidget(self.name, 1)
        first.addWidget(self.weight)
        first.addWidget(self.remove)
        second.addWidget(self.picture, 1)
        second.addWidget(self.preprocessor, 1)
        third.addWidget(steps, 1)
        for part in (self.start, to, self.end):
            third.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addLayout(third)
        self.weight.valueChanged.connect(lambda value: self._change(weight=round(value, 2)))
        self.start.valueChanged.connect(lambda value: self._change(start=value / 100))
        self.end.valueChanged.connect(lambda value: self._change(end=value / 100))
        self.preprocessor.activated.connect(
            lambda _place: self._change(preprocessor=self.preprocessor.currentData())
        )
        self.remove.clicked.connect(lambda: self.changed.emit(None))
        self.picture.clicked.connect(self._ask_for_picture)

    def show_choice(self, choice: ControlChoice) -> None:
        self.choice = choice
        with QSignalBlocker(self.weight):
            self.weight.setValue(choice.weight)
        start, end = round(choice.start * 100), round(choice.end * 100)
        with QSignalBlocker(self.start), QSignalBlocker(self.end):
            self.start.setRange(0, end - 1)
            self.end.setRange(start + 1, 100)
            self.start.setValue(start)
            self.end.setValue(end)
        choose(self.preprocessor, choice.preprocessor)
        shown = choice.image_name or (tr("A picture") if choice.image else tr("The canvas"))
        self.picture.setText(shown)
        name_control(
            self.picture, shown, tr("The picture that leads: the canvas as it is, or one from a file")
        )

    def _change(self, **values: object) -> None:
        self.changed.emit(self.choice.model_copy(update=values))

    def _ask_for_picture(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("The canvas"), lambda: self._change(image=None, image_name=""))
        menu.addAction(tr("A picture from a file…"), self._open_dialog)
        menu.popup(self.picture.mapToGlobal(self.picture.rect().bottomLeft()))

    def _open_dialog(self) -> None:
        dialog = QFileDialog(self, tr("A picture that leads the model"))
        dialog.setNameFilter(tr("Pictures") + " (*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp)")
        dialog.fileSelected.connect(lambda name: self.picture_chosen.emit(Path(name)))
        dialog.open()


def _share_spin(parent: QWidget) -> QSpinBox:
    """A share of the steps."""
    spin = QSpinBox(parent)
    spin.setSuffix(tr(" %"))
    spin.setFixedWidth(_SHARE_WIDTH)
    quiet_spin(spin)
    return spin


def _weight_spin(parent: QWidget, lowest: float, highest: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox(parent)
    spin.setRange(lowest, highest)
    spin.setDecimals(2)
    spin.setSingleStep(0.05)
    spin.setFixedWidth(_WEIGHT_WIDTH)
    quiet_spin(spin)
    return spin
