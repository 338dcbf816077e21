"""A job from its request to its picture, and what it costs on every way that it can end."""

import asyncio
import base64
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from shared.contracts.errors import ErrorReport
from shared.imaging.recipe_pictures import read_recipe
from sync_server.credits.service import LedgerAudit
from sync_server.generation.service.rescue import rescue_forgotten_jobs, rescue_jobs
from sync_server.generation.service.runs import JobRuns, Taken
from tests.support.cloud import CloudWorker
from tests.support.server import FakeClock, Server, SignedInUser

GENERATION = "/api/v1/generation"
WORDS = {"prompt": "a red house in a snowy field", "steps": 4, "seed": 7}


def picture(size: tuple[int, int] = (64, 48), colour: str = "red") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


async def create(
    server: Server, user: SignedInUser, path: str = "create", *, status: int = 201, **body: Any
) -> dict[str, Any]:
    reply = await server.client.post(f"{GENERATION}/{path}", json=WORDS | body, headers=user.headers)
    assert reply.status_code == status, reply.text
    found: dict[str, Any] = reply.json()["data"] if status < 300 else reply.json()["error"]
    return found


async def job(server: Server, user: SignedInUser, job_id: str) -> dict[str, Any]:
    reply = await server.client.get(f"{GENERATION}/jobs/{job_id}", headers=user.headers)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()["data"]
    return found


async def credits_of(server: Server, user: SignedInUser) -> tuple[int, int]:
    """Available and reserved."""
    reply = await server.client.get("/api/v1/payments/credits/balance", headers=user.headers)
    return reply.json()["data"]["available"], reply.json()["data"]["reserved"]


async def fetch(server: Server, url: str) -> bytes:
    reply = await server.client.get(url)
    assert reply.status_code == 200, reply.text
    return reply.content


async def sound(server: Server) -> None:
    async with server.container.transactions.begin() as work:
        assert await work.get(LedgerAudit).run() == []


