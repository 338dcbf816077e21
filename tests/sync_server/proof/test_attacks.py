"""What an attacker tries first, each against the real application."""

import base64
import hashlib
import hmac
import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import psutil
import pytest
from PIL import Image
from sqlalchemy import text

from sync_server.app.settings import Settings
from tests.support.server import FakeClock, Server, SignedInUser

API = "/api/v1"
WEBHOOK_SECRET = "webhook-secret"  # one for both providers


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_folder=tmp_path / "data",
        stripe_webhook_secret=WEBHOOK_SECRET,
        lemon_squeezy_webhook_secret=WEBHOOK_SECRET,
        github_client_id="client",
        github_client_secret="client-secret",
        oauth_redirects=["https://studio.example.com/signed-in"],
    )


def error_code(reply: httpx.Response) -> str:
    return str(reply.json()["error"]["code"])


def claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


async def me(server: Server, token: str) -> httpx.Response:
    return await server.client.get(f"{API}/users/me", headers={"Authorization": f"Bearer {token}"})


class TestTokens:
    async def test_a_token_without_a_signature(self, server: Server) -> None:
        user = await server.register()
        for algorithm in ("none", "None", "NONE"):
            header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
            body = user.access_token.split(".")[1]
            reply = await me(server, f"{header.decode().rstrip('=')}.{body}.")
            assert (reply.status_code, error_code(reply)) == (401, "INVALID_TOKEN")

    async def test_a_token_signed_with_another_key(self, server: Server, settings: Settings) -> None:
        user = await server.register()
        secret = settings.secret_key.get_secret_value()
        for key in ("guessed" * 8, secret, hashlib.sha256(secret.encode()).hexdigest()):
            forged = jwt.encode(claims(user.access_token), key, algorithm="HS256")
            reply = await me(server, forged)
            assert (reply.status_code, error_code(reply)) == (401, "INVALID_TOKEN")

    async def test_changed_claims_under_the_old_signature(self, server: Server) -> None:
        user = await server.register()
        head, _, signature = user.access_token.split(".")
        body = json.dumps(claims(user.access_token) | {"role": "admin"}).encode()
        forged = f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{signature}"
        assert error_code(await me(server, forged)) == "INVALID_TOKEN"

    async def test_a_refresh_token_is_no_access_token(self, server: Server) -> None:
        user = await server.register()
        reply = await me(server, user.refresh_token)
        assert (reply.status_code, error_code(reply)) == (401, "INVALID_TOKEN")

    async def test_an_access_token_is_no_refresh_token(self, server: Server) -> None:
        user = await server.register()
        reply = await server.client.post(
            f"{API}/users/auth/refresh", json={"refresh_token": user.access_token}
        )
        assert (reply.status_code, error_code(reply)) == (401, "INVALID_TOKEN")

    async def test_an_expired_token(self, server: Server, clock: FakeClock) -> None:
        user = await server.register()
        clock.advance(timedelta(minutes=15, seconds=1))
        reply = await me(server, user.access_token)
        assert (reply.status_code, error_code(reply)) == (401, "TOKEN_EXPIRED")

    async def test_a_token_of_an_ended_session(self, server: Server) -> None:
        user = await server.register()
        await server.client.post(f"{API}/users/auth/logout", headers=user.headers)
        assert (await me(server, user.access_token)).status_code == 401

    async def test_a_spent_refresh_token_ends_its_family(self, server: Server, clock: FakeClock) -> None:
        user = await server.register()
        first = await refresh(server, user.refresh_token)
        clock.advance(timedelta(minutes=5))  # past the grace for a lost reply
        newest = first.json()["data"]["refresh_token"]
        replay = await refresh(server, user.refresh_token)
        assert (replay.status_code, error_code(replay)) == (401, "INVALID_TOKEN")
        assert (await refresh(server, newest)).status_code == 401
        assert (await me(server, first.json()["data"]["access_token"])).status_code == 401


async def refresh(server: Server, token: str) -> httpx.Response:
    return await server.client.post(f"{API}/users/auth/refresh", json={"refresh_token": token})


