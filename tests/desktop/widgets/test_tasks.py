import asyncio
import logging

import pytest

from desktop.widgets.tasks import TaskOwner, report_of
from shared.contracts.errors import ErrorReport, StorageError


async def test_gives_the_result_back() -> None:
    owner = TaskOwner()
    assert await owner.start(asyncio.sleep(0, "done")) == "done"
    assert not owner.busy


async def test_our_errors_go_to_who_shows_them() -> None:
    seen: list[ErrorReport] = []
    owner = TaskOwner(on_error=seen.append)

    async def fail() -> None:
        raise StorageError("The disk is full.", advice="Make room.")

    with pytest.raises(StorageError):
        await owner.start(fail())
    assert [report.code for report in seen] == ["STORAGE_FAILED"]


async def test_unexpected_errors_are_logged_and_shown_with_details(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[ErrorReport] = []
    owner = TaskOwner(on_error=seen.append)

    async def fail() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        await owner.start(fail(), name="a division")
    assert "a division" in caplog.text
    (report,) = seen
    assert "ZeroDivisionError" in report.text
    assert "Traceback" in report.detail


async def test_close_cancels_and_waits() -> None:
    owner = TaskOwner(on_error=lambda report: pytest.fail(report.text))
    cleaned = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    task = owner.start(work())
    await asyncio.sleep(0)
    assert owner.busy
    await owner.close()
    assert task.cancelled()
    assert cleaned.is_set()
    assert not owner.busy


async def test_a_task_may_close_its_own_owner() -> None:
    owner = TaskOwner()
    other = owner.start(asyncio.Event().wait())

    async def close() -> str:
        try:
            await owner.close()
        except asyncio.CancelledError:
            return "cancelled"
        return "closed"

    assert await asyncio.wait_for(owner.start(close()), 5) in {"cancelled", "closed"}
    await asyncio.wait([other])
    assert other.cancelled()


def test_a_report_of_our_own_error_is_its_own() -> None:
    error = StorageError("The disk is full.")
    assert report_of(error) is error.report
