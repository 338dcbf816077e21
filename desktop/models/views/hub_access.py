"""The artist's token for gated models, and another address for the Hub."""

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr


class HubAccessFields(QWidget):
    """A token is never shown again: it goes into the system's keyring, and out of it only to the Hub."""

    def __init__(self, panel: DownloadPanel) -> None:
        super().__init__()
        self._panel = panel
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText(tr("Kept in the system's keyring"))
        self.keep = QPushButton(tr("Keep"))
        self.forget = QPushButton(tr("Forget"))
        self.endpoint = QLineEdit(panel.endpoint)
        self.endpoint.setPlaceholderText(tr("The Hub itself"))
        for field, name in ((self.token, tr("Token")), (self.endpoint, tr("Address"))):
            field.setAccessibleName(name)
            set_dense(field)
        for button, tip in (
            (self.keep, tr("Keep the token for models that ask for one")),
            (self.forget, tr("Take the token out of the keyring")),
        ):
            button.setAccessibleName(tip)
            button.setToolTip(tip)
            set_dense(button)
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        line.addWidget(self.token, 1)
        line.addWidget(self.keep)
        line.addWidget(self.forget)
        form = QFormLayout(self)
        form.setContentsMargins(4 * SPACE, 0, 0, 0)
        form.addRow(_label(tr("Token")), line)
        form.addRow(_label(tr("Address")), self.endpoint)
        self.keep.clicked.connect(self._keep)
        self.token.returnPressed.connect(self._keep)
        self.forget.clicked.connect(lambda: panel.keep_token(""))
        self.endpoint.editingFinished.connect(lambda: panel.set_endpoint(self.endpoint.text()))

    def _keep(self) -> None:
        if self.token.text().strip():
            self._panel.keep_token(self.token.text())
            self.token.clear()


def _label(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "quiet")
    return label
