"""Prompts improved and translated by an operator's language model, and what that costs when it fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger, LedgerAudit
from tests.support.language_model_simulator import LanguageModelSimulator
from tests.support.loopback import listening
from tests.support.server import Server, SignedInUser

BETTER = {"prompt": "a breathtaking sunset over mountains, golden hour", "negative_prompt": "blurry"}


@pytest.fixture
def model() -> LanguageModelSimulator:
    return LanguageModelSimulator()


@pytest.fixture
def settings(tmp_path: Path, model: LanguageModelSimulator) -> Iterator[Settings]:
    with listening(model.app) as address:
        yield Settings(
            data_folder=tmp_path / "data",
            language_model_url=f"{address}/v1",
            language_model_key=SecretStr("secret"),
            language_model_name="words-1",
        )


async def ask(server: Server, user: SignedInUser, path: str, **body: Any) -> httpx.Response:
    return await server.client.post(f"/api/v1/generation/prompt/{path}", json=body, headers=user.headers)


async def available(server: Server, user: SignedInUser) -> int:
    reply = await server.client.get("/api/v1/payments/credits/balance", headers=user.headers)
    return int(reply.json()["data"]["available"])


async def test_a_better_prompt_costs_a_credit(server: Server, model: LanguageModelSimulator) -> None:
    user = await server.register()
    model.reply = f"```json\n{json.dumps(BETTER)}\n```"
    reply = await ask(server, user, "enhance", prompt="sunset", style="sketch")
    data = reply.json()["data"]
    assert (data["enhanced_prompt"], data["suggested_negative_prompt"]) == (
        BETTER["prompt"],
        BETTER["negative_prompt"],
    )
    assert (data["method"], data["credits"], await available(server, user)) == ("model", 1, 99)
    (asked,) = model.asked
    assert (asked["model"], asked["messages"][1]["content"]) == ("words-1", "sunset")
    assert "pencil sketch" in asked["messages"][0]["content"]
    spent = await server.client.get("/api/v1/payments/credits/transactions", headers=user.headers)
    assert spent.json()["data"][0]["description"] == "Prompt enhancement"
    async with server.container.transactions.begin() as work:
        assert await work.get(LedgerAudit).run() == []


@pytest.mark.parametrize(
    "written",
    ["no JSON at all", "[]", "{}", '{"prompt": 7}', '{"prompt": "  "}', json.dumps({"prompt": None})],
)
async def test_what_is_no_prompt_costs_nothing(
    server: Server, model: LanguageModelSimulator, written: str
) -> None:
    user = await server.register()
    model.reply = written
    reply = await ask(server, user, "enhance", prompt="sunset")
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert await available(server, user) == 100


async def test_a_model_that_is_down_costs_nothing(server: Server, model: LanguageModelSimulator) -> None:
    user = await server.register()
    model.down = True
    assert (await ask(server, user, "enhance", prompt="sunset")).status_code == 503
    assert (await ask(server, user, "translate", prompt="석양")).status_code == 503
    assert await available(server, user) == 100


async def test_what_the_policy_forbids_is_refused_on_both_sides(
    server: Server, model: LanguageModelSimulator
) -> None:
    user = await server.register()
    before = await ask(server, user, "enhance", prompt="a nude child")
    assert (before.json()["error"]["code"], model.asked) == ("INVALID_PROMPT", [])
    model.reply = json.dumps({"prompt": "a nude child"})
    after = await ask(server, user, "enhance", prompt="a beach")
    assert after.json()["error"]["code"] == "INVALID_PROMPT"
    assert await available(server, user) == 100


async def test_without_credits_nobody_is_asked(server: Server, model: LanguageModelSimulator) -> None:
    user = await server.register()
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).adjust(user.id, -100, key="spent", description="Spent")
    reply = await ask(server, user, "enhance", prompt="sunset")
    assert (reply.status_code, reply.json()["error"]["details"]["shortfall"]) == (402, 1)
    assert model.asked == []


async def test_a_prompt_is_paid_once_with_its_key(server: Server, model: LanguageModelSimulator) -> None:
    user = await server.register()
    model.reply = json.dumps(BETTER)
    headers = user.headers | {"Idempotency-Key": "once"}
    for _ in range(2):
        reply = await server.client.post(
            "/api/v1/generation/prompt/enhance", json={"prompt": "sunset"}, headers=headers
        )
        assert reply.json()["data"]["enhanced_prompt"] == BETTER["prompt"]
    assert (len(model.asked), await available(server, user)) == (1, 99)


async def test_a_translation_is_free(server: Server, model: LanguageModelSimulator) -> None:
    user = await server.register()
    model.reply = json.dumps({"translation": "Beautiful sunset", "source_language": "ko", "confidence": 0.98})
    reply = await ask(server, user, "translate", prompt="아름다운 석양", source_language="ko")
    assert reply.json()["data"] == {
        "original_prompt": "아름다운 석양",
        "translated_prompt": "Beautiful sunset",
        "source_language": "ko",
        "confidence": 0.98,
    }
    assert await available(server, user) == 100
