"""The only wiring: makes each part of the studio once, when it is first asked for, from what it needs."""

import logging
import os
import platform
import secrets
import uuid
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import psutil

import assets
from desktop.account.browser_sign_in import BrowserSignIn, PageTexts
from desktop.account.client import CloudClient
from desktop.account.service import Account
from desktop.account.tokens import TokenStore
from desktop.app.settings import Settings, SettingsFile
from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.service import CanvasService
from desktop.generation import migrations as queue_migrations
from desktop.generation.cloud.api import CloudApi
from desktop.generation.cloud.engine import CloudEngine
from desktop.generation.cloud.links import CloudLinks
from desktop.generation.cloud.offers import CloudOffers
from desktop.generation.local_engine import LocalEngine, threads_for_painting
from desktop.generation.painters import Painters
from desktop.generation.queue import JobQueue
from desktop.generation.results import ResultKeeper
from desktop.generation.sending import JobSender
from desktop.generation.store import JobStore
from desktop.library import migrations as library_migrations
from desktop.library.boards import Boards
from desktop.library.database import Database
from desktop.library.folders import DataFolders
from desktop.library.saved_searches import SavedSearches
from desktop.library.service import Library
from desktop.library.thumbnails import Thumbnails
from desktop.models.downloads import DownloadFile, Downloads
from desktop.models.hashing import HashTaking
from desktop.models.hub.client import Hub
from desktop.models.hub.keys import HubKeys
from desktop.models.service import ModelLibrary
from desktop.widgets.translations import resolve_language, tr
from shared.contracts.errors import ErrorReport, StorageError
from shared.contracts.generation import LARGEST_SEED
from shared.engine.layouts import hub_cache_folder
from shared.engine.model_index import ModelIndex
from shared.engine.port import GenerationEngine
from shared.imaging.blob_folder import BlobFolder

_log = logging.getLogger(__name__)

STARTER_MODEL = Path(assets.__path__[0]) / "starter_model" / "model"


def local_now() -> datetime:
    return datetime.now(tz=UTC).astimezone()


def new_random_id() -> str:
    return uuid.uuid4().hex


def new_random_seed() -> int:
    return secrets.randbelow(LARGEST_SEED + 1)


@dataclass(frozen=True, kw_only=True)
class World:
    """What comes from outside and a test replaces: time, chance, and who makes pictures (None: this machine)."""

    clock: Callable[[], datetime] = local_now
    new_id: Callable[[], str] = new_random_id
    new_seed: Callable[[], int] = new_random_seed
    engine: Callable[[BlobFolder], GenerationEngine] | None = None
    starter_model: Path = STARTER_MODEL
    open_page: Callable[[str], object] = webbrowser.open
    """Shows an address in the system's browser; may take a while."""
    hub_cache: Path | None = field(default_factory=lambda: hub_cache_folder(os.environ, Path.home()))
    """Where other programs keep models of the Hub."""


