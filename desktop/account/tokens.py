"""Where the sign-in is kept: in the system's keyring, or in a file that only the artist's user may read."""

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from uuid import UUID

import keyring
from keyring.errors import KeyringError
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.contracts.errors import StorageError

SERVICE = "Pentimento"


class KeptSignIn(BaseModel):
    """Of one account on one server. The access token is not kept: it lasts some minutes only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    server: str
    user_id: UUID
    email: str
    refresh_token: str


class TokenStore:
    """In threads, as a keyring may ask the artist to unlock it. `in_file`: where the last one was kept."""

    def __init__(self, *, file: Path) -> None:
        self._file = file
        self.in_file = False

    async def read(self, server: str) -> KeptSignIn | None:
        return await asyncio.to_thread(self._read, server)

    async def keep(self, kept: KeptSignIn) -> None:
        """Raises StorageError where neither a keyring nor a file takes it."""
        await asyncio.to_thread(self._keep, kept)

    async def forget(self, server: str) -> None:
        await asyncio.to_thread(self._forget, server)

    def _read(self, server: str) -> KeptSignIn | None:
        in_keyring = _parsed(_from_keyring(server), server)
        if in_keyring is not None:
            self.in_file = False
            return in_keyring
        try:
            in_file = _parsed(self._file.read_text(encoding="utf-8"), server)
        except (OSError, UnicodeDecodeError):
            return None
        self.in_file = in_file is not None
        return in_file

    def _keep(self, kept: KeptSignIn) -> None:
        if _into_keyring(kept):
            self._remove_file()
            self.in_file = False
            return
        try:
            self._write(kept.model_dump_json())
        except OSError as error:
            raise StorageError(
                "The sign-in could not be kept: {reason}.",
                advice="Set up a keyring, or check that the data folder may be written.",
                reason=error.strerror or error,
            ) from error
        self.in_file = True

    def _forget(self, server: str) -> None:
        with contextlib.suppress(KeyringError):
            keyring.delete_password(SERVICE, _name(server))
        self._remove_file()
        self.in_file = False

    def _write(self, content: str) -> None:
        """Whole or not at all; `mkstemp` makes the file for this user alone."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _remove_file(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


def _name(server: str) -> str:
    return f"sign-in {server}"


def _from_keyring(server: str) -> str | None:
    try:
        return keyring.get_password(SERVICE, _name(server))
    except KeyringError:
        return None


def _into_keyring(kept: KeptSignIn) -> bool:
    """Read back, as some keyrings take everything and keep nothing."""
    content = kept.model_dump_json()
    try:
        keyring.set_password(SERVICE, _name(kept.server), content)
    except KeyringError:
        return False
    return _from_keyring(kept.server) == content


def _parsed(content: str | None, server: str) -> KeptSignIn | None:
    if not content:
        return None
    try:
        kept = KeptSignIn.model_validate_json(content)
    except ValidationError:
        return None
    return kept if kept.server == server else None