def stripe_signature(body: bytes, at: datetime, *, secret: str = WEBHOOK_SECRET) -> str:
    stamp = int(at.timestamp())
    mac = hmac.digest(secret.encode(), f"{stamp}.".encode() + body, "sha256").hex()
    return f"t={stamp},v1={mac}"


class TestWebhooks:
    STRIPE = f"{API}/payments/webhooks/stripe"
    LEMON_SQUEEZY = f"{API}/payments/webhooks/lemon-squeezy"
    STRIPE_BODY = json.dumps(
        {"id": "evt_1", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}
    ).encode()

    @pytest.mark.parametrize("path", [STRIPE, LEMON_SQUEEZY])
    async def test_without_a_signature(self, server: Server, path: str) -> None:
        reply = await server.client.post(path, content=self.STRIPE_BODY)
        assert reply.status_code == 401
        assert await kept_webhooks(server) == 0

    async def test_stripe_with_a_bad_signature(self, server: Server, clock: FakeClock) -> None:
        good = stripe_signature(self.STRIPE_BODY, clock())
        for bad in (
            "nonsense",
            "t=,v1=",
            good[:-2] + "00",
            stripe_signature(self.STRIPE_BODY, clock(), secret="another"),
            stripe_signature(self.STRIPE_BODY + b" ", clock()),
            good.replace("v1=", "v0="),
        ):
            reply = await server.client.post(
                self.STRIPE, content=self.STRIPE_BODY, headers={"Stripe-Signature": bad}
            )
            assert reply.status_code == 401, bad
        assert await kept_webhooks(server) == 0

    async def test_stripe_with_a_stale_signature(self, server: Server, clock: FakeClock) -> None:
        old = stripe_signature(self.STRIPE_BODY, clock() - timedelta(seconds=301))
        reply = await server.client.post(
            self.STRIPE, content=self.STRIPE_BODY, headers={"Stripe-Signature": old}
        )
        assert reply.status_code == 401
        assert await kept_webhooks(server) == 0

    async def test_lemon_squeezy_with_a_bad_signature(self, server: Server) -> None:
        good = hmac.digest(WEBHOOK_SECRET.encode(), self.STRIPE_BODY, "sha256").hex()
        for bad in ("", "0" * 64, good[:-1], f"md5={good}", "sha256=", "ü"):
            reply = await server.client.post(
                self.LEMON_SQUEEZY,
                content=self.STRIPE_BODY,
                headers=[(b"X-Signature", bad.encode("latin-1"))],
            )
            assert reply.status_code == 401, bad
        assert await kept_webhooks(server) == 0


async def kept_webhooks(server: Server) -> int:
    async with server.container.database.sessions() as session:
        return int((await session.execute(text("SELECT count(*) FROM webhook_events"))).scalar_one())


class TestMassAssignment:
    GIFTS = {  # noqa: RUF012 - read only
        "role": "admin",
        "tier": "studio",
        "credits": 1_000_000,
        "balance": 1_000_000,
        "state": "active",
        "email_verified": True,
        "is_admin": True,
    }

    @pytest.mark.parametrize("gift", sorted(GIFTS))
    async def test_at_registration(self, server: Server, gift: str) -> None:
        reply = await server.client.post(
            f"{API}/users/auth/register",
            json={"email": "a@example.com", "password": "correct-horse-7-battery", gift: self.GIFTS[gift]},
        )
        assert (reply.status_code, error_code(reply)) == (400, "VALIDATION_ERROR")

    async def test_in_the_profile(self, server: Server) -> None:
        user = await server.register()
        before = (await me(server, user.access_token)).json()["data"]
        for path, method in (("/users/me", "PATCH"), ("/users/me/settings/profile", "PUT")):
            for gift, value in self.GIFTS.items():
                reply = await server.client.request(
                    method, API + path, json={"full_name": "A", gift: value}, headers=user.headers
                )
                assert reply.status_code == 400, (path, gift, reply.text)
        after = (await me(server, user.access_token)).json()["data"]
        assert after == before

    async def test_a_purchase_at_a_price_of_ones_own(self, server: Server) -> None:
        user = await server.register()
        for gift in ({"credits": 1_000_000}, {"amount": 1000}, {"price_usd": 0}, {"bonus_credits": 5000}):
            reply = await server.client.post(
                f"{API}/payments/credits/purchase",
                json={"package": "credits_100", **gift},
                headers=user.headers | {"Idempotency-Key": "one"},
            )
            assert reply.status_code == 400, (gift, reply.text)


