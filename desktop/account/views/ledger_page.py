"""What came and what went, as a list that can be read."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QPushButton, QTreeView, QVBoxLayout, QWidget

from desktop.account.viewmodel import AccountOverview
from desktop.account.words import amount_text, credits_text, moment_text, number, transaction_text
from desktop.widgets.parts import EmptyState
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.credits import CreditTransaction

_FIGURES = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class LedgerPage(QWidget):
    plans_asked = Signal()

    def __init__(self, overview: AccountOverview) -> None:
        super().__init__()
        self._overview = overview
        self.summary = QLabel()
        set_role(self.summary, "title")
        self.reserved = QLabel()
        set_role(self.reserved, "quiet")
        self.lines = QStandardItemModel(self)
        self.list = QTreeView()
        self.list.setModel(self.lines)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.list.setProperty("surface", "window")
        self.more = QPushButton()
        self.more.clicked.connect(overview.load_more_ledger)
        self.empty = EmptyState(icon_name="list", **_empty_texts(), run=self.plans_asked.emit)
        self._lay_out()
        overview.state_changed.connect(self._show_state)
        overview.ledger_changed.connect(self._show_lines)
        self.write_texts()

    def write_texts(self) -> None:
        self.lines.setHorizontalHeaderLabels(
            [tr("When"), tr("What"), tr("For what"), tr("Credits"), tr("Then there were")]
        )
        header = self.list.header()
        header.setStretchLastSection(False)
        for column in range(5):
            stretches = column == 2
            header.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.ResizeToContents,
            )
        self.list.setAccessibleName(tr("What came and what went"))
        self.more.setText(tr("Show earlier ones"))
        self.more.setAccessibleName(tr("Show earlier ones"))
        self.more.setToolTip(tr("Show earlier ones"))
        self.empty.set_texts(**_empty_texts())
        self._show_state()
        self._show_lines(self._overview.ledger)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self.summary)
        column.addWidget(self.reserved)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addStretch()
        column.addLayout(row)

    def _show_state(self, _state: object = None) -> None:
        profile = self._overview.state.profile
        self.summary.setText(credits_text(profile.credits.available) if profile else "")
        reserved = profile.credits.reserved if profile else 0
        self.reserved.setText(
            tr("and {count} reserved by jobs that wait or run", count=number(reserved)) if reserved else ""
        )
        self.reserved.setVisible(bool(reserved))

    def _show_lines(self, lines: tuple[CreditTransaction, ...]) -> None:
        self.lines.removeRows(0, self.lines.rowCount())
        for line in lines:
            self.lines.appendRow(_cells(line))
        self.list.setVisible(bool(lines))
        self.empty.setVisible(not lines)
        self.more.setVisible(self._overview.has_more_ledger)


def _empty_texts() -> dict[str, str]:
    return {
        "title": tr("Nothing came or went yet"),
        "text": tr("Each job in the cloud, each purchase and each month's credits will stand here."),
        "button": tr("Plans and credits"),
    }


def _cells(line: CreditTransaction) -> list[QStandardItem]:
    texts = [
        moment_text(line.created_at),
        transaction_text(line),
        line.description,
        amount_text(line.amount),
        number(line.balance_after),
    ]
    cells = [QStandardItem(text) for text in texts]
    for cell in cells[3:]:
        cell.setTextAlignment(_FIGURES)
    return cells
