"""What is rarely touched: sampling, guidance and how a selection is repainted."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget

from desktop.generation.viewmodel import RequestEditor
from desktop.generation.views.rows import Rows, choose, fill_choices, name_control, quiet_spin
from desktop.generation.views.words import (
    SAMPLER_NAMES,
    area_names,
    intent_names,
    schedule_names,
    speed_names,
)
from desktop.widgets.translations import tr

FRAME = "frame"
AUTOMATIC = -1
"""What a spin box shows as the word for None."""
WIDEST_FEATHER = 512


class AdvancedSettings(Rows):
    def __init__(self, parent: QWidget | None = None, *, editor: RequestEditor) -> None:
        super().__init__(parent)
        self._editor = editor
        self.steps = QSpinBox(self)
        self.steps.setRange(1, 150)
        self.guidance = QDoubleSpinBox(self)
        self.guidance.setRange(0, 30)
        self.guidance.setDecimals(1)
        self.guidance.setSingleStep(0.5)
        self.sampler = QComboBox(self)
        self.schedule = QComboBox(self)
        self.speed = QComboBox(self)
        self.clip_skip = QSpinBox(self)
        self.clip_skip.setRange(1, 12)
        self.intent = QComboBox(self)
        self.area = QComboBox(self)
        self.feather = QSpinBox(self)
        self.grow = QSpinBox(self)
        for spin in (self.feather, self.grow):
            spin.setRange(AUTOMATIC, WIDEST_FEATHER)
        for number in (self.steps, self.guidance, self.clip_skip, self.feather, self.grow):
            quiet_spin(number)
        controls = (
            self.steps,
            self.guidance,
            self.sampler,
            self.schedule,
            self.speed,
            self.clip_skip,
            self.intent,
            self.area,
            self.feather,
            self.grow,
        )
        self._labels: dict[QWidget, QLabel] = {control: self.add(control) for control in controls}
        self.steps.valueChanged.connect(lambda value: editor.change(steps=value))
        self.guidance.valueChanged.connect(lambda value: editor.change(guidance_scale=round(value, 1)))
        self.clip_skip.valueChanged.connect(lambda value: editor.change(clip_skip=value))
        self.feather.valueChanged.connect(lambda value: editor.change(feather=_length(value)))
        self.grow.valueChanged.connect(lambda value: editor.change(grow=_length(value)))
        self.sampler.activated.connect(lambda _place: editor.change(sampler=self.sampler.currentData()))
        self.schedule.activated.connect(lambda _place: editor.change(schedule=self.schedule.currentData()))
        self.speed.activated.connect(lambda _place: editor.change(speed=self.speed.currentData()))
        self.intent.activated.connect(lambda _place: editor.change(intent=self.intent.currentData()))
        self.area.activated.connect(lambda _place: editor.change(area=self.area.currentData()))
        editor.state_changed.connect(self.show_state)
        editor.situation_changed.connect(lambda _situation: self._show_area())
        self.write_texts()

    def write_texts(self) -> None:
        fill_choices(self.sampler, SAMPLER_NAMES)
        fill_choices(self.schedule, schedule_names())
        fill_choices(self.speed, speed_names())
        fill_choices(self.intent, intent_names())
        self.area.clear()
        fill_choices(self.area, area_names())
        for spin in (self.feather, self.grow):
            spin.setSpecialValueText(tr("Automatic"))
            spin.setSuffix(tr(" px"))
        words: dict[QWidget, tuple[str, str]] = {
            self.steps: (tr("Steps"), tr("How many steps a picture takes: more is slower and finer")),
            self.guidance: (tr("Guidance"), tr("How closely the picture follows the prompt")),
            self.sampler: (tr("Sampler"), tr("The method that turns noise into the picture")),
            self.schedule: (tr("Schedule"), tr("How the noise is spread over the steps")),
            self.speed: (
                tr("Speed"),
                tr(
                    "Exact is the model's own picture. Fast takes half the time or less and changes details; Fastest "
                    "less still, changes more, and on an NVIDIA GPU prepares for a minute before its first picture"
                ),
            ),
            self.clip_skip: (tr("Clip skip"), tr("Which layer of the text encoder is read, from the last")),
            self.intent: (tr("Intent"), tr("What is done to the selection before it is painted")),
            self.area: (tr("Area"), tr("How much around the selection the model sees")),
            self.feather: (tr("Feather"), tr("How softly the selection's edge is painted over; 0 is hard")),
            self.grow: (tr("Grow"), tr("How far beyond the selection is painted")),
        }
        for control, (name, tip) in words.items():
            self._labels[control].setText(name)
            name_control(control, name, tip)
        self.show_state()

    def show_state(self) -> None:
        state = self._editor.state
        blockers = [
            QSignalBlocker(spin)
            for spin in (self.steps, self.guidance, self.clip_skip, self.feather, self.grow)
        ]
        self.steps.setValue(state.steps)
        self.guidance.setValue(state.guidance_scale)
        self.clip_skip.setValue(state.clip_skip)
        self.feather.setValue(AUTOMATIC if state.feather is None else state.feather)
        self.grow.setValue(AUTOMATIC if state.grow is None else state.grow)
        for blocker in blockers:
            blocker.unblock()
        choose(self.sampler, state.sampler)
        choose(self.schedule, state.schedule)
        choose(self.speed, state.speed)
        choose(self.intent, state.intent)
        self._show_area()
        for spin in (self.feather, self.grow):
            # A special value hides its suffix anyway, but the screen reader reads the text.
            spin.setAccessibleDescription(spin.text())

    def _show_area(self) -> None:
        """A frame that is drawn on the canvas says it all, and leaves nothing to choose."""
        framed = self._editor.situation.frame is not None
        if framed is not (self.area.findData(FRAME) >= 0):
            fill_choices(self.area, {FRAME: tr("Frame on the canvas")} if framed else area_names())
        self.area.setEnabled(not framed)
        choose(self.area, FRAME if framed else self._editor.state.area)


def _length(value: int) -> int | None:
    return None if value == AUTOMATIC else value