class Container:
    """Everything without a view. Each part is made once; `close` ends those that were made."""

    def __init__(
        self,
        *,
        folders: DataFolders,
        world: World | None = None,
        loaded: tuple[Settings, ErrorReport | None] | None = None,
    ) -> None:
        """`loaded` is what the settings file held, where it was read already."""
        self.folders = folders
        self.world = world or World()
        self.settings_file = SettingsFile(folders.settings_file)
        self.settings: Settings
        self.settings_notice: ErrorReport | None
        self.settings, self.settings_notice = loaded or self.settings_file.load()
        self._databases: list[Database] = []

    @cached_property
    def blobs(self) -> BlobFolder:
        return BlobFolder(self.folders.blobs)

    @cached_property
    def models(self) -> ModelLibrary:
        return ModelLibrary(
            own_folder=self.folders.models,
            starter=self.world.starter_model,
            added_folders=self.settings.model_folders,
            hub_cache=self.world.hub_cache,
            index=ModelIndex(self.folders.model_index),
        )

    @cached_property
    def model_hashing(self) -> HashTaking:
        return HashTaking(library=self.models, index=self.folders.model_index)

    @cached_property
    def hub_keys(self) -> HubKeys:
        return HubKeys()

    @cached_property
    def hub(self) -> Hub:
        return Hub(keys=self.hub_keys, endpoint=self.settings.hub_endpoint)

    @cached_property
    def downloads(self) -> Downloads:
        return Downloads(
            hub=self.hub,
            folder=self.folders.models,
            file=DownloadFile(self.folders.downloads_file),
            new_id=self.world.new_id,
        )

    @cached_property
    def engine(self) -> GenerationEngine:
        if self.world.engine is not None:
            return self.world.engine(self.blobs)
        return LocalEngine(
            blobs=self.blobs,
            model_folders=lambda: self.models.folders,
            threads=threads_for_painting(),
            model_index=self.folders.model_index,
        )

    @cached_property
    def account(self) -> Account:
        client = CloudClient(
            server=self.settings.server,
            store=TokenStore(file=self.folders.sign_in_file),
            language=lambda: resolve_language(self.settings.language),
            agent=f"Pentimento ({platform.system()})",
        )
        return Account(
            client=client,
            browser=BrowserSignIn(
                open_browser=self.world.open_page,
                new_secret=lambda: secrets.token_urlsafe(48),
                texts=lambda: PageTexts(
                    done=tr("You are signed in."),
                    refused=tr("You are not signed in."),
                    close=tr("Go back to Pentimento; this page can be closed."),
                ),
            ),
            new_key=self.world.new_id,
        )

    @cached_property
    def cloud_offers(self) -> CloudOffers:
        return CloudOffers(account=self.account)

    @cached_property
    def cloud_engine(self) -> CloudEngine:
        return CloudEngine(
            api=CloudApi(client=self.account.client, blobs=self.blobs),
            links=CloudLinks(database=self.queue_database),
            new_id=uuid.uuid4,
        )

    @cached_property
    def painters(self) -> Painters:
        return Painters(library=self.models, offers=self.cloud_offers)

    @cached_property
    def job_sender(self) -> JobSender:
        return JobSender(
            queue=self.queue,
            painters=self.painters,
            blobs=self.blobs,
            offers=self.cloud_offers,
            memory=lambda: int(psutil.virtual_memory().total),
        )

    @cached_property
    def library(self) -> Library:
        return Library(
            database=self.library_database,
            folders=self.folders,
            blobs=self.blobs,
            thumbnails=self.thumbnails,
            clock=self.world.clock,
            new_id=self.world.new_id,
        )

    @cached_property
    def library_database(self) -> Database:
        return self._database(self.folders.library_database, library_migrations.__path__[0])

    @cached_property
    def boards(self) -> Boards:
        return Boards(database=self.library_database, new_id=self.world.new_id)

    @cached_property
    def saved_searches(self) -> SavedSearches:
        return SavedSearches(database=self.library_database, new_id=self.world.new_id)

    @cached_property
    def thumbnails(self) -> Thumbnails:
        return Thumbnails(folder=self.folders.thumbnails)

    @cached_property
    def job_store(self) -> JobStore:
        return JobStore(database=self.queue_database)

    @cached_property
    def queue_database(self) -> Database:
        return self._database(self.folders.queue_database, queue_migrations.__path__[0])

    @cached_property
    def queue(self) -> JobQueue:
        return JobQueue(
            store=self.job_store,
            engines={"local": self.engine, "cloud": self.cloud_engine},
            results=ResultKeeper(store=self.job_store, library=self.library, blobs=self.blobs),
            clock=self.world.clock,
            new_id=self.world.new_id,
        )

    @cached_property
    def canvas_service(self) -> CanvasService:
        return CanvasService(
            folder=self.folders.documents,
            blobs=self.blobs,
            clock=self.world.clock,
            new_id=self.world.new_id,
        )

    @cached_property
    def brush_presets(self) -> PresetStore:
        return PresetStore(folder=self.folders.brushes, new_id=self.world.new_id)

    async def close(self) -> None:
        """The engine first, as it may still be writing what a database then keeps."""
        if "engine" in self.__dict__:
            await self.engine.close()
        if "cloud_engine" in self.__dict__:
            await self.cloud_engine.close()
        if "painters" in self.__dict__:
            self.painters.close()
        if "cloud_offers" in self.__dict__:
            self.cloud_offers.close()
        if "account" in self.__dict__:
            await self.account.close()
        if "hub" in self.__dict__:
            await self.hub.close()
        if "library" in self.__dict__:
            try:
                await self.library.write_beside()
            except StorageError as error:
                # It stays due for the next time, and the database has it.
                _log.warning("What is kept beside the pictures was not written: %s", error)
        for database in self._databases:
            database.close()

    def _database(self, path: Path, migrations: str) -> Database:
        database = Database(path=path, migrations=Path(migrations))
        self._databases.append(database)
        return database
