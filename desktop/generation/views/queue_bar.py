"""The strip along the window's bottom: what is being made, how long it takes, and what is behind it."""

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from desktop.generation.jobs import JobProgress
from desktop.generation.queue_overview import QueueOverview
from desktop.generation.views.job_list import JobList
from desktop.generation.views.rows import name_control
from desktop.generation.views.words import memory_text, place_text, progress_text, queue_text, time_left_text
from desktop.widgets.icons import icon
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import CONTROL_HEIGHT, ICON_SIZE, SPACE, set_dense, set_role
from desktop.widgets.translations import tr

CANCEL_SHORTCUT = "Ctrl+."
PROGRESS_WIDTH = 40 * SPACE


class QueueBar(QWidget):
    def __init__(self, parent: QWidget | None = None, *, overview: QueueOverview) -> None:
        super().__init__(parent)
        self._overview = overview
        self.setObjectName("queue_bar")
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(CONTROL_HEIGHT)

        self.summary = QToolButton(self)
        self.summary.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.summary.setIcon(icon("list"))
        self.summary.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.step = QLabel(self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(PROGRESS_WIDTH)
        self.time_left = QLabel(self)
        self.cancel = icon_button("x", tr("Cancel this job"))
        self.pause = icon_button("pause", tr("Pause the queue"))
        self.machine = QLabel(self)
        for label in (self.time_left, self.machine):
            set_role(label, "quiet")
        for button in (self.summary, self.cancel, self.pause):
            set_dense(button)
        self.jobs = JobList(self, overview=overview)
        self._lay_out()
        self.summary.clicked.connect(self.show_jobs)
        self.cancel.clicked.connect(overview.cancel_running)
        self.pause.clicked.connect(overview.toggle_pause)
        overview.jobs_changed.connect(self._show_queue)
        overview.progress_changed.connect(self._show_progress)
        overview.memory_changed.connect(self._show_machine)
        self._write_texts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()

    def show_jobs(self) -> None:
        """The list of jobs, above the strip."""
        self.jobs.refresh()
        corner = self.mapToGlobal(QPoint(SPACE, -self.jobs.height() - SPACE))
        self.jobs.move(corner)
        self.jobs.show()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, 0, 2 * SPACE, 0)
        row.setSpacing(2 * SPACE)
        for part in (self.summary, self.step, self.progress, self.time_left, self.cancel, self.pause):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.machine)

    def _write_texts(self) -> None:
        name_control(self.cancel, tr("Cancel this job"), tr("Cancel this job"), shortcut=CANCEL_SHORTCUT)
        self.progress.setAccessibleName(tr("Progress"))
        self._show_queue()
        self._show_progress(self._overview.progress)
        self._show_machine()

    def _show_queue(self) -> None:
        paused = self._overview.is_paused
        text = queue_text(self._overview.jobs, paused=paused)
        self.summary.setText(text)
        name_control(self.summary, text, tr("Show all jobs"))
        self.pause.setIcon(icon("play" if paused else "pause"))
        if paused:
            name_control(self.pause, tr("Resume the queue"), tr("Resume the queue"))
        else:
            name_control(self.pause, tr("Pause the queue"), tr("Pause: the job in hand is still finished"))
        self._show_machine()

    def _show_progress(self, progress: JobProgress | None) -> None:
        for part in (self.step, self.progress, self.time_left, self.cancel):
            part.setVisible(progress is not None)
        if progress is None:
            return
        self.step.setText(progress_text(progress))
        self.time_left.setText(time_left_text(progress.seconds_left))
        # A range of 0 to 0 shows that something works without saying how far it is.
        self.progress.setRange(0, progress.steps)
        self.progress.setValue(progress.step)
        self._show_machine()

    def _show_machine(self) -> None:
        running = self._overview.in_hand or self._overview.running
        model = running.request.model.name if running else ""
        place = place_text(running) if running and running.place == "cloud" else ""
        memory = memory_text(self._overview.memory)
        self.machine.setText(", ".join(part for part in (model, place, memory) if part))
        self.machine.setToolTip(tr("The model in use and the memory that the engine holds"))
