"""The hasher of passwords: argon2id, off the loop, bounded, and as slow for nobody as for somebody."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from argon2 import extract_parameters

from sync_server.platform.errors import ServiceUnavailableError
from sync_server.platform.security.passwords import PasswordHasher

LEAST_KIB = 19_456


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    """With the least that OWASP allows."""
    made = PasswordHasher(memory_kib=LEAST_KIB, passes=2, lanes=1)
    yield made
    made.close()


async def test_a_password_is_known_again_and_no_other_is(hasher: PasswordHasher) -> None:
    password_hash = await hasher.hash("correct-horse-7-battery")
    assert password_hash.startswith("$argon2id$")
    assert "correct" not in password_hash
    assert await hasher.verify(password_hash, "correct-horse-7-battery")
    assert not await hasher.verify(password_hash, "correct-horse-7-batterz")
    assert not await hasher.verify(password_hash, "")


async def test_the_same_password_never_has_the_same_hash(hasher: PasswordHasher) -> None:
    assert await hasher.hash("one password") != await hasher.hash("one password")


async def test_nobody_has_no_right_password(hasher: PasswordHasher) -> None:
    assert not await hasher.verify(None, "nobody's password")
    assert not await hasher.verify("", "nobody's password")
    assert not await hasher.verify("not a hash", "password")


async def test_an_address_without_an_account_takes_as_long(hasher: PasswordHasher) -> None:
    password_hash = await hasher.hash("a password")

    async def fastest(known: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            await hasher.verify(known, "a wrong password")
            times.append(time.perf_counter() - began)
        return min(times)

    somebody, nobody = await fastest(password_hash), await fastest(None)
    assert 0.4 < nobody / somebody < 2.5


async def test_parameters_that_grew_ask_for_a_new_hash(hasher: PasswordHasher) -> None:
    old = await hasher.hash("a password")
    stronger = PasswordHasher(memory_kib=LEAST_KIB + 1024, passes=2, lanes=1)
    try:
        assert not hasher.needs_rehash(old)
        assert stronger.needs_rehash(old)
        assert await stronger.verify(old, "a password")
    finally:
        stronger.close()


async def test_what_the_server_uses_is_at_least_what_owasp_asks_for() -> None:
    hasher = PasswordHasher()
    try:
        parameters = extract_parameters(await hasher.hash("a password"))
    finally:
        hasher.close()
    # OWASP's table: 46 MiB with one pass, 19 MiB with two.
    assert parameters.memory_cost >= (47_104 if parameters.time_cost == 1 else LEAST_KIB)
    assert parameters.parallelism >= 1


async def test_too_many_at_once_are_told_to_come_again() -> None:
    hasher = PasswordHasher(memory_kib=LEAST_KIB, passes=2, lanes=1, threads=1, waiting=1)
    try:
        results = await asyncio.gather(*(hasher.hash("a password") for _ in range(6)), return_exceptions=True)
        refused = [result for result in results if isinstance(result, ServiceUnavailableError)]
        assert len(refused) == 4
        assert all(int(error.headers["Retry-After"]) > 0 for error in refused)
        assert await hasher.hash("a password")  # and once there is room again, all is well
    finally:
        hasher.close()


async def test_the_loop_goes_on_meanwhile(hasher: PasswordHasher) -> None:
    hashing = asyncio.ensure_future(hasher.hash("a password"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert await hashing
    assert turns > 10