class TestCursors:
    async def test_a_cursor_of_ones_own(self, server: Server) -> None:
        user = await server.register(role="admin")
        own = base64.urlsafe_b64encode(b'["2026-01-01T00:00:00Z","x"]').decode().rstrip("=")
        for path in ("/users", "/payments/credits/transactions"):
            for cursor in (own, "AAAA", "' OR 1=1 --", "é", "a" * 1999):
                reply = await server.client.get(API + path, params={"cursor": cursor}, headers=user.headers)
                assert (reply.status_code, error_code(reply)) == (400, "INVALID_PARAMETERS"), (path, cursor)

    async def test_a_cursor_of_another_list(self, server: Server) -> None:
        user = await server.register(role="admin")
        await server.register(email="second@example.com")
        first = await server.client.get(f"{API}/users", params={"limit": 1}, headers=user.headers)
        cursor = first.json()["pagination"]["next_cursor"]
        assert cursor
        reply = await server.client.get(
            f"{API}/payments/credits/transactions", params={"cursor": cursor}, headers=user.headers
        )
        assert (reply.status_code, error_code(reply)) == (400, "INVALID_PARAMETERS")
        changed = cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB")
        reply = await server.client.get(f"{API}/users", params={"cursor": changed}, headers=user.headers)
        assert (reply.status_code, error_code(reply)) == (400, "INVALID_PARAMETERS")