async def test_a_picture_is_made_paid_and_can_be_fetched(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    created = await create(server, artist, num_images=2)
    assert (created["status"], created["queue_position"]) == ("queued", 1)
    price = created["estimated_credits"]
    assert await credits_of(server, artist) == (1000 - price, price)
    await worker.work_off()
    done = await job(server, artist, created["job_id"])
    assert (done["status"], done["actual_credits"], done["progress"]) == ("completed", price, 100)
    assert await credits_of(server, artist) == (1000 - price, 0)
    first, second = done["images"]
    assert (first["width"], first["height"], first["seed"], second["seed"]) == (256, 256, 7, 8)
    data = await fetch(server, first["url"])
    recipe = read_recipe(data)
    assert recipe is not None
    assert recipe.request.prompt == WORDS["prompt"]
    thumbnail = Image.open(io.BytesIO(await fetch(server, first["thumbnail_url"])))
    assert thumbnail.format == "WEBP"
    me = (await server.client.get("/api/v1/users/me", headers=artist.headers)).json()["data"]
    assert me["storage"]["used_bytes"] > len(data)
    await sound(server)


async def test_others_do_not_see_or_cancel_it(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    created = await create(server, artist)
    other = await server.register(email="other@example.com")
    address = f"{GENERATION}/jobs/{created['job_id']}"
    for reply in (
        await server.client.get(address, headers=other.headers),
        await server.client.get(f"{address}/progress", headers=other.headers),
        await server.client.delete(address, headers=other.headers),
    ):
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_a_waiting_job_that_is_cancelled_costs_nothing(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    created = await create(server, artist)
    address = f"{GENERATION}/jobs/{created['job_id']}"
    reply = await server.client.delete(address, headers=artist.headers)
    assert reply.json()["data"]["refunded_credits"] == created["estimated_credits"]
    assert await credits_of(server, artist) == (1000, 0)
    await worker.work_off()
    assert worker.engine.requests == []
    again = await server.client.delete(address, headers=artist.headers)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "JOB_NOT_CANCELLABLE")


async def test_a_running_job_that_is_cancelled_pays_for_its_steps(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    worker.engine._hang_at_step = 3
    created = await create(server, artist, width=1024, height=1024, steps=10)
    price = created["estimated_credits"]
    working = asyncio.create_task(worker.work_off())
    address = f"{GENERATION}/jobs/{created['job_id']}"
    async with asyncio.timeout(20):
        while (await job(server, artist, created["job_id"]))["status"] != "processing":
            await asyncio.sleep(0.02)
        reply = await server.client.delete(address, headers=artist.headers)
        assert reply.json()["data"]["status"] == "processing"
        await working
    stopped = await job(server, artist, created["job_id"])
    assert stopped["status"] == "cancelled"
    assert stopped["actual_credits"] == price * 2 // 10
    assert await credits_of(server, artist) == (1000 - stopped["actual_credits"], 0)
    await sound(server)


async def test_a_job_that_fails_costs_nothing_and_says_why(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    worker.engine._fail_with = ErrorReport(code="OUT_OF_MEMORY", message="There is not enough memory.")
    worker.engine._failures_left = 1
    created = await create(server, artist)
    await worker.work_off()
    failed = await job(server, artist, created["job_id"])
    assert (failed["status"], failed["error"]["code"]) == ("failed", "OUT_OF_MEMORY")
    assert failed["refunded_credits"] == created["estimated_credits"]
    assert await credits_of(server, artist) == (1000, 0)


async def test_an_engine_that_crashes_once_does_it_again(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    worker.engine._fail_with = ErrorReport(code="ENGINE_CRASHED", message="The engine stopped.")
    worker.engine._failures_left = 1
    created = await create(server, artist)
    await worker.work_off()
    assert (await job(server, artist, created["job_id"]))["status"] == "completed"
    assert len(worker.engine.requests) == 2


async def test_beyond_the_places_of_a_plan_a_job_is_refused_and_a_batch_waits(
    server: Server, worker: CloudWorker
) -> None:
    user = await server.register()  # free: three places, batches of ten
    reply = await server.client.post(
        f"{GENERATION}/batch-create",
        json={"prompts": [f"house {n}" for n in range(5)], "steps": 1},
        headers=user.headers,
    )
    jobs = reply.json()["data"]["jobs"]
    assert [each["status"] for each in jobs] == ["queued"] * 3 + ["pending"] * 2
    refused = await create(server, user, status=429)
    assert (refused["code"], refused["details"]["limit"]) == ("QUEUE_LIMIT_REACHED", 3)
    await worker.work_off()
    states = [(await job(server, user, each["job_id"]))["status"] for each in jobs]
    assert states == ["completed"] * 5
    seeds = [(await job(server, user, each["job_id"]))["parameters"]["seed"] for each in jobs]
    assert len(set(seeds)) == 5


async def test_users_take_turns(server: Server, artist: SignedInUser, worker: CloudWorker) -> None:
    other = await server.register(email="other@example.com", tier="pro")
    for number in range(3):
        await create(server, artist, prompt=f"first {number}")
    await create(server, other, prompt="second")
    await worker.work_off()
    order = [request.prompt for request in worker.engine.requests]
    assert order.index("second") == 1
    assert [prompt for prompt in order if prompt != "second"] == ["first 0", "first 1", "first 2"]


async def test_what_is_too_dear_or_too_large_is_refused_before_anything_is_held(
    server: Server, worker: CloudWorker
) -> None:
    user = await server.register()
    dear = await create(server, user, status=409, max_credits=0)
    assert (dear["code"], dear["details"]["max_credits"]) == ("PRICE_CHANGED", 0)
    large = await create(server, user, status=403, width=1024, height=1024)
    assert (large["code"], large["details"]["max_side"]) == ("FEATURE_LOCKED", 512)
    assert await credits_of(server, user) == (100, 0)


async def test_credits_that_are_lacking_are_told(server: Server, worker: CloudWorker) -> None:
    user = await server.register(tier="pro")
    lacking = await create(server, user, status=402, width=2048, height=2048, steps=100, num_images=4)
    details = lacking["details"]
    assert lacking["code"] == "INSUFFICIENT_CREDITS"
    assert details["shortfall"] == details["required"] - 100


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"prompt": "a nude child"}, 400, "INVALID_PROMPT"),
        ({"prompt": "a (nude:1.2) ch\u200bild"}, 400, "INVALID_PROMPT"),
        ({"prompt": "알몸의 어린이를"}, 400, "INVALID_PROMPT"),
        ({"prompt": ""}, 400, "VALIDATION_ERROR"),
        ({"model": "no-such-model"}, 404, "NOT_FOUND"),
        ({"model": "stable-diffusion-xl"}, 503, "MODEL_UNAVAILABLE"),
        ({"loras": [{"name": "detail", "scale": 0.8}]}, 503, "MODEL_UNAVAILABLE"),
        ({"style": "no-such-style"}, 400, "INVALID_PARAMETERS"),
        ({"width": 256}, 400, "VALIDATION_ERROR"),
        ({"num_images": 5}, 400, "VALIDATION_ERROR"),
    ],
)
async def test_what_can_not_be_made_is_told_in_words(
    server: Server, artist: SignedInUser, worker: CloudWorker, body: dict[str, Any], status: int, code: str
) -> None:
    assert (await create(server, artist, status=status, **body))["code"] == code


async def test_others_names_sizes_styles_and_filters_are_understood(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    await create(
        server,
        artist,
        negativePrompt="fog",
        style="sketch",
        filters={"pose": "standing", "lighting": "dramatic"},
        parameters={"cfg_scale": 3.5, "sampler": "Euler a"},
        aspectRatio="16:9",
    )
    await worker.work_off()
    (request,) = worker.engine.requests
    assert request.prompt.startswith("a red house in a snowy field, standing pose, dramatic light")
    assert "pencil sketch" in request.prompt
    assert request.negative_prompt.startswith("fog, ")
    assert (request.guidance_scale, request.sampler) == (3.5, "euler_a")
    assert (request.width, request.height) == (344, 192)  # type: ignore[union-attr]  # from words


async def test_an_address_that_is_not_confirmed_makes_nothing(server: Server, worker: CloudWorker) -> None:
    user = await server.register(verified=False)
    assert (await create(server, user, status=403))["code"] == "EMAIL_NOT_VERIFIED"


async def test_a_job_is_asked_for_once_with_its_key(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    headers = artist.headers | {"Idempotency-Key": "once"}
    replies = [
        await server.client.post(f"{GENERATION}/create", json=WORDS, headers=headers) for _ in range(2)
    ]
    assert replies[0].json()["data"]["job_id"] == replies[1].json()["data"]["job_id"]
    listed = await server.client.get(f"{GENERATION}/jobs", headers=artist.headers)
    assert listed.json()["pagination"]["total_count"] == 1


async def test_a_client_may_wait_for_the_picture(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    asking = asyncio.create_task(create(server, artist, sync_mode=True))
    async with asyncio.timeout(20):
        while not worker.engine.requests:
            await worker.work_off()
            await asyncio.sleep(0.02)
        done = await asking
    assert (done["status"], len(done["images"])) == ("completed", 1)


async def test_an_estimate_holds_nothing(server: Server, artist: SignedInUser, worker: CloudWorker) -> None:
    reply = await server.client.post(f"{GENERATION}/estimate", json=WORDS, headers=artist.headers)
    estimate = reply.json()["data"]
    assert estimate["enough"] is True
    assert await credits_of(server, artist) == (1000, 0)
    assert (await create(server, artist))["estimated_credits"] == estimate["credits"]


class TestPicturesIn:
    async def test_as_a_file_as_base64_as_an_item_and_as_an_upload(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        data = picture()
        form = await server.client.post(
            f"{GENERATION}/img2img",
            data={"prompt": "oil painting", "strength": "0.7", "steps": "2"},
            files={"init_image": ("a.png", data, "image/png")},
            headers=artist.headers,
        )
        assert form.status_code == 201, form.text
        encoded = await create(server, artist, "img2img", image=base64.b64encode(data).decode())
        await worker.work_off()
        assert worker.engine.requests[0].source == worker.engine.requests[1].source
        item = (await job(server, artist, encoded["job_id"]))["images"][0]["id"]
        await create(server, artist, "edit", originalImageId=item)
        begun = (
            await server.client.post(
                "/api/v1/uploads",
                json={"size": len(data), "content_type": "image/png"},
                headers=artist.headers,
            )
        ).json()["data"]
        (part,) = begun["parts"]
        early = await server.client.post(f"/api/v1/uploads/{begun['id']}/complete", headers=artist.headers)
        assert (early.status_code, early.json()["error"]["details"]) == (409, {"missing_parts": [0]})
        assert (await server.client.put(part["url"], content=data[:-1])).status_code == 404
        assert (await server.client.put(part["url"], content=data)).status_code == 204
        complete = await server.client.post(f"/api/v1/uploads/{begun['id']}/complete", headers=artist.headers)
        assert complete.json()["data"]["width"] == 64
        await create(server, artist, "variations", image=begun["id"], numVariations=2)
        await worker.work_off()
        assert [request.kind for request in worker.engine.requests] == [
            "image_to_image",
            "image_to_image",
            "image_to_image",
            "variations",
        ]

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ("http://127.0.0.1/a.png", 400),
            ("http://169.254.169.254/latest/meta-data", 400),
            ("http://[::ffff:10.0.0.1]/a.png", 400),
            ("http://localhost/a.png", 400),
            ("http://user:secret@example.com/a.png", 400),
            ("not base64!", 400),
            (base64.b64encode(b"no picture at all").decode(), 415),
            ("019bc1a2-0000-7000-8000-00000000000a", 404),
            ("f" * 64, 404),
            ("multipart:image", 400),
        ],
    )
    async def test_what_is_no_picture_of_theirs_is_refused(
        self, server: Server, artist: SignedInUser, worker: CloudWorker, given: str, status: int
    ) -> None:
        await create(server, artist, "img2img", status=status, image=given)
        assert await credits_of(server, artist) == (1000, 0)

    async def test_an_items_id_opens_nothing_to_others(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        created = await create(server, artist)
        await worker.work_off()
        item = (await job(server, artist, created["job_id"]))["images"][0]["id"]
        other = await server.register(email="other@example.com", tier="pro")
        await create(server, other, "img2img", status=404, image=item)


class TestKinds:
    async def made(
        self, server: Server, artist: SignedInUser, worker: CloudWorker, path: str, **body: Any
    ) -> Image.Image:
        body.setdefault("image", base64.b64encode(picture()).decode())
        reply = await server.client.post(f"{GENERATION}/{path}", json=body, headers=artist.headers)
        assert reply.status_code == 201, reply.text
        await worker.work_off()
        done = await job(server, artist, reply.json()["data"]["job_id"])
        assert done["status"] == "completed", done["error"]
        found = Image.open(io.BytesIO(await fetch(server, done["images"][0]["url"])))
        found.load()
        return found

    async def test_an_inpaint_is_a_whole_picture_that_keeps_what_the_mask_keeps(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        mask = {"rectangles": [{"x": 32, "y": 0, "width": 32, "height": 48}]}
        found = await self.made(server, artist, worker, "inpaint", prompt="a boat", mask=mask, maskBlur=0)
        assert (found.size, found.mode) == ((64, 48), "RGB")
        assert found.getpixel((5, 20)) == (255, 0, 0)
        assert found.getpixel((60, 20)) != (255, 0, 0)

    async def test_an_outpaint_grows_to_the_side_asked_for(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        found = await self.made(server, artist, worker, "outpaint", direction="left", pixels=32)
        assert found.size == (96, 48)
        assert found.getpixel((90, 20)) == (255, 0, 0)

    async def test_a_background_is_replaced(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        behind = base64.b64encode(picture((10, 10), "blue")).decode()
        found = await self.made(
            server, artist, worker, "background", action="replace", replacementBackground=behind
        )
        assert (found.size, found.mode) == ((64, 48), "RGB")

    async def test_a_delivered_format_is_what_was_asked_for(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        found = await self.made(server, artist, worker, "enhance", enhancementType="all", format="jpeg")
        assert found.format == "JPEG"

    async def test_the_largest_upscale_is_what_the_plan_allows(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        reply = await server.client.post(
            f"{GENERATION}/upscale",
            json={"image": base64.b64encode(picture((400, 300))).decode(), "scale": "max"},
            headers=artist.headers,
        )
        created = reply.json()["data"]
        assert (created["width"], created["height"]) == (1600, 1200)


class TestLostWorkers:
    async def take(self, server: Server, worker: CloudWorker, job_id: str) -> Taken:
        async with server.container.transactions.begin() as work:
            taken = await work.get(JobRuns).take(UUID(job_id), worker.container.world.new_id())
        assert taken is not None
        return taken

    async def test_what_a_worker_thought_dead_still_writes_is_not_believed(
        self, server: Server, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
    ) -> None:
        created = await create(server, artist)
        lost = await self.take(server, worker, created["job_id"])
        assert await rescue_jobs(server.container.transactions) == 0
        clock.advance(timedelta(seconds=40))
        await worker.offer()
        assert await rescue_jobs(server.container.transactions) == 1
        await worker.work_off()
        here = await server.sign_in(email=artist.email)
        done = await job(server, here, created["job_id"])
        assert (done["status"], done["attempt"]) == ("completed", 2)
        async with server.container.transactions.begin() as work:
            runs = work.get(JobRuns)
            assert await runs.complete(lost, []) is False
            assert await runs.fail(lost, ErrorReport(code="X", message="x")) is False
            assert await runs.tell_progress(lost, stage="generating", step=1, steps=4) == "lost"
        assert await credits_of(server, here) == (1000 - created["estimated_credits"], 0)
        await sound(server)

    async def test_after_three_losses_it_fails_and_costs_nothing(
        self, server: Server, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
    ) -> None:
        created = await create(server, artist)
        for _ in range(3):
            await self.take(server, worker, created["job_id"])
            clock.advance(timedelta(seconds=40))
            await rescue_jobs(server.container.transactions)
        here = await server.sign_in(email=artist.email)
        failed = await job(server, here, created["job_id"])
        assert (failed["status"], failed["refunded_credits"]) == ("failed", created["estimated_credits"])
        await worker.work_off()
        assert worker.engine.requests == []
        assert await credits_of(server, here) == (1000, 0)

    async def test_a_worker_that_ends_hands_its_job_back(
        self, server: Server, artist: SignedInUser, worker: CloudWorker
    ) -> None:
        worker.engine._hang_at_step = 2
        created = await create(server, artist)
        running = asyncio.create_task(worker.another().run(UUID(created["job_id"])))
        async with asyncio.timeout(20):
            while (await job(server, artist, created["job_id"]))["progress"] < 1:
                await asyncio.sleep(0.02)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert (await job(server, artist, created["job_id"]))["status"] == "queued"
        worker.engine._hang_at_step = None
        await worker.work_off()
        done = await job(server, artist, created["job_id"])
        assert (done["status"], done["actual_credits"]) == ("completed", created["estimated_credits"])


async def test_figures_of_the_queue_and_of_a_user(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    first = await create(server, artist)
    await create(server, artist)
    status = (await server.client.get(f"{GENERATION}/queue/status", headers=artist.headers)).json()["data"]
    assert (status["queued_jobs"], status["queue_limit"]) == (2, 50)
    assert [each["queue_position"] for each in status["jobs"]] == [1, 2]
    whole = (await server.client.get(f"{GENERATION}/queue/global-status")).json()["data"]
    assert (whole["total_pending"], whole["queue_health"]) == (2, "stopped")
    await worker.work_off()
    mine = (await server.client.get(f"{GENERATION}/stats/me", headers=artist.headers)).json()["data"]
    assert (mine["total_generations"], mine["successful_generations"], mine["images_generated"]) == (2, 2, 2)
    assert mine["favorite_model"]["name"] == "Starter landscapes"
    assert mine["most_used_resolutions"] == [{"resolution": "256x256", "count": 2}]
    assert mine["total_credits_spent"] == 2 * first["estimated_credits"]
    models = (await server.client.get("/api/v1/models", params={"is_active": True})).json()["data"]
    assert [(model["name"], model["popularity_score"]) for model in models] == [("starter", 2)]
    details = (await server.client.get("/api/v1/models/starter/stats")).json()["data"]
    assert (details["total_generations"], details["popular_resolutions"][0]["count"]) == (2, 2)
    used = (await server.client.get("/api/v1/users/me/usage", headers=artist.headers)).json()["data"]
    assert (used["summary"]["total_generations"], used["summary"]["total_images_created"]) == (0, 0)


async def test_a_prompt_is_enhanced_by_templates_and_not_translated(
    server: Server, artist: SignedInUser
) -> None:
    async def ask(path: str, **body: Any) -> httpx.Response:
        return await server.client.post(f"{GENERATION}/prompt/{path}", json=body, headers=artist.headers)

    better = (await ask("enhance", prompt="sunset", style="photorealistic")).json()["data"]
    assert better["enhanced_prompt"].startswith("sunset, photorealistic")
    assert (better["method"], better["credits"]) == ("template", 0)
    refused = await ask("translate", prompt="아름다운 석양", source_language="ko")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "PENTIMENTO_LANGUAGE_MODEL_URL" in refused.json()["error"]["message"]


async def test_a_job_whose_task_was_lost_while_it_was_fetched_is_put_in_again(
    server: Server, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
) -> None:
    created = await create(server, artist)
    waiting = await create(server, artist)
    async with server.container.transactions.begin() as work:
        # As a worker leaves it that is cut off between fetching and taking it.
        await work.session.execute(
            text(
                "UPDATE queue.procrastinate_jobs SET status = 'doing'"
                " WHERE args->>'job_id' = :job AND task_name = 'generation.run'"
            ),
            {"job": created["job_id"]},
        )
    assert await rescue_forgotten_jobs(server.container.transactions) == 0
    clock.advance(timedelta(minutes=2))
    await worker.offer()
    assert await rescue_forgotten_jobs(server.container.transactions) == 1
    assert await rescue_forgotten_jobs(server.container.transactions) == 0
    await worker.work_off()
    here = await server.sign_in(email=artist.email)
    states = [(await job(server, here, each["job_id"]))["status"] for each in (created, waiting)]
    assert states == ["completed", "completed"]


async def test_a_request_that_lost_its_process_finds_its_job(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    """Its reply was never kept, its job was: the same key makes no second one."""
    headers = artist.headers | {"Idempotency-Key": "once"}
    for path, body in (("create", WORDS), ("batch-create", {"prompts": ["one", "two"], "steps": 1})):
        replies = []
        for _ in range(2):
            reply = await server.client.post(f"{GENERATION}/{path}", json=body, headers=headers)
            assert reply.status_code == 201, reply.text
            replies.append(reply.json()["data"])
            async with server.container.transactions.begin() as work:
                await work.session.execute(text("DELETE FROM idempotent_replies"))
        first, again = ([each["job_id"] for each in reply.get("jobs", [reply])] for reply in replies)
        assert first == again
    listed = await server.client.get(f"{GENERATION}/jobs", headers=artist.headers)
    assert listed.json()["pagination"]["total_count"] == 3
    await worker.work_off()
    await sound(server)


async def test_what_a_job_is_made_from_is_shown(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    source = base64.b64encode(picture()).decode()
    created = await create(server, artist, "img2img", image=source)
    assert await fetch(server, created["init_image_url"]) == picture()
    done = await job(server, artist, created["job_id"])
    assert (done["original_image"]["width"], done["mask"], done["image"]) == (64, None, None)
    larger = await server.client.post(
        f"{GENERATION}/upscale", json={"image": source, "scale": 2}, headers=artist.headers
    )
    data = larger.json()["data"]
    assert (data["original_resolution"], data["target_resolution"]) == ("64x48", "128x96")
    faces = await server.client.post(
        f"{GENERATION}/upscale", json={"image": source, "faceEnhancement": True}, headers=artist.headers
    )
    assert (faces.status_code, faces.json()["error"]["code"]) == (503, "MODEL_UNAVAILABLE")
    await worker.work_off()
    done = await job(server, artist, created["job_id"])
    assert done["image"] == done["images"][0]
    models = (await server.client.get("/api/v1/models")).json()["data"]
    assert done["model_id"] in {model["id"] for model in models}


async def test_how_far_a_job_is_is_told_in_korean_too(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    created = await create(server, artist)
    reply = await server.client.get(
        f"{GENERATION}/jobs/{created['job_id']}/progress",
        headers=artist.headers | {"Accept-Language": "ko"},
    )
    assert reply.json()["data"]["message"] == "대기열에서 기다리는 중"
