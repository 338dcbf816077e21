"""What somebody sees who is not signed in: the browser first, then a code by mail, then a password."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.account.viewmodel import AccountOverview
from desktop.widgets.icons import icon_pixmap
from desktop.widgets.parts import Fold
from desktop.widgets.theme import CONTROL_HEIGHT, LARGE_ICON_SIZE, SPACE, set_role
from desktop.widgets.translations import tr

FORM_WIDTH = 110 * SPACE


class SignInPage(QScrollArea):
    def __init__(self, overview: AccountOverview) -> None:
        super().__init__()
        self._overview = overview
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._picture = QLabel()
        self._title, self._text, self._waiting = QLabel(), QLabel(), QLabel()
        set_role(self._title, "title")
        for label in (self._text, self._waiting):
            label.setWordWrap(True)
            set_role(label, "quiet")
        self.browser = QPushButton()
        set_role(self.browser, "primary")
        self.give_up = QPushButton()
        self.mail_address, self.code = QLineEdit(), QLineEdit()
        self.send_code, self.use_code = QPushButton(), QPushButton()
        self.email, self.password = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.use_password = QPushButton()
        self.factor, self.use_factor, self.leave_factor = QLineEdit(), QPushButton(), QPushButton()
        self.server, self.use_server = QLineEdit(overview.state.server), QPushButton()
        self.code_fold = Fold("", self._code_form())
        self.password_fold = Fold("", self._password_form())
        self.server_fold = Fold("", _row(self.server, self.use_server))
        self._factor_form = QWidget()
        self._ways = QWidget()
        self._lay_out()
        self._connect()
        self.write_texts()
        self._show_busy(overview.busy)
        self._show_factor(asked=overview.asks_second_factor)

    def write_texts(self) -> None:
        self._title.setText(tr("Paint in the cloud"))
        self._text.setText(
            tr(
                "With an account any job can run on the server's machines, at a price that you see before. "
                "Nothing of yours is sent before you choose the cloud for a job."
            )
        )
        self._waiting.setText(tr("The browser is open: sign in there, then come back."))
        self._draw_picture()
        names = {
            self.browser: tr("Sign in with the browser"),
            self.give_up: tr("Stop waiting"),
            self.send_code: tr("Send a code"),
            self.use_code: tr("Sign in with the code"),
            self.use_password: tr("Sign in with the password"),
            self.use_factor: tr("Go on"),
            self.leave_factor: tr("Back"),
            self.use_server: tr("Use this server"),
        }
        for button, text in names.items():
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(text)
        fields = {
            self.mail_address: tr("E-mail address"),
            self.code: tr("Six figures from the mail"),
            self.email: tr("E-mail address"),
            self.password: tr("Password"),
            self.factor: tr("Code of the authenticator app, or a recovery code"),
            self.server: tr("Address of the server"),
        }
        for field, text in fields.items():
            field.setPlaceholderText(text)
            field.setAccessibleName(text)
            field.setToolTip(text)
        self.code_fold.set_text(tr("With a code by mail (this also makes a new account)"))
        self.password_fold.set_text(tr("With a password"))
        self.server_fold.set_text(tr("Server: {address}", address=self._overview.state.server))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()

    def show_server(self) -> None:
        self.server.setText(self._overview.state.server)
        self.write_texts()

    def _draw_picture(self) -> None:
        scale = self.devicePixelRatioF()
        self._picture.setPixmap(
            icon_pixmap("cloud", side=2 * LARGE_ICON_SIZE, scale=scale, role="quiet_text")
        )

    def _code_form(self) -> QWidget:
        return _column(_row(self.mail_address, self.send_code), _row(self.code, self.use_code))

    def _password_form(self) -> QWidget:
        return _column(self.email, _row(self.password, self.use_password))

    def _lay_out(self) -> None:
        ways = QVBoxLayout(self._ways)
        ways.setContentsMargins(0, 0, 0, 0)
        ways.setSpacing(2 * SPACE)
        ways.addLayout(_line(self.browser, self.give_up))
        ways.addWidget(self._waiting)
        for fold in (self.code_fold, self.password_fold, self.server_fold):
            ways.addWidget(fold)
        factor = QVBoxLayout(self._factor_form)
        factor.setContentsMargins(0, 0, 0, 0)
        factor.addWidget(self.factor)
        factor.addLayout(_line(self.use_factor, self.leave_factor))
        form = QWidget()
        form.setFixedWidth(FORM_WIDTH)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        for part in (self._picture, self._title, self._text, self._factor_form, self._ways):
            column.addWidget(part)
        content = QWidget()
        around = QVBoxLayout(content)
        around.addStretch(1)
        around.addWidget(form, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(2)
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def _connect(self) -> None:
        overview = self._overview
        self.browser.clicked.connect(overview.sign_in_in_browser)
        self.give_up.clicked.connect(overview.give_up_browser)
        self.send_code.clicked.connect(self._send_code)
        self.mail_address.returnPressed.connect(self._send_code)
        self.use_code.clicked.connect(self._use_code)
        self.code.returnPressed.connect(self._use_code)
        self.use_password.clicked.connect(self._use_password)
        self.password.returnPressed.connect(self._use_password)
        self.use_factor.clicked.connect(self._use_factor)
        self.factor.returnPressed.connect(self._use_factor)
        self.leave_factor.clicked.connect(overview.give_up_second_factor)
        self.use_server.clicked.connect(self._use_server)
        self.server.returnPressed.connect(self._use_server)
        overview.busy_changed.connect(self._show_busy)
        overview.second_factor_changed.connect(lambda asked: self._show_factor(asked=asked))
        overview.code_sent.connect(self._show_code_sent)
        overview.server_changed.connect(self.show_server)

    def _send_code(self) -> None:
        if self.mail_address.text().strip():
            self._overview.send_code(self.mail_address.text())

    def _use_code(self) -> None:
        if self.code.text().strip():
            self._overview.sign_in_with_code(self.mail_address.text(), self.code.text())

    def _use_password(self) -> None:
        if self.email.text().strip() and self.password.text():
            self._overview.sign_in_with_password(self.email.text(), self.password.text())
            self.password.clear()

    def _use_factor(self) -> None:
        if self.factor.text().strip():
            self._overview.confirm_second_factor(self.factor.text())
            self.factor.clear()

    def _use_server(self) -> None:
        if self.server.text().strip():
            self._overview.move(self.server.text())

    def _show_busy(self, busy: str) -> None:
        waits_for_browser = busy == "browser"
        self.browser.setVisible(not waits_for_browser)
        self.give_up.setVisible(waits_for_browser)
        self._waiting.setVisible(waits_for_browser)
        for button in (self.browser, self.send_code, self.use_code, self.use_password, self.use_server):
            button.setEnabled(not busy)
        self.use_factor.setEnabled(not busy)

    def _show_factor(self, *, asked: bool) -> None:
        self._factor_form.setVisible(asked)
        self._ways.setVisible(not asked)
        if asked:
            self.factor.setFocus()

    def _show_code_sent(self, address: str) -> None:
        self.send_code.setText(tr("Sent to {address}", address=address))
        self.code.setFocus()


def _line(*buttons: QPushButton) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(2 * SPACE)
    for button in buttons:
        line.addWidget(button)
    line.addStretch()
    return line


def _row(field: QLineEdit, button: QPushButton) -> QWidget:
    row = QWidget()
    row.setMinimumHeight(CONTROL_HEIGHT)  # a folded row is measured before its controls are dressed
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(2 * SPACE)
    line.addWidget(field, 1)
    line.addWidget(button)
    return row


def _column(*parts: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(4 * SPACE, 0, 0, SPACE)
    layout.setSpacing(2 * SPACE)
    for part in parts:
        layout.addWidget(part)
    return column