class TestInjection:
    async def test_a_request_id_never_carries_lines_into_reply_or_log(
        self, server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        for evil in ("a\r\nSet-Cookie: b=1", "a\nFAKE LOG LINE", "<script>", "a" * 500, "%0d%0aX: y"):
            with caplog.at_level("INFO"):
                reply = await server.client.get(f"{API}/users/me", headers={"X-Request-ID": evil})
            assert reply.headers["X-Request-ID"] != evil
            assert "Set-Cookie" not in reply.headers
            assert all("FAKE LOG LINE" not in record.getMessage() for record in caplog.records)
            assert all(getattr(record, "request_id", "") != evil for record in caplog.records)

    async def test_a_name_never_adds_a_mail_header(self, server: Server) -> None:
        reply = await server.client.post(
            f"{API}/users/auth/register",
            json={
                "email": "artist@example.com",
                "password": "correct-horse-7-battery",
                "full_name": "Ann\r\nBcc: everyone@example.com",
            },
        )
        await server.run_tasks()
        assert reply.status_code in {201, 400}
        for mail in server.mails():
            assert mail.to == "artist@example.com"
            assert "everyone@example.com" not in mail.subject

    async def test_an_address_never_adds_a_recipient(self, server: Server) -> None:
        for address in (
            "a@example.com\r\nBcc: b@example.com",
            "a@example.com, b@example.com",
            "a@example.com%0ab@example.com",
            '"a\r\nb"@example.com',
        ):
            reply = await server.client.post(
                f"{API}/users/auth/register", json={"email": address, "password": "correct-horse-7-battery"}
            )
            assert reply.status_code == 400, address

    async def test_words_of_the_database_are_only_words(self, server: Server) -> None:
        user = await server.register(role="admin")
        for evil in ("'; DROP TABLE users; --", "%' OR '1'='1", "\\", "\u0000", "%_%"):
            reply = await server.client.get(f"{API}/users", params={"search": evil}, headers=user.headers)
            assert reply.status_code in {200, 400}, (evil, reply.text)
            if reply.status_code == 200:
                assert reply.json()["data"] == [], evil


class TestBigBodies:
    SIZE = 1024**3

    @pytest.mark.parametrize(
        ("path", "content_type"),
        [
            ("/users/auth/login", "application/json"),
            ("/users/me/avatar", "multipart/form-data; boundary=b"),
            ("/payments/webhooks/stripe", "application/json"),
        ],
    )
    async def test_a_gigabyte_is_refused_before_it_is_read(
        self, server: Server, path: str, content_type: str
    ) -> None:
        user = await server.register()
        chunk = b"x" * (1024 * 1024)
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
            while sent < self.SIZE:
                sent += len(chunk)
                yield chunk

        before = psutil.Process().memory_info().rss
        reply = await server.client.post(
            API + path, content=endless(), headers=user.headers | {"Content-Type": content_type}
        )
        assert (reply.status_code, error_code(reply)) == (413, "FILE_TOO_LARGE")
        assert sent < 64 * 1024 * 1024
        assert psutil.Process().memory_info().rss - before < 128 * 1024 * 1024

    async def test_an_announced_gigabyte_is_not_read_at_all(self, server: Server) -> None:
        async def untouched() -> AsyncIterator[bytes]:
            yield b"{"
            raise AssertionError("the body was read")

        reply = await server.client.post(
            f"{API}/users/auth/login",
            content=untouched(),
            headers={"Content-Length": str(self.SIZE), "Content-Type": "application/json"},
        )
        assert (reply.status_code, error_code(reply)) == (413, "FILE_TOO_LARGE")


def bomb(side: int) -> bytes:
    """A small PNG of `side` times `side` black pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


class TestPictures:
    async def test_an_image_bomb(self, server: Server) -> None:
        user = await server.register()
        content = bomb(30_000)
        assert len(content) < 5 * 1024 * 1024
        before = psutil.Process().memory_info().rss
        reply = await self.upload(server, user, content)
        assert reply.status_code in {400, 413, 422}, reply.text
        assert psutil.Process().memory_info().rss - before < 128 * 1024 * 1024

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"GIF89a<script>",
            b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
            b"%!PS-Adobe-3.0 EPSF-3.0",
        ],
    )
    async def test_what_is_no_picture(self, server: Server, content: bytes) -> None:
        user = await server.register()
        reply = await self.upload(server, user, content)
        assert reply.status_code in {400, 415, 422}, reply.text

    async def test_nothing_but_pixels_is_kept(self, server: Server) -> None:
        user = await server.register()
        buffer = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "my home address"
        Image.new("RGB", (300, 200), "red").save(buffer, "JPEG", exif=exif)
        reply = await self.upload(server, user, buffer.getvalue() + b"<script>alert(1)</script>")
        assert reply.status_code == 200, reply.text
        files = [path for path in server.container.settings.data_folder.rglob("*") if path.is_file()]
        kept = [path.read_bytes() for path in files if "avatar" in str(path)]
        assert kept
        assert all(b"my home address" not in one and b"<script>" not in one for one in kept)

    async def upload(self, server: Server, user: SignedInUser, content: bytes) -> httpx.Response:
        return await server.client.post(
            f"{API}/users/me/avatar",
            files={"file": ("a.png", content, "image/png")},
            headers=user.headers,
        )


class TestManyLogins:
    async def test_a_flood_of_logins_costs_little_and_keeps_no_owner_out(self, server: Server) -> None:
        """A compressed minute: every try after an address's tenth is answered without a hash."""
        user = await server.register()
        await server.sign_in(email=user.email)
        statuses: dict[int, int] = {}
        for number in range(500):
            reply = await server.client.post(
                f"{API}/users/auth/login",
                json={"email": user.email, "password": f"guess-number-{number}"},
            )
            statuses[reply.status_code] = statuses.get(reply.status_code, 0) + 1
        assert statuses.keys() == {401, 429}
        assert statuses[401] <= 10
        assert (await me(server, user.access_token)).status_code == 200
