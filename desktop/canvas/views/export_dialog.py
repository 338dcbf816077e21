"""How a picture is handed on: its kind, its size, what it says of itself."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.viewmodels.exporting import LARGEST_EXPORT_SIDE, Exporting
from desktop.widgets.parts import LabelledSlider
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.imaging.encoding import Chroma, PictureKind, TiffCompression, has_transparency
from shared.imaging.provenance import Origin

WIDTH = 110 * SPACE
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


class ExportDialog(QDialog):
    """`export` is run when the artist has chosen; it asks for the name."""

    def __init__(self, parent: QWidget, *, exporting: Exporting, export: Callable[[], object]) -> None:
        super().__init__(parent)
        self._exporting = exporting
        self.setWindowTitle(tr("Export"))
        self.setMinimumWidth(WIDTH)
        self.kind = Choices(tr("Kind of file"), _kinds())
        self.quality = LabelledSlider(tr("Quality"), minimum=1, maximum=100)
        self.chroma = Choices(tr("Colour detail"), _chromas())
        self.lossless = QCheckBox(tr("Without loss"))
        self.compression = Choices(tr("Compression"), _compressions())
        self.picture_width = _side(tr("Width in pixels"))
        self.picture_height = _side(tr("Height in pixels"))
        self.background = Choices(tr("Behind what is transparent"), _backgrounds())
        self.marked = QCheckBox(tr("Say in the file how the picture was made"))
        self.mark_text = _quiet_text()
        self.with_recipe = QCheckBox(tr("Keep prompt, seed and model in the file"))
        self.recipe_text = _quiet_text()
        self.estimate = QLabel()
        set_role(self.estimate, "quiet")
        self._lay_out()
        self._connect(export)
        exporting.begin()
        self._show_options()
        self._show_estimate()

    def _lay_out(self) -> None:
        self._size_row = QWidget()
        size = QHBoxLayout(self._size_row)
        size.setContentsMargins(0, 0, 0, 0)
        size.setSpacing(2 * SPACE)
        size.addWidget(self.picture_width, 1)
        size.addWidget(QLabel("×"))
        size.addWidget(self.picture_height, 1)
        self._form = form = QFormLayout()
        form.setHorizontalSpacing(3 * SPACE)
        form.setVerticalSpacing(2 * SPACE)
        form.addRow(tr("Kind of file"), self.kind)
        for control in (self.quality, self.lossless):
            form.addRow(control)
        form.addRow(tr("Colour detail"), self.chroma)
        form.addRow(tr("Compression"), self.compression)
        form.addRow(tr("Size"), self._size_row)
        form.addRow(tr("Background"), self.background)
        words = QVBoxLayout()
        words.setSpacing(SPACE)
        for part in (self.marked, self.mark_text, self.with_recipe, self.recipe_text):
            words.addWidget(part)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self._buttons.addButton(tr("Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.export, "primary")
        cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        for button, text in ((self.export, tr("Export…")), (cancel, tr("Cancel"))):
            button.setText(text)
            button.setAccessibleName(text)
        bottom = QHBoxLayout()
        bottom.addWidget(self.estimate)
        bottom.addStretch(1)
        bottom.addWidget(self._buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(4 * SPACE)
        column.addLayout(form)
        column.addLayout(words)
        column.addLayout(bottom)

    def _connect(self, export: Callable[[], object]) -> None:
        model = self._exporting
        model.options_changed.connect(self._show_options)
        model.estimate_changed.connect(self._show_estimate)
        self.kind.activated.connect(lambda: model.choose_kind(self.kind.value))
        self.quality.value_changed.connect(lambda value: model.change_encoding(quality=round(value)))
        self.lossless.clicked.connect(lambda on: model.change_encoding(lossless=on))
        self.chroma.activated.connect(lambda: model.change_encoding(chroma=self.chroma.value))
        self.compression.activated.connect(lambda: model.change_encoding(compression=self.compression.value))
        self.picture_width.valueChanged.connect(model.set_width)
        self.picture_height.valueChanged.connect(model.set_height)
        self.background.activated.connect(lambda: model.change(background=self.background.value))
        self.marked.clicked.connect(lambda on: model.change(marked=on))
        self.with_recipe.clicked.connect(lambda on: model.change(with_recipe=on))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.accepted.connect(export)
        self.finished.connect(model.end)

    def _show_options(self) -> None:
        options, encoding = self._exporting.options, self._exporting.options.encoding
        kind = encoding.kind
        layered = self._exporting.layered
        self.kind.show_value(None if layered else kind)
        self.chroma.show_value(encoding.chroma)
        self.compression.show_value(encoding.compression)
        # A kind without transparency lies on white where no other ground was chosen.
        self.background.show_value(options.background or (None if has_transparency(kind) else WHITE))
        self.background.model().item(0).setEnabled(has_transparency(kind))  # type: ignore[attr-defined]
        self.quality.set_value(encoding.quality)
        self.lossless.setChecked(encoding.lossless)
        lossy = kind is PictureKind.JPEG or (kind is PictureKind.WEBP and not encoding.lossless)
        for row, shown in (
            (self.quality, lossy),
            (self.lossless, kind is PictureKind.WEBP),
            (self.chroma, kind is PictureKind.JPEG),
            (self.compression, kind is PictureKind.TIFF),
            (self._size_row, True),
            (self.background, True),
        ):
            self._form.setRowVisible(row, shown and not layered)
        for part in (self.with_recipe, self.recipe_text, self.estimate):
            part.setVisible(not layered)
        for box, side in zip((self.picture_width, self.picture_height), self._exporting.size, strict=True):
            with QSignalBlocker(box):
                box.setValue(side)
        self.marked.setChecked(options.marked)
        self.mark_text.setText(mark_words(self._exporting.origin, marked=options.marked))
        self.with_recipe.setEnabled(self._exporting.has_recipe)
        self.with_recipe.setChecked(options.with_recipe and self._exporting.has_recipe)
        self.recipe_text.setText(
            tr("Other programs read it as the text that A1111 writes.")
            if self._exporting.has_recipe
            else tr("The picture holds no recipe, or more than one.")
        )
        self.adjustSize()

    def _show_estimate(self) -> None:
        size = self._exporting.estimate
        self.estimate.setText(
            tr("Working out the size…") if size is None else tr("The file: {size}", size=size_words(size))
        )


def mark_words(origin: Origin | None, *, marked: bool) -> str:
    """What the mark will say, for who decides on it."""
    if not marked:
        return tr("The file will say nothing. Some markets ask by law that pictures made with AI are marked.")
    match origin:
        case "generated":
            return tr("It will say: made by a model (trainedAlgorithmicMedia).")
        case "composite":
            return tr("It will say: made with parts from a model (compositeWithTrainedAlgorithmicMedia).")
        case "edited":
            return tr("It will say: brought in from elsewhere and worked on by a person (humanEdits).")
        case "human":
            return tr("It will say: made by a person, without a model (digitalCreation).")
    return tr("Nothing is to be seen, so there is nothing to say.")


def size_words(size: int) -> str:
    if size < 1_000_000:
        return tr("{kilobytes} KB", kilobytes=max(1, round(size / 1000)))
    return tr("{megabytes} MB", megabytes=f"{size / 1_000_000:.1f}")


def _kinds() -> dict[PictureKind | None, str]:
    return {
        PictureKind.PNG: tr("PNG, without loss"),
        PictureKind.JPEG: tr("JPEG, small and without transparency"),
        PictureKind.WEBP: tr("WebP, small and with transparency"),
        PictureKind.TIFF: tr("TIFF, for print"),
        None: tr("PSD, with layers, for Photoshop"),
    }


def _chromas() -> dict[Chroma, str]:
    return {
        Chroma.FULL: tr("Full (4:4:4)"),
        Chroma.HALF: tr("Half (4:2:2)"),
        Chroma.QUARTER: tr("A quarter (4:2:0)"),
    }


def _compressions() -> dict[TiffCompression, str]:
    return {
        TiffCompression.DEFLATE: tr("Deflate, the smallest"),
        TiffCompression.LZW: tr("LZW, read by every program"),
        TiffCompression.NONE: tr("None"),
    }


def _backgrounds() -> dict[tuple[int, int, int] | None, str]:
    return {None: tr("Transparent"), WHITE: tr("White"), BLACK: tr("Black")}


class Choices(QComboBox):
    """One of several values of any kind, which Qt would not give back as they were."""

    def __init__(self, name: str, choices: Mapping[Any, str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._values = list(choices)
        self.addItems(list(choices.values()))

    @property
    def value(self) -> Any:
        return self._values[self.currentIndex()]

    def show_value(self, value: object) -> None:
        self.setCurrentIndex(self._values.index(value))


def _side(name: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, LARGEST_EXPORT_SIDE)
    box.setSuffix(" px")
    box.setKeyboardTracking(False)
    box.setAccessibleName(name)
    box.setToolTip(name)
    return box


def _quiet_text() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setIndent(6 * SPACE)
    set_role(label, "quiet")
    return label
