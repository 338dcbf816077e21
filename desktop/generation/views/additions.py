"""What goes with the model: LoRAs, another VAE, pictures that lead it, seamless edges, a varied noise."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from desktop.generation.editor_state import ControlChoice
from desktop.generation.viewmodel import RequestEditor
from desktop.generation.views.addition_rows import ControlRow, LoraRow
from desktop.generation.views.rows import Rows, choose, fill_choices, name_control, quiet_spin
from desktop.generation.views.words import seamless_names
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.generation import LARGEST_SEED, LoraUse, ModelReference, Preprocessor
from shared.contracts.models import ModelFile, ModelKind

_LEADING: tuple[ModelKind, ...] = ("controlnet", "ip_adapter")


class Additions(QWidget):
    """Lists first, since they grow; then the single choices."""

    def __init__(self, parent: QWidget | None = None, *, editor: RequestEditor) -> None:
        super().__init__(parent)
        self._editor = editor
        self.lora_rows: list[LoraRow] = []
        self.control_rows: list[ControlRow] = []
        self.add_lora = QComboBox(self)
        self.add_control = QComboBox(self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        set_role(self.note, "quiet")
        self._loras, self._controls = QVBoxLayout(), QVBoxLayout()
        self._choices = Rows(self)
        self.vae = QComboBox(self)
        self.refiner = QComboBox(self)
        self.refiner_from = QSpinBox(self)
        self.refiner_from.setRange(1, 99)
        self.seamless = QComboBox(self)
        self.variation = QSpinBox(self)
        self.variation.setRange(0, 100)
        self.variation_seed = QDoubleSpinBox(self)  # a spin box of whole numbers ends at half of all seeds
        self.variation_seed.setDecimals(0)
        self.variation_seed.setRange(0, LARGEST_SEED)
        self.pickles = QCheckBox(self)
        for spin in (self.refiner_from, self.variation, self.variation_seed):
            quiet_spin(spin)
        rows = (self.vae, self.refiner, self.refiner_from, self.seamless, self.variation, self.variation_seed)
        self._labels: dict[QWidget, QLabel] = {control: self._choices.add(control) for control in rows}
        self._lay_out()
        self._connect()
        self.write_texts()

    def write_texts(self) -> None:
        fill_choices(self.seamless, seamless_names())
        for spin in (self.refiner_from, self.variation):
            spin.setSuffix(tr(" %"))
        self.pickles.setText(tr("Open old model files (.ckpt, .pt)"))
        words: dict[QWidget, tuple[str, str]] = {
            self.vae: (tr("VAE"), tr("What turns the model's numbers into a picture")),
            self.refiner: (tr("Refiner"), tr("SDXL's second model, which paints the last steps")),
            self.refiner_from: (tr("Refiner from"), tr("After how much of the steps the refiner takes over")),
            self.seamless: (
                tr("Seamless"),
                tr("Edges that fit together when the picture is laid beside itself"),
            ),
            self.variation: (tr("Variation"), tr("How much of another seed's noise is mixed in; 0 is none")),
            self.variation_seed: (tr("Its seed"), tr("The seed whose noise is mixed in")),
        }
        for control, (name, tip) in words.items():
            self._labels[control].setText(name)
            name_control(control, name, tip)
        name_control(self.add_lora, tr("Add a LoRA"), tr("Adds a style or a subject to the model"))
        name_control(self.add_control, tr("Add a control"), tr("A picture that leads the model"))
        name_control(
            self.pickles,
            tr("Open old model files (.ckpt, .pt)"),
            tr("They can hold a stranger's code: only their weights are read, and only if you allow it"),
        )
        self.show_files()

    def show_files(self) -> None:
        """After a look through the folders: what can be added to the chosen model."""
        fill_choices(self.add_lora, self._offered(tr("Add a LoRA…"), ("lora",)))
        fill_choices(self.add_control, self._offered(tr("Add a control…"), _LEADING))
        vaes: dict[ModelReference | None, str] = {None: tr("The model's own")}
        vaes |= {self._reference(file): file.name for file in self._fitting("vae")}
        own = self._editor.state.vae
        if own is not None and own not in vaes:
            vaes[own] = own.name or own.id
        fill_choices(self.vae, vaes)
        fill_choices(self.refiner, self._refiners())
        self.add_lora.setCurrentIndex(0)
        self.add_control.setCurrentIndex(0)
        self.show_state()

    def show_state(self) -> None:
        state = self._editor.state
        if [row.use.model.id for row in self.lora_rows] != [use.model.id for use in state.loras]:
            self._rebuild_loras()
        for lora_row, use in zip(self.lora_rows, state.loras, strict=True):
            lora_row.show_use(use)
        if [row.choice.model.id for row in self.control_rows] != [each.model.id for each in state.controls]:
            self._rebuild_controls()
        for control_row, choice in zip(self.control_rows, state.controls, strict=True):
            control_row.show_choice(choice)
        choose(self.vae, state.vae)
        choose(self.refiner, state.refiner)
        self._show_row(self.refiner, visible=self.refiner.count() > 1)
        self._show_row(self.refiner_from, visible=state.refiner is not None)
        choose(self.seamless, state.seamless)
        for spin, value in (
            (self.refiner_from, round(state.refiner_from * 100)),
            (self.variation, round(state.variation_strength * 100)),
            (self.variation_seed, state.variation_seed),
        ):
            with QSignalBlocker(spin):
                spin.setValue(value)
        self._show_row(self.variation_seed, visible=state.variation_strength > 0)
        with QSignalBlocker(self.pickles):
            self.pickles.setChecked(state.open_pickles)
        nothing = self.add_lora.count() == 1 and self.add_control.count() == 1
        self.note.setText(tr("LoRAs, VAEs and ControlNets in your model folders are offered here."))
        self.note.setVisible(nothing and not self.lora_rows and not self.control_rows)
        self.add_lora.setVisible(self.add_lora.count() > 1)
        self.add_control.setVisible(self.add_control.count() > 1)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACE)
        for lists in (self._loras, self._controls):
            lists.setSpacing(SPACE)
        layout.addWidget(self.note)
        layout.addLayout(self._loras)
        layout.addWidget(self.add_lora)
        layout.addLayout(self._controls)
        layout.addWidget(self.add_control)
        layout.addWidget(self._choices)
        layout.addWidget(self.pickles)

    def _connect(self) -> None:
        editor = self._editor
        self.add_lora.activated.connect(self._take_lora)
        self.add_control.activated.connect(self._take_control)
        self.vae.activated.connect(lambda _place: editor.change(vae=self.vae.currentData()))
        self.refiner.activated.connect(lambda _place: editor.change(refiner=self.refiner.currentData()))
        self.refiner_from.valueChanged.connect(lambda value: editor.change(refiner_from=value / 100))
        self.seamless.activated.connect(lambda _place: editor.change(seamless=self.seamless.currentData()))
        self.variation.valueChanged.connect(lambda value: editor.change(variation_strength=value / 100))
        self.variation_seed.valueChanged.connect(lambda value: editor.change(variation_seed=int(value)))
        self.pickles.toggled.connect(lambda checked: editor.change(open_pickles=checked))
        editor.state_changed.connect(self.show_state)
        editor.models_changed.connect(self.show_files)

    def _take_lora(self, _place: int) -> None:
        reference = self.add_lora.currentData()
        self.add_lora.setCurrentIndex(0)
        if isinstance(reference, ModelReference):
            self._editor.change(loras=(*self._editor.state.loras, LoraUse(model=reference)))

    def _take_control(self, _place: int) -> None:
        reference = self.add_control.currentData()
        self.add_control.setCurrentIndex(0)
        if isinstance(reference, ModelReference):
            added = ControlChoice(model=reference, preprocessor=self._first_preprocessor(reference))
            self._editor.change(controls=(*self._editor.state.controls, added))

    def _rebuild_loras(self) -> None:
        _empty(self._loras)
        self.lora_rows = []
        for place, use in enumerate(self._editor.state.loras):
            row = LoraRow(self, use=use, words=self._words_of(use.model))
            row.changed.connect(lambda changed, place=place: self._change_lora(place, changed))
            row.word_asked.connect(self._editor.add_to_prompt)
            self.lora_rows.append(row)
            self._loras.addWidget(row)

    def _rebuild_controls(self) -> None:
        _empty(self._controls)
        self.control_rows = []
        for place, choice in enumerate(self._editor.state.controls):
            row = ControlRow(self, choice=choice, is_adapter=self._kind_of(choice.model) == "ip_adapter")
            row.changed.connect(lambda changed, place=place: self._change_control(place, changed))
            row.picture_chosen.connect(lambda file, place=place: self._choose_picture(place, file))
            self.control_rows.append(row)
            self._controls.addWidget(row)

    def _change_lora(self, place: int, changed: LoraUse | None) -> None:
        """None takes it off."""
        loras = list(self._editor.state.loras)
        loras[place : place + 1] = [] if changed is None else [changed]
        self._editor.change(loras=tuple(loras))

    def _change_control(self, place: int, changed: ControlChoice | None) -> None:
        controls = list(self._editor.state.controls)
        controls[place : place + 1] = [] if changed is None else [changed]
        self._editor.change(controls=tuple(controls))

    def _choose_picture(self, place: int, file: Path) -> None:
        self._editor.start_choosing_control_picture(place, file)

    def _offered(self, title: str, kinds: tuple[ModelKind, ...]) -> dict[ModelReference | None, str]:
        """Under a first entry that says what the list is for."""
        offered: dict[ModelReference | None, str] = {None: title}
        offered.update((self._reference(file), file.name) for kind in kinds for file in self._fitting(kind))
        return offered

    def _fitting(self, kind: ModelKind) -> list[ModelFile]:
        model = self._editor.model
        return [
            file
            for file in self._editor.files
            if file.kind == kind and (file.family is None or model is None or file.family == model.family)
        ]

    def _refiners(self) -> dict[ModelReference | None, str]:
        """For an SDXL model those that are here, and in any case the one that is chosen."""
        model, chosen = self._editor.model, self._editor.state.refiner
        offered: dict[ModelReference | None, str] = {None: tr("No refiner")}
        if model is not None and model.family == "stable_diffusion_xl":
            for each in self._editor.models:
                if each.family == "stable_diffusion_xl_refiner":
                    same = chosen is not None and chosen.id == each.id
                    offered[chosen if same else ModelReference(id=each.id, name=each.name)] = each.name
        if chosen is not None and chosen not in offered:
            offered[chosen] = chosen.name or chosen.id
        return offered

    def _show_row(self, control: QWidget, *, visible: bool) -> None:
        self._labels[control].setVisible(visible)
        control.setVisible(visible)

    def _reference(self, file: ModelFile) -> ModelReference:
        return ModelReference(id=file.id, name=file.name)

    def _file(self, reference: ModelReference) -> ModelFile | None:
        return next((file for file in self._editor.files if file.id == reference.id), None)

    def _words_of(self, reference: ModelReference) -> tuple[str, ...]:
        file = self._file(reference)
        return () if file is None else file.trigger_words

    def _kind_of(self, reference: ModelReference) -> str:
        file = self._file(reference)
        return "controlnet" if file is None else file.kind

    def _first_preprocessor(self, reference: ModelReference) -> Preprocessor:
        if self._kind_of(reference) == "ip_adapter":
            return "none"
        return "scribble" if "scribble" in reference.name.lower() else "canny"


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
