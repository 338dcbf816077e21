"""Leaving: with thirty days to think again, and nothing of the person after them."""

from datetime import timedelta

from sqlalchemy import text

from sync_server.accounts.tasks import erase_due
from sync_server.credits.service import LedgerAudit
from tests.support.server import PASSWORD, FakeClock, Server

ME = "/api/v1/users/me"
SURE = {"confirmation": "DELETE", "password": PASSWORD}


async def test_deletion_needs_the_word_and_the_password(server: Server) -> None:
    user = await server.register()
    for body, status in (
        ({"confirmation": "delete", "password": PASSWORD}, 400),
        ({"confirmation": "DELETE", "password": "wrong"}, 401),
        ({"confirmation": "DELETE"}, 401),
    ):
        reply = await server.client.request("DELETE", ME, json=body, headers=user.headers)
        assert reply.status_code == status, reply.text
    assert (await server.client.get(ME, headers=user.headers)).json()["data"]["state"] == "active"


async def test_it_can_be_taken_back_and_allows_nothing_else_meanwhile(
    server: Server, clock: FakeClock
) -> None:
    user = await server.register()
    await server.client.request("DELETE", ME, json=SURE, headers=user.headers)
    await server.run_tasks()
    assert "Your account will be deleted" in [mail.subject for mail in server.mails()]
    clock.advance(timedelta(days=29))
    again = await server.sign_in(email=user.email)
    refused = await server.client.patch(ME, json={"full_name": "Ann"}, headers=again.headers)
    assert refused.json()["error"]["code"] == "ACCOUNT_SUSPENDED"
    assert (await server.client.post(f"{ME}/cancel-deletion", headers=again.headers)).status_code == 200
    clock.advance(timedelta(days=2))
    assert await erase_due(server.container.transactions) == 0
    await server.sign_in(email=user.email)


async def test_after_thirty_days_the_person_is_gone_and_the_ledger_still_sound(
    server: Server, clock: FakeClock
) -> None:
    user = await server.register(email="ann@example.com")
    await server.client.request("DELETE", ME, json=SURE, headers=user.headers)
    clock.advance(timedelta(days=30))
    assert await erase_due(server.container.transactions) == 1
    reply = await server.client.post(
        "/api/v1/users/auth/login", json={"email": user.email, "password": PASSWORD}
    )
    assert reply.status_code == 401
    async with server.container.transactions.begin() as work:
        assert await work.get(LedgerAudit).run() == []
        assert await work.session.scalar(text("SELECT count(*) FROM credit_entries")) > 0
        assert (
            await work.session.scalar(text("SELECT count(*) FROM credit_accounts WHERE user_id IS NOT NULL"))
            == 0
        )
        assert await work.session.scalar(text("SELECT count(*) FROM users")) == 0
        assert await work.session.scalar(text("SELECT count(*) FROM sessions")) == 0
