"""Writes a text layer: what it says and how it looks, seen on the picture at each change."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFontComboBox,
    QFormLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.texts import LARGEST_SIZE, LONGEST_TEXT, SMALLEST_SIZE, TextAlign, TextContent
from desktop.canvas.viewmodels.writing import Writing
from desktop.canvas.views.colour_panel import ColourPanel
from desktop.canvas.views.painting_options import combo, fill_combo, name_box, show_choice
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport


class TextDialog(QDialog):
    """`writing` is in the middle of an edit; closing the dialog any other way than by its button takes it back."""

    def __init__(self, *, writing: Writing, content: TextContent, parent: QWidget) -> None:
        super().__init__(parent)
        self._writing = writing
        self._colour = QColor(content.colour)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Text"))
        self.errors = ErrorLine()
        self.text = QPlainTextEdit(content.text)
        self.family = QFontComboBox()
        self.size_slider = compact_slider(minimum=SMALLEST_SIZE, maximum=400)
        self.spacing = compact_slider(minimum=50, maximum=400, suffix="%")
        self.bold, self.italic = QCheckBox(), QCheckBox()
        self.align = combo()
        self.colour = QPushButton()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._name()
        self._lay_out()
        self._show(content)
        self._connect()
        self.text.setFocus()
        self.resize(96 * SPACE, 90 * SPACE)

    def content(self) -> TextContent:
        return TextContent(
            text=self.text.toPlainText()[:LONGEST_TEXT],
            family=self.family.currentFont().family(),
            size=min(max(self.size_slider.value(), SMALLEST_SIZE), LARGEST_SIZE),
            bold=self.bold.isChecked(),
            italic=self.italic.isChecked(),
            colour=self._colour.name(),
            align=self.align.currentData(),
            line_spacing=self.spacing.value() / 100,
        )

    def open_colours(self) -> ColourPanel:
        panel = ColourPanel(colour=self._colour, parent=self)
        panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        panel.colour_changed.connect(self._take_colour)
        panel.show_beside(self.colour)
        return panel

    def _take_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.colour.setText(colour.name())
        self._change()

    def _change(self, *_value: object) -> None:
        self._writing.change(self.content())

    def _tell(self, report: ErrorReport | None) -> None:
        if report is None:
            self.errors.clear()
        else:
            self.errors.show_error(report)

    def _show(self, content: TextContent) -> None:
        if content.family:
            self.family.setCurrentFont(QFont(content.family))
        self.size_slider.set_value(round(content.size))
        self.spacing.set_value(round(content.line_spacing * 100))
        self.bold.setChecked(content.bold)
        self.italic.setChecked(content.italic)
        show_choice(self.align, content.align)
        self.colour.setText(content.colour)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._change)
        self.family.currentFontChanged.connect(self._change)
        for slider in (self.size_slider, self.spacing):
            slider.value_changed.connect(self._change)
        for box in (self.bold, self.italic):
            box.toggled.connect(self._change)
        self.align.activated.connect(self._change)
        self.colour.clicked.connect(self.open_colours)
        self._writing.refused.connect(self._tell)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(self._writing.finish)
        self.rejected.connect(self._writing.cancel)

    def _lay_out(self) -> None:
        style = QHBoxLayout()
        for control in (self.bold, self.italic, self.align, self.colour):
            style.addWidget(control)
        style.addStretch(1)
        form = QFormLayout()
        form.setVerticalSpacing(2 * SPACE)
        rows: tuple[QWidget, ...] = (self.family, self.size_slider, self.spacing)
        for row in rows:
            form.addRow(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        column.addWidget(self.text, 1)
        column.addLayout(form)
        column.addLayout(style)
        column.addWidget(self.errors)
        column.addWidget(self.buttons)

    def _name(self) -> None:
        for control, text in (
            (self.text, tr("What the text says")),
            (self.family, tr("Font")),
            (self.colour, tr("Colour of the text")),
        ):
            control.setAccessibleName(text)
            control.setToolTip(text)
        self.text.setPlaceholderText(tr("Write here"))
        self.size_slider.set_text(tr("Size"), tr("Height of the letters in pixels of the picture"))
        self.spacing.set_text(tr("Line spacing"), tr("From line to line, in parts of the size"))
        name_box(self.bold, tr("Bold"), tr("Bold"))
        name_box(self.italic, tr("Italic"), tr("Italic"))
        sides = {
            TextAlign.LEFT: tr("Left"),
            TextAlign.CENTRE: tr("Centred"),
            TextAlign.RIGHT: tr("Right"),
        }
        fill_combo(self.align, sides, tr("Where the lines are aligned"))
        for kind, text in (
            (QDialogButtonBox.StandardButton.Ok, tr("Write")),
            (QDialogButtonBox.StandardButton.Cancel, tr("Cancel")),
        ):
            button = self.buttons.button(kind)
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(text)
