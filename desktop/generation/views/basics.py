"""What is chosen for nearly every picture: model, size, strength, seed and how many."""

from PySide6.QtCore import QRegularExpression, QSignalBlocker, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSlider, QSpinBox, QWidget

from desktop.generation.actions import Field, size_matters
from desktop.generation.editor_state import LARGEST_COUNT
from desktop.generation.viewmodel import RequestEditor
from desktop.generation.views.rows import (
    LEAST_CONTROL_WIDTH,
    Rows,
    choose,
    error_note,
    fill_choices,
    name_control,
    quiet_spin,
    show_note,
)
from desktop.generation.views.words import model_label, preset_name
from desktop.widgets.parts import icon_button
from desktop.widgets.translations import tr, tr_error
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import LARGEST_SEED


class BasicSettings(Rows):
    def __init__(self, parent: QWidget | None = None, *, editor: RequestEditor) -> None:
        super().__init__(parent)
        self._editor = editor
        self.model = QComboBox(self)
        self.preset = QComboBox(self)
        self.width_field = QSpinBox(self)
        self.height_field = QSpinBox(self)
        self.swap = icon_button("arrow-left-right", tr("Swap width and height"))
        self.strength_slider = QSlider(Qt.Orientation.Horizontal, self)
        self.strength = QSpinBox(self)
        self.seed = QLineEdit(self)
        self.random_seed = icon_button("dices", tr("Random seed"))
        self.last_seed = icon_button("repeat", tr("Seed of the last picture"))
        self.count = QSpinBox(self)
        for side in (self.width_field, self.height_field):
            side.setRange(16, 16384)
        self.strength.setRange(1, 100)
        self.strength_slider.setRange(1, 100)
        self.count.setRange(1, LARGEST_COUNT)
        self.seed.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,10}"), self.seed))
        for spin in (self.width_field, self.height_field, self.strength, self.count):
            quiet_spin(spin)
        self.strength.setFixedWidth(LEAST_CONTROL_WIDTH)
        self._times = QLabel("×", self)
        self._model_note, self._size_note = error_note(self), error_note(self)
        self._lay_out()
        self._connect()
        self.write_texts()

    def write_texts(self) -> None:
        self.strength.setSuffix("%")
        self.seed.setPlaceholderText(tr("random"))
        words: dict[QWidget, tuple[str, str]] = {
            self.model: (tr("Model"), tr("Which model paints")),
            self.preset: (tr("Size"), tr("Sizes that this model paints well")),
            self.width_field: (tr("Width"), tr("The new picture's width in pixels")),
            self.height_field: (tr("Height"), tr("The new picture's height in pixels")),
            self.swap: (tr("Swap width and height"), tr("Swap width and height")),
            self.strength: (tr("Strength"), tr("How much of what is there may change")),
            self.strength_slider: (tr("Strength"), tr("How much of what is there may change")),
            self.seed: (tr("Seed"), tr("The same seed gives the same picture; empty is random")),
            self.random_seed: (tr("Random seed"), tr("Another seed for every picture")),
            self.last_seed: (tr("Seed of the last picture"), tr("Keep the seed of the last picture")),
            self.count: (tr("Pictures"), tr("How many pictures are made at once")),
        }
        for control, (name, tip) in words.items():
            name_control(control, name, tip)
            if control in self._labels:
                self._labels[control].setText(name)
        self._show_models()
        self.show_state()

    def show_problems(self, problems: dict[Field, ErrorReport]) -> None:
        for note, problem in (
            (self._model_note, problems.get("model")),
            (self._size_note, problems.get("size")),
        ):
            show_note(note, tr_error(problem) if problem else "")

    def show_state(self) -> None:
        state = self._editor.state
        spins = (self.width_field, self.height_field, self.strength, self.strength_slider, self.count)
        blockers = [QSignalBlocker(control) for control in (*spins, self.seed)]
        self.width_field.setValue(state.width)
        self.height_field.setValue(state.height)
        percent = round(state.strength * 100)
        self.strength.setValue(percent)
        self.strength_slider.setValue(percent)
        self.count.setValue(state.count)
        text = str(state.seed) if state.seed_fixed else ""
        if self.seed.text() != text:
            self.seed.setText(text)
        for blocker in blockers:
            blocker.unblock()
        choose(self.model, state.model_id)
        if self.model.currentIndex() < 0:
            self.model.setPlaceholderText(state.model_name or tr("No model"))
        self._show_presets()

    def _lay_out(self) -> None:
        self._labels: dict[QWidget, QLabel] = {self.model: self.add(self.model)}
        self.add_note(self._model_note)
        self._labels[self.preset] = self.add(self.preset)
        self.add(self.width_field, self._times, self.height_field, self.swap)
        self.add_note(self._size_note)
        self._labels[self.strength_slider] = self.add(self.strength_slider, self.strength)
        self._labels[self.seed] = self.add(self.seed, self.random_seed, self.last_seed)
        self._labels[self.count] = self.add(self.count)

    def _connect(self) -> None:
        editor = self._editor
        self.model.activated.connect(lambda _place: editor.choose_model(self.model.currentData()))
        self.preset.activated.connect(self._use_preset)
        self.width_field.valueChanged.connect(lambda value: editor.change(width=value))
        self.height_field.valueChanged.connect(lambda value: editor.change(height=value))
        self.swap.clicked.connect(editor.swap_sides)
        self.strength.valueChanged.connect(lambda value: editor.change(strength=value / 100))
        self.strength_slider.valueChanged.connect(lambda value: editor.change(strength=value / 100))
        self.seed.textEdited.connect(self._seed_edited)
        self.random_seed.clicked.connect(lambda: editor.change(seed_fixed=False))
        self.last_seed.clicked.connect(editor.repeat_last_seed)
        self.count.valueChanged.connect(lambda value: editor.change(count=value))
        editor.state_changed.connect(self.show_state)
        editor.models_changed.connect(self._show_models)
        editor.action_changed.connect(self._show_action)
        editor.situation_changed.connect(self._show_presets)
        editor.submitted.connect(self._show_action)

    def _use_preset(self) -> None:
        width, height = self.preset.currentData()
        self._editor.change(width=width, height=height)

    def _seed_edited(self, text: str) -> None:
        if text:
            self._editor.change(seed=min(int(text), LARGEST_SEED), seed_fixed=True)
        else:
            self._editor.change(seed_fixed=False)

    def _show_models(self) -> None:
        fill_choices(self.model, {model.id: model_label(model) for model in self._editor.models})
        choose(self.model, self._editor.state.model_id)
        self._show_presets()

    def _show_presets(self) -> None:
        state, model = self._editor.state, self._editor.model
        presets = {(preset.width, preset.height): preset_name(preset) for preset in self._editor.presets}
        size = (state.width, state.height)
        if size not in presets:
            presets[size] = tr("Custom  {width} × {height}", width=state.width, height=state.height)
        fill_choices(self.preset, presets)
        choose(self.preset, size)
        for side in (self.width_field, self.height_field):
            side.setSingleStep(model.multiple if model else 8)
        self._show_action()

    def _show_action(self) -> None:
        """A size is asked for only where the result doesn't have that of the canvas or the selection."""
        matters = size_matters(self._editor.action, self._editor.opened, self._editor.situation)
        for control in (self.preset, self.width_field, self.height_field, self.swap):
            control.setEnabled(matters)
        self.last_seed.setEnabled(self._editor.last_seed is not None)
