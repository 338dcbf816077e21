"""Every job in a list that pops up over the strip: cancel, try again, remove, and why one failed."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.generation.jobs import Job
from desktop.generation.queue_overview import QueueOverview
from desktop.generation.views.rows import bare_scroll_area
from desktop.generation.views.words import job_title, place_text, progress_text, state_text
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr, tr_error

LIST_WIDTH = 105 * SPACE
LARGEST_HEIGHT = 100 * SPACE


class JobList(QFrame):
    """Its rows are made while it shows; nothing is paid for a list that nobody sees."""

    def __init__(self, parent: QWidget | None = None, *, overview: QueueOverview) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._overview = overview
        self._shown: tuple[Job, ...] | None = None
        self.setObjectName("job_list")
        self.setProperty("surface", "raised")
        self.setFixedWidth(LIST_WIDTH)
        self._title = QLabel(self)
        self.clear = QPushButton(self)
        set_role(self.clear, "flat")
        set_dense(self.clear)
        self.clear.clicked.connect(overview.clear_finished)
        self.empty = QLabel(self)
        self.empty.setWordWrap(True)
        set_role(self.empty, "quiet")
        self._scroll = bare_scroll_area(self)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 3 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(head)
        layout.addWidget(self.empty)
        layout.addWidget(self._scroll)
        overview.jobs_changed.connect(self._jobs_changed)
        overview.progress_changed.connect(self._show_progress)

    @property
    def rows(self) -> list["JobRow"]:
        return self.findChildren(JobRow)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._shown = None

    def refresh(self) -> None:
        jobs = self._overview.jobs
        self._title.setText(tr("Queue"))
        self.setAccessibleName(tr("Queue"))
        self.clear.setText(tr("Clear finished"))
        self.clear.setAccessibleName(tr("Clear finished"))
        self.clear.setToolTip(tr("Take finished jobs out of this list; their pictures stay"))
        self.clear.setVisible(any(job.is_finished for job in jobs))
        self.empty.setText(tr("Nothing here yet. Write a prompt and press Generate; each job shows here."))
        self.empty.setVisible(not jobs)
        self._scroll.setVisible(bool(jobs))
        if jobs != self._shown:
            self._shown = jobs
            self._fill(jobs)

    def _fill(self, jobs: tuple[Job, ...]) -> None:
        scrolled = self._scroll.verticalScrollBar().value()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 2 * SPACE, 0)
        column.setSpacing(2 * SPACE)
        for job in _for_reading(jobs):
            column.addWidget(JobRow(job, overview=self._overview))
        column.addStretch(1)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)
        wanted = content.heightForWidth(LIST_WIDTH - 6 * SPACE)
        wanted = wanted if wanted > 0 else content.sizeHint().height()
        self._scroll.setFixedHeight(min(wanted, LARGEST_HEIGHT))
        self._scroll.verticalScrollBar().setValue(scrolled)
        self.adjustSize()

    def _show_progress(self) -> None:
        if self.isVisible():
            for row in self.rows:
                row.show_progress()

    def _jobs_changed(self) -> None:
        if self.isVisible():
            bottom = self.geometry().bottom()
            self.refresh()
            self.move(self.x(), bottom - self.height() + 1)


class JobRow(QWidget):
    def __init__(self, job: Job, *, overview: QueueOverview) -> None:
        super().__init__()
        self.job = job
        self._overview = overview
        title = ElidedLabel(job_title(job), mode=Qt.TextElideMode.ElideRight)
        self.place = QLabel(place_text(job))
        set_role(self.place, "quiet")
        self.state = QLabel(state_text(job))
        set_role(self.state, "danger" if job.state == "failed" else "quiet")
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        line.addWidget(title, 1)
        line.addWidget(self.place)
        line.addWidget(self.state)
        for button in self._buttons():
            set_dense(button)
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        if job.error is not None:
            self.error = QLabel(tr_error(job.error))
            self.error.setWordWrap(True)
            self.error.setTextFormat(Qt.TextFormat.PlainText)
            self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            set_role(self.error, "quiet")
            column.addWidget(self.error)
        self.setAccessibleName(f"{job_title(job)}, {place_text(job)}, {state_text(job)}")
        self.show_progress()

    def show_progress(self) -> None:
        progress = self._overview.progress_of(self.job)
        if progress is not None and self.job.state == "running":
            self.state.setText(progress_text(progress))

    def _buttons(self) -> list[QWidget]:
        job, overview = self.job, self._overview
        buttons: list[QWidget] = []
        if not job.is_finished:
            cancel = icon_button("x", tr("Cancel this job"))
            cancel.clicked.connect(lambda: overview.cancel(job.id))
            buttons.append(cancel)
        if job.error is not None:
            copy = icon_button("clipboard-copy", tr("Copy details"))
            copy.clicked.connect(self._copy_details)
            buttons.append(copy)
        if job.state in {"failed", "cancelled"}:
            retry = icon_button("rotate-cw", tr("Try this job again"))
            retry.clicked.connect(lambda: overview.retry(job.id))
            buttons.append(retry)
        if job.is_finished:
            remove = icon_button("trash-2", tr("Take this job out of the list"))
            remove.clicked.connect(lambda: overview.remove(job.id))
            buttons.append(remove)
        return buttons

    def _copy_details(self) -> None:
        error = self.job.error
        if error is not None:
            lines = (f"{error.code}: {error.text}", error.advice_text, error.detail)
            QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))


def _for_reading(jobs: tuple[Job, ...]) -> list[Job]:
    """What still comes first, in its order; then what is finished, the newest first."""
    coming = [job for job in jobs if not job.is_finished]
    return coming + [job for job in reversed(jobs) if job.is_finished]
