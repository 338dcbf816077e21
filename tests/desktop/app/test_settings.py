from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.app.settings import Settings, SettingsFile
from shared.contracts.errors import StorageError


def test_without_a_file_the_usual_settings_hold(tmp_path: Path) -> None:
    settings, notice = SettingsFile(tmp_path / "settings.json").load()
    assert settings == Settings()
    assert notice is None


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    settings = Settings().changed(
        theme="light", language="ko", model_folders=(tmp_path,), editor={"state": {"steps": 4}}
    )
    file.save(settings)
    assert file.load() == (settings, None)
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


@given(st.binary(max_size=200))
def test_no_content_keeps_the_app_from_starting(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, notice = SettingsFile(path).load()
    if notice is not None:
        assert settings == Settings()
        assert path.with_suffix(".broken.json").read_bytes() == content
        assert not path.exists()


def test_a_file_of_a_newer_version_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "hologram": true}')
    settings, notice = SettingsFile(path).load()
    assert settings.theme == "dark"
    assert notice is None


def test_a_failed_save_leaves_the_old_file_and_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    with pytest.raises(StorageError):
        SettingsFile(blocked / "settings.json").save(Settings())
    assert blocked.read_text() == "in the way"
