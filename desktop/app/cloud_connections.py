"""What goes between the account and the rooms that paint in the cloud."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop.account.service import AccountState
from desktop.app.viewmodels import Viewmodels
from desktop.generation.cloud.engine import CloudEngine
from desktop.generation.cloud.offers import CloudOffers
from desktop.generation.jobs import Job

LOOKED_AGAIN_AFTER = 30_000
"""Milliseconds, while the server does not answer."""
REFRESHED_AFTER = 10
"""Times that, while it does."""


class CloudConnections(QObject):
    """Keeps prices, models and credits as fresh as they are shown; a job's end changes what is left to spend."""

    def __init__(
        self,
        *,
        viewmodels: Viewmodels,
        offers: CloudOffers,
        engine: CloudEngine,
        show_credits: Callable[[int | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewmodels = viewmodels
        self._offers = offers
        self._engine = engine
        self._show_credits = show_credits
        self._seen: tuple[str, str] = ("", "")
        self._states: dict[str, str] = {}
        self._ticks = 0
        viewmodels.account.state_changed.connect(self._account_changed)
        viewmodels.overview.jobs_changed.connect(self._jobs_changed)
        viewmodels.overview.job_ended.connect(self._job_ended)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOKED_AGAIN_AFTER)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._account_changed(viewmodels.account.state)

    def _account_changed(self, state: AccountState) -> None:
        self._show_credits(state.profile.credits.available if state.profile else None)
        who = (state.server, state.email) if state.profile is not None else ("", "")
        if who != self._seen:
            self._seen = who
            if state.profile is not None:
                self._viewmodels.tasks.start(self._offers.refresh())
                self._viewmodels.tasks.start(self._engine.send_cancellations())

    def _jobs_changed(self, jobs: tuple[Job, ...]) -> None:
        """A hold when it begins, a settlement or a refund at its end."""
        states = {job.id: job.state for job in jobs if job.place == "cloud"}
        changed = [job_id for job_id, state in states.items() if self._states.get(job_id, state) != state]
        self._states = dict(states)
        if changed:
            self._viewmodels.account.refresh()

    def _job_ended(self, job: Job) -> None:
        """By now the cloud has settled it, also where it was cancelled."""
        if job.place == "cloud":
            self._viewmodels.account.refresh()

    def _tick(self) -> None:
        state, decision = self._viewmodels.account.state, self._viewmodels.editor.decision
        self._ticks += 1
        if state.profile is not None and decision is not None and decision.problem is not None:
            # What keeps a job out of the cloud may be over: a worker came, the server is back.
            self._viewmodels.tasks.start(self._offers.refresh())
        if state.is_signed_in and (state.profile is None or state.problem or self._ticks >= REFRESHED_AFTER):
            self._ticks = 0
            self._viewmodels.account.refresh()
            if state.profile is not None:
                self._viewmodels.tasks.start(self._offers.refresh())
