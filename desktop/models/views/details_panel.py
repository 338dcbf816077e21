"""Everything of one model, at the right: its picture, what it is, the words that call it, and what can be done."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.models.entries import Entry
from desktop.models.viewmodel import ModelList
from desktop.models.views.actions import actions_of
from desktop.models.words import FAMILY_NAMES, family_name, kind_name, size_text
from desktop.widgets.icons import icon
from desktop.widgets.parts import ElidedLabel
from desktop.widgets.theme import PANEL_WIDTH, SPACE, set_dense, set_role
from desktop.widgets.translations import tr, tr_advice, tr_message
from shared.contracts.models import ModelFamily

PICTURE_SIDE = PANEL_WIDTH - 6 * SPACE
_PREDICTIONS = ("", "epsilon", "v_prediction")


class DetailsPanel(QScrollArea):
    hub_search_asked = Signal(str)
    add_folder_asked = Signal()

    def __init__(self, models: ModelList) -> None:
        super().__init__()
        self._models = models
        self._entry: Entry | None = None
        self._picture: QLabel | None = None
        self.setFixedWidth(PANEL_WIDTH)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Details"))
        models.current_changed.connect(self.show_entry)
        models.previews.ready.connect(self._picture_came)
        self.show_entry(None)

    def show_entry(self, entry: Entry | None) -> None:
        self._entry = entry
        self._picture = None
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        self._column.setSpacing(2 * SPACE)
        if entry is None:
            self._add_text(tr("Choose a model to see what it is and what it needs."), "quiet")
        else:
            self._fill(entry)
        self._column.addStretch()
        self.setWidget(content)

    def _fill(self, entry: Entry) -> None:
        self._add_picture(entry)
        self._add_text(entry.name, "title")
        for text in self._troubles(entry):
            self._add_text(text, "quiet")
        self._add_facts(entry)
        if entry.file is not None and entry.file.trigger_words:
            self._add_words(entry)
        self._add_buttons(entry)
        if entry.copies:
            self._add_copies(entry)

    def _troubles(self, entry: Entry) -> list[str]:
        texts: list[str] = []
        if entry.problem is not None:
            texts += [tr_message(entry.problem), tr_advice(entry.problem)]
        if entry.state == "consent":
            texts.append(
                tr(
                    "This file is a pickle: whoever made it could have put a program into it, which runs when it is "
                    "opened. Pentimento opens it only on your word, in the advanced settings beside the prompt. "
                    "Most models are there as .safetensors too, which cannot do that."
                )
            )
        if entry.state == "missing":
            texts.append(
                tr(
                    "It was here before. If you moved it, add the folder where it lies now: "
                    "it is recognised by its content."
                )
            )
        texts += self._needs(entry)
        return [text for text in texts if text]

    def _needs(self, entry: Entry) -> list[str]:
        """What is missing beside it."""
        file, needs = entry.file, []
        if file is None or entry.state != "here":
            return []
        if file.needs_image_encoder:
            needs.append(tr("It also needs an image encoder (CLIP vision) beside it."))
        families = {model.family for model in self._models.models}
        if entry.kind != "checkpoint" and file.family is not None and file.family not in families:
            needs.append(
                tr(
                    "It works with {family}, and there is no such model here.",
                    family=family_name(file.family),
                )
            )
        return needs

    def _add_picture(self, entry: Entry) -> None:
        preview = entry.file.preview if entry.file else None
        if preview is None:
            return
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(tr("Preview"))
        self._column.addWidget(self._picture)
        self._show_picture(preview)

    def _show_picture(self, preview: Path) -> None:
        scale = self.devicePixelRatioF()
        image = self._models.previews.image(preview, round(PICTURE_SIDE * scale))
        if image is not None and self._picture is not None:
            picture = QPixmap.fromImage(image).scaled(
                round(PICTURE_SIDE * scale),
                round(PICTURE_SIDE * scale),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            picture.setDevicePixelRatio(scale)
            self._picture.setPixmap(picture)

    def _picture_came(self, path: Path) -> None:
        if self._entry is not None and self._entry.file is not None and self._entry.file.preview == path:
            self._show_picture(path)

    def _add_facts(self, entry: Entry) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(3 * SPACE)
        form.setVerticalSpacing(SPACE)
        if entry.kind is not None:
            _add(form, tr("Kind"), QLabel(kind_name(entry.kind)))
        if entry.file is not None and entry.kind != "upscaler":
            _add(form, tr("Works with"), self._family(entry))
        description = entry.file.description if entry.file else None
        if description is not None:
            side = description.native_side
            _add(form, tr("Paints best at"), QLabel(f"{side} × {side}"))
            if description.family == "stable_diffusion_2":
                _add(form, tr("Predicts"), self._prediction(entry))
        if entry.size_bytes:
            _add(form, tr("Size"), QLabel(size_text(entry.size_bytes)))
        if entry.memory_needed:
            _add(form, tr("Memory"), QLabel(tr("about {size}", size=size_text(entry.memory_needed))))
        if entry.short_hash:
            _add(form, tr("Hash"), _selectable(entry.short_hash))
        if entry.file is not None and entry.file.alias and entry.file.alias != entry.name:
            _add(form, tr("Called"), _selectable(entry.file.alias))
        _add(form, tr("Lies in"), ElidedLabel(str(entry.path.parent)))
        self._column.addLayout(form)

    def _family(self, entry: Entry) -> QWidget:
        """A choice where neither the file nor its maker tells."""
        told = entry.file is not None and entry.file.family_told
        if entry.kind == "checkpoint" or told:
            return QLabel(family_name(entry.family))
        choice = QComboBox()
        choice.setAccessibleName(tr("Works with"))
        choice.setToolTip(tr("The file does not say it"))
        choice.addItem(tr("not known"), None)
        for family, name in FAMILY_NAMES.items():
            choice.addItem(name, family)
        choice.setCurrentIndex(choice.findData(entry.family))
        choice.activated.connect(partial(self._family_chosen, entry, choice))
        set_dense(choice)
        return choice

    def _family_chosen(self, entry: Entry, choice: QComboBox, _index: int) -> None:
        family: ModelFamily | None = choice.currentData()
        self._models.set_family(entry, family)

    def _prediction(self, entry: Entry) -> QWidget:
        """Of Stable Diffusion 2 there are two kinds, and many files do not say which they are."""
        choice = QComboBox()
        choice.setAccessibleName(tr("Predicts"))
        choice.setToolTip(tr("If pictures come out as noise or in flat colours, choose the other one"))
        texts = {"": tr("as most do"), "epsilon": tr("noise (epsilon)"), "v_prediction": tr("velocity (v)")}
        for value in _PREDICTIONS:
            choice.addItem(texts[value], value)
        description = entry.file.description if entry.file else None
        choice.setCurrentIndex(choice.findData((description and description.prediction_type) or ""))
        choice.activated.connect(lambda _index: self._models.set_prediction(entry, choice.currentData()))
        set_dense(choice)
        return choice

    def _add_words(self, entry: Entry) -> None:
        words = ", ".join(entry.file.trigger_words) if entry.file else ""
        self._column.addSpacing(SPACE)
        self._add_text(tr("Words that call it"), "small")
        self._add_text(words, "plain")
        copy = QPushButton(icon("clipboard-copy"), tr("Copy the words"))
        copy.setAccessibleName(copy.text())
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(words))
        set_dense(copy)
        self._column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeading)

    def _add_buttons(self, entry: Entry) -> None:
        """Each does something about this very model; what leads away comes last."""
        self._column.addSpacing(2 * SPACE)
        for action in actions_of(entry, self._models):
            is_use = action.name in {"paint", "insert"}
            button = QPushButton(icon(action.icon, role="on_accent" if is_use else "text"), action.text)
            button.setAccessibleName(action.text)
            button.setObjectName(action.name)
            button.setToolTip(action.tip or action.text)
            button.clicked.connect(partial(self._act, entry, action.name))
            if is_use:
                set_role(button, "primary")
            self._column.addWidget(button)

    def _act(self, entry: Entry, name: str, _checked: object = None) -> None:
        models = self._models
        if name == "paint":
            models.paint_with(entry)
        elif name == "insert":
            models.insert_words(entry.prompt_text)
        elif name == "show":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.path.parent)))
        elif name == "look":
            models.look_again()
        elif name == "forget":
            models.forget(entry)
        elif name == "forget_folder":
            models.remove_folder(entry.path)
        elif name == "add_folder":
            self.add_folder_asked.emit()
        elif name == "search":
            self.hub_search_asked.emit(entry.path.stem)
        elif name == "trash":
            self._ask_to_trash(entry)

    def _ask_to_trash(self, entry: Entry) -> None:
        box = QMessageBox(self)
        box.setObjectName("trash_question")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("Move to the trash"))
        box.setText(tr("Move {name} to the system's trash?", name=entry.path.name))
        box.setInformativeText(tr("You can take it out of there again until you empty it."))
        move = box.addButton(tr("Move to the trash"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.buttonClicked.connect(lambda button: self._models.trash(entry) if button is move else None)
        box.open()

    def _add_copies(self, entry: Entry) -> None:
        self._column.addSpacing(SPACE)
        self._add_text(tr("The same content lies in"), "small")
        for path in entry.copies:
            button = QPushButton(path.name)
            button.setAccessibleName(str(path))
            button.setToolTip(str(path))
            button.setStyleSheet("text-align: left;")
            set_role(button, "flat")
            button.clicked.connect(partial(self._choose, path))
            self._column.addWidget(button)

    def _choose(self, path: Path, _checked: object = None) -> None:
        self._models.choose(path)

    def _add_text(self, text: str, role: str) -> None:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setProperty("role", role)
        self._column.addWidget(label)


def _selectable(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _add(form: QFormLayout, name: str, field: QWidget) -> None:
    label = QLabel(name)
    set_role(label, "quiet")
    form.addRow(label, field)
