"""The cloud engine against the real server with a worker on the starter model: one contract with all engines."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import desktop.generation
from desktop.generation.cloud.api import CloudApi
from desktop.generation.cloud.engine import CloudEngine
from desktop.generation.cloud.links import CloudLinks
from desktop.library.database import Database
from shared.contracts.generation import TextToImage
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.cloud_fixtures import MakeClient
from tests.support.engine_contract import GenerationEngineContract
from tests.support.live_cloud import LiveCloud


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


@pytest.mark.slow
class TestCloudEngineKeepsTheContract(GenerationEngineContract):
    @pytest.fixture
    async def engine(
        self, live: LiveCloud, make_client: MakeClient, blobs: BlobFolder, tmp_path: Path
    ) -> AsyncIterator[CloudEngine]:
        client = make_client(live.url)
        await client.session.begin(await live.register())
        database = Database(
            path=tmp_path / "queue.sqlite", migrations=Path(desktop.generation.__path__[0]) / "migrations"
        )
        engine = CloudEngine(
            api=CloudApi(client=client, blobs=blobs), links=CloudLinks(database=database), new_id=uuid.uuid4
        )
        yield engine
        await engine.close()
        database.close()

    @pytest.fixture
    def long_request(self, request_for_a_picture: TextToImage) -> TextToImage:
        """As long as the server takes."""
        return request_for_a_picture.model_copy(update={"steps": 100, "width": 256, "height": 256})
