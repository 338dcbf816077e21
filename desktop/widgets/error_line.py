"""One line that says what happened and what to do, near where it happened."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense, set_role
from desktop.widgets.translations import tr, tr_advice, tr_message
from shared.contracts.errors import ErrorReport


class ErrorLine(QWidget):
    """Hidden until it is told something; stays until it is closed or told that all is well."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "danger")
        self._report: ErrorReport | None = None
        self._run: Callable[[], object] | None = None
        self._message = _wrapping_label()
        self._advice = _wrapping_label()
        set_role(self._advice, "quiet")
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        self._copy = _small_button("clipboard-copy")
        self._copy.clicked.connect(self._copy_details)
        self._close = _small_button("x")
        self._close.clicked.connect(self._dismiss)
        set_dense(self._button)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._message)
        texts.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * SPACE, SPACE, SPACE, SPACE)
        row.setSpacing(SPACE)
        row.addLayout(texts, 1)
        for control in (self._button, self._copy, self._close):
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def report(self) -> ErrorReport | None:
        """What is shown now."""
        return self._report

    def show_error(
        self, report: ErrorReport, *, button: str = "", run: Callable[[], object] | None = None
    ) -> None:
        """Show `report`; `button` (translated) runs `run`, and the line goes away."""
        self._show(report, button=button, run=run, surface="danger")

    def show_notice(
        self, report: ErrorReport, *, button: str = "", run: Callable[[], object] | None = None
    ) -> None:
        """The same for something that is no error."""
        self._show(report, button=button, run=run, surface="notice")

    def _show(
        self, report: ErrorReport, *, button: str, run: Callable[[], object] | None, surface: str
    ) -> None:
        self.setProperty("surface", surface)
        self.style().unpolish(self)
        self.style().polish(self)
        self._report = report
        self._run = run
        self._message.setText(tr_message(report))
        self._advice.setText(tr_advice(report))
        self._advice.setVisible(bool(report.advice))
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setToolTip(button)
        self._button.setVisible(bool(button) and run is not None)
        self._copy.setVisible(surface == "danger")
        self._name_buttons()
        self.setAccessibleName(self._message.text())
        self.show()

    def clear(self) -> None:
        self._report = None
        self._run = None
        self.hide()

    def details(self) -> str:
        """What the copy button puts on the clipboard."""
        report = self._report
        if report is None:
            return ""
        parts = [f"{report.code}: {report.text}", report.advice_text, report.detail]
        return "\n".join(part for part in parts if part)

    def _name_buttons(self) -> None:
        for button, name in ((self._copy, tr("Copy details")), (self._close, tr("Close this message"))):
            button.setToolTip(name)
            button.setAccessibleName(name)

    def _act(self) -> None:
        run = self._run
        self.clear()
        if run is not None:
            run()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self.details())

    def _dismiss(self) -> None:
        self.clear()
        self.closed.emit()


def _wrapping_label() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _small_button(name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(button.iconSize().scaled(ICON_SIZE, ICON_SIZE, Qt.AspectRatioMode.KeepAspectRatio))
    set_dense(button)
    return button
