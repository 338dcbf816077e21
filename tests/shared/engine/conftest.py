import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from tests.support.model_files import write_model_folder

STUB = (sys.executable, "-m", "tests.support.stub_inference")


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with one model whose id is "starter"; its weights are empty."""
    write_model_folder(tmp_path / "models" / "starter", notes={"id": "starter", "name": "Starter"})
    return tmp_path / "models"


@pytest.fixture
async def engine(blobs: BlobFolder, models: Path) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(blobs=blobs, model_folders=[models], threads=1, command=STUB)
    yield engine
    await engine.close()
