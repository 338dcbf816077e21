"""Where a sign-in is kept."""

import stat
import sys
import uuid
from pathlib import Path

import pytest

from desktop.account.tokens import KeptSignIn, TokenStore
from shared.contracts.errors import StorageError
from tests.support.memory_keyring import MemoryKeyring

SERVER = "https://studio.example.com"


def kept(server: str = SERVER) -> KeptSignIn:
    return KeptSignIn(server=server, user_id=uuid.uuid4(), email="artist@example.com", refresh_token="secret")


async def test_a_keyring_keeps_it_and_no_file_does(memory_keyring: MemoryKeyring, tmp_path: Path) -> None:
    file, sign_in = tmp_path / "sign-in.json", kept()
    await TokenStore(file=file).keep(sign_in)
    store = TokenStore(file=file)
    assert await store.read(SERVER) == sign_in
    assert not store.in_file
    assert not file.exists()
    assert any("secret" in content for content in memory_keyring.kept.values())
    await store.forget(SERVER)
    assert await TokenStore(file=file).read(SERVER) is None


async def test_without_a_keyring_a_file_that_only_its_owner_may_read_keeps_it(tmp_path: Path) -> None:
    """The tests' own keyring takes everything and keeps nothing, as some systems' do."""
    file, sign_in = tmp_path / "data" / "sign-in.json", kept()
    store = TokenStore(file=file)
    await store.keep(sign_in)
    assert store.in_file
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = TokenStore(file=file)
    assert await again.read(SERVER) == sign_in
    assert again.in_file
    assert await again.read("https://another.example.com") is None
    await again.forget(SERVER)
    assert not file.exists()


async def test_a_keyring_that_comes_later_takes_it_out_of_the_file(
    memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    file = tmp_path / "sign-in.json"
    file.write_text(kept().model_dump_json(), encoding="utf-8")
    store = TokenStore(file=file)
    found = await store.read(SERVER)
    assert found is not None
    assert store.in_file
    await store.keep(found)
    assert not file.exists()


@pytest.mark.parametrize("content", ["", "nonsense", "{}", '{"server": 1}'])
async def test_a_broken_file_is_no_sign_in(tmp_path: Path, content: str) -> None:
    file = tmp_path / "sign-in.json"
    file.write_text(content, encoding="utf-8")
    assert await TokenStore(file=file).read(SERVER) is None


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="could not be kept"):
        await TokenStore(file=tmp_path / "file" / "sign-in.json").keep(kept())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
