"""The Hub as a view shows it: what a search found, what a model offers, and what is on its way."""

from PySide6.QtCore import QObject, Signal

from desktop.models.downloads import Download, Downloads
from desktop.models.hub.client import Hub
from desktop.models.hub.keys import HubKeys
from desktop.models.hub.messages import HubModel, HubRepository
from desktop.models.offers import Offer, offers
from desktop.models.service import ModelLibrary
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError


class DownloadPanel(QObject):
    """A search that is overtaken by a later one tells nothing."""

    busy_changed = Signal(bool)
    found = Signal()
    """`results` are those of the last search."""
    repository_changed = Signal()
    downloads_changed = Signal()
    arrived = Signal(object)
    """A Download that lies in its place now."""
    failed = Signal(object)
    endpoint_changed = Signal(str)

    def __init__(
        self,
        *,
        hub: Hub,
        keys: HubKeys,
        downloads: Downloads,
        library: ModelLibrary,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._hub = hub
        self._keys = keys
        self._downloads = downloads
        self._library = library
        self._tasks = tasks
        self._asked = 0
        self.words = ""
        self.results: tuple[HubModel, ...] | None = None
        """None before the first search."""
        self.repository: HubRepository | None = None
        self.offers: tuple[Offer, ...] = ()
        self._unsubscribe = (
            downloads.changed.subscribe(lambda _: self.downloads_changed.emit()),
            downloads.arrived.subscribe(self._take_in),
        )

    @property
    def downloads(self) -> tuple[Download, ...]:
        return self._downloads.all

    @property
    def endpoint(self) -> str:
        return self._hub.endpoint

    def set_endpoint(self, endpoint: str) -> None:
        self._hub.endpoint = endpoint.strip().rstrip("/")
        self.endpoint_changed.emit(self._hub.endpoint)

    def start(self) -> None:
        """Goes on with what was on its way when the studio ended."""
        self._tasks.start(self._downloads.load())

    def search(self, words: str) -> None:
        """By words; an owner, a slash and a name ask for that very model."""
        self.words = words.strip()
        if self.words:
            self._asked += 1
            self._tasks.start(self._search(self._asked, self.words))

    def look_at(self, repo: str) -> None:
        self._asked += 1
        self._tasks.start(self._inspect(self._asked, repo))

    def download(self, offer: Offer) -> None:
        if self.repository is not None:
            self._tasks.start(self._add(self.repository, offer))

    def pause(self, download_id: str) -> None:
        self._tasks.start(self._downloads.pause(download_id))

    def resume(self, download_id: str) -> None:
        self._tasks.start(self._downloads.resume(download_id))

    def cancel(self, download_id: str) -> None:
        self._tasks.start(self._downloads.cancel(download_id))

    def keep_token(self, token: str) -> None:
        self._tasks.start(self._keep_token(token.strip()))

    async def close(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        await self._downloads.close()
        await self._hub.close()

    async def _search(self, asked: int, words: str) -> None:
        self.busy_changed.emit(True)
        try:
            results = await self._hub.search(words)
            if asked == self._asked:
                self.results = results
                self.repository, self.offers = None, ()
                self.found.emit()
                self.repository_changed.emit()
        except PentimentoError as error:
            if asked == self._asked:
                self.failed.emit(error.report)
        finally:
            if asked == self._asked:
                self.busy_changed.emit(False)

    async def _inspect(self, asked: int, repo: str) -> None:
        self.busy_changed.emit(True)
        try:
            repository = await self._hub.inspect(repo)
            if asked == self._asked:
                self.repository, self.offers = repository, offers(repository)
                self.repository_changed.emit()
        except PentimentoError as error:
            if asked == self._asked:
                self.failed.emit(error.report)
        finally:
            if asked == self._asked:
                self.busy_changed.emit(False)

    async def _add(self, repository: HubRepository, offer: Offer) -> None:
        try:
            await self._downloads.add(repository, offer)
        except PentimentoError as error:
            self.failed.emit(error.report)

    async def _keep_token(self, token: str) -> None:
        try:
            await self._keys.keep(token)
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _take_in(self, download: Download) -> None:
        self._tasks.start(self._library.scan())
        self.arrived.emit(download)
