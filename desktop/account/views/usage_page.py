"""What was painted in the cloud and what it cost, over days."""

from functools import partial

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.account.service import UsagePeriod
from desktop.account.viewmodel import AccountOverview
from desktop.account.views.bar_chart import Bar, BarChart
from desktop.account.words import credits_text, kind_name, number
from desktop.widgets.parts import EmptyState
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.billing import UsageDay, UsageReport

_PERIODS: tuple[UsagePeriod, ...] = ("7d", "30d", "90d")
CHART_WIDTH = 180 * SPACE


class UsagePage(QScrollArea):
    canvas_asked = Signal()

    def __init__(self, overview: AccountOverview) -> None:
        super().__init__()
        self._overview = overview
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.credits, self.images = BarChart(), BarChart()
        overview.usage_changed.connect(self.fill)
        self.fill()

    def fill(self, _usage: object = None) -> None:
        self.setAccessibleName(tr("Usage"))
        usage = self._overview.usage
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(self._period_row())
        if usage is None:
            column.addWidget(_quiet(tr("Asking the server…")))
            column.addStretch()
        elif not usage.summary.total_generations:
            column.addWidget(
                EmptyState(
                    icon_name="cloud",
                    title=tr("Nothing was painted in the cloud in these days"),
                    text=tr("Choose the cloud beside the Generate button; what it made and cost shows here."),
                    button=tr("To the canvas"),
                    run=self.canvas_asked.emit,
                ),
                1,
            )
        else:
            self._show(usage, column)
            column.addStretch()
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def _show(self, usage: UsageReport, column: QVBoxLayout) -> None:
        self.credits, self.images = BarChart(), BarChart()
        for chart, title, bars in (
            (
                self.credits,
                tr("{count} credits spent", count=number(usage.summary.total_credits_used)),
                tuple(_bar(day, day.credits_used) for day in usage.daily),
            ),
            (
                self.images,
                tr("{count} pictures made", count=number(usage.summary.total_images_created)),
                tuple(_bar(day, day.images_created) for day in usage.daily),
            ),
        ):
            label = QLabel(title)
            set_role(label, "title")
            chart.setMaximumWidth(CHART_WIDTH)
            chart.show_bars(bars, title)
            column.addWidget(label)
            column.addWidget(chart)
        column.addWidget(self._table(tr("By model"), [(m.model, m.credits_used) for m in usage.by_model]))
        kinds = [(kind_name(kind), spent) for kind, spent in usage.by_kind.items()]
        column.addWidget(self._table(tr("By what was done"), kinds))

    def _table(self, title: str, lines: list[tuple[str, int]]) -> QWidget:
        panel = QWidget()
        panel.setMaximumWidth(CHART_WIDTH // 2)
        grid = QGridLayout(panel)
        grid.setContentsMargins(0, 2 * SPACE, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(_quiet(title), 0, 0)
        for row, (what, spent) in enumerate(sorted(lines, key=lambda line: -line[1]), start=1):
            grid.addWidget(QLabel(what), row, 0)
            amount = QLabel(credits_text(spent))
            amount.setAlignment(Qt.AlignmentFlag.AlignTrailing)
            grid.addWidget(amount, row, 1)
        panel.setVisible(bool(lines))
        return panel

    def _period_row(self) -> QHBoxLayout:
        names = {"7d": tr("7 days"), "30d": tr("30 days"), "90d": tr("90 days")}
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        group = QButtonGroup(self)
        for period in _PERIODS:
            button = QPushButton(names[period])
            button.setCheckable(True)
            button.setChecked(period == self._overview.period)
            button.setAccessibleName(button.text())
            button.setToolTip(button.text())
            button.clicked.connect(partial(self._choose, period))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch()
        return row

    def _choose(self, period: UsagePeriod, _checked: object = None) -> None:
        self._overview.load_usage(period)


def _bar(day: UsageDay, value: int) -> Bar:
    date = QDate(day.date.year, day.date.month, day.date.day)
    name = QLocale().toString(date, "d/M") if QLocale().language() != QLocale.Language.Korean else ""
    name = name or QLocale().toString(date, "M/d")
    full = QLocale().toString(date, QLocale.FormatType.LongFormat)
    return Bar(name=name, value=value, tip=f"{full}: {number(value)}")


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    set_role(label, "quiet")
    return label
