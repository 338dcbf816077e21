import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.app.data_folder import AlreadyOpenError, WindowLock, find_data_folders
from desktop.library.folders import DataFolders
from shared.contracts.errors import StorageError


def test_the_command_line_comes_before_the_environment(tmp_path: Path) -> None:
    environment = {"PENTIMENTO_DATA_DIR": str(tmp_path / "named")}
    assert find_data_folders(tmp_path / "chosen", environment).root == tmp_path / "chosen"
    assert find_data_folders(None, environment).root == tmp_path / "named"
    assert (tmp_path / "named" / "pictures").is_dir()


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        find_data_folders(tmp_path / "file", {})
    assert "--data-dir" in caught.value.report.advice_text


@pytest.fixture
def folders(tmp_path: Path) -> DataFolders:
    return find_data_folders(tmp_path / "data", {})


def test_one_window_at_a_time(folders: DataFolders) -> None:
    with WindowLock(folders) as first:
        assert not first.crashed_before
        with pytest.raises(AlreadyOpenError), WindowLock(folders):
            pass
    with WindowLock(folders) as next_one:
        assert not next_one.crashed_before


def test_a_killed_window_frees_its_folder_and_the_next_one_knows(folders: DataFolders) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from desktop.app.data_folder import WindowLock\n"
        "from desktop.library.folders import DataFolders\n"
        "with WindowLock(DataFolders(Path(sys.argv[1]))):\n"
        "    print('open', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folders.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(AlreadyOpenError), WindowLock(folders):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    with WindowLock(folders) as lock:
        assert lock.crashed_before
    with WindowLock(folders) as lock:
        assert not lock.crashed_before
