"""Whatever the cloud skips, repeats or garbles, the studio is told each step once and in order."""

import base64
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.account.errors import CloudError
from desktop.generation.cloud.api import JobNews
from desktop.generation.cloud.following import read_message
from desktop.generation.cloud.telling import StepTeller
from shared.contracts.events import Loading, Progress
from shared.contracts.generation import ModelReference, TextToImage

JPEG = b"\xff\xd8small"
CLOUD_ID = uuid.UUID(int=7)


def request(steps: int, count: int = 1) -> TextToImage:
    return TextToImage(
        model=ModelReference(id="m"), seed=1, steps=steps, count=count, width=64, height=64, prompt="x"
    )


@given(
    steps=st.integers(1, 12),
    count=st.integers(1, 4),
    told=st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=20),
)
def test_each_step_is_told_once_in_order_and_all_at_the_end(
    steps: int, count: int, told: list[tuple[int, bool]]
) -> None:
    teller, events = StepTeller(request(steps, count)), []
    for step, has_preview in told:
        news = JobNews(
            status="processing",
            stage="generating",
            step=step,
            steps=steps * count,
            preview=JPEG if has_preview else b"",
        )
        events += list(teller.tell(news))
    events += list(teller.finish(JPEG, (64, 64)))
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == list(range(1, steps * count + 1))
    assert {event.steps for event in progress} == {steps * count}
    assert all(0 <= event.picture < count for event in progress)


def test_a_job_that_another_worker_begins_anew_counts_anew() -> None:
    teller = StepTeller(request(4))
    first = [*teller.tell(_step(1)), *teller.tell(_step(3))]
    assert [event.step for event in first if isinstance(event, Progress)] == [1, 2, 3]
    assert list(teller.tell(JobNews(status="queued"))) == [Loading(stage="queued")]
    assert list(teller.tell(JobNews(status="queued"))) == []
    again = list(teller.tell(_step(2)))
    assert [event.step for event in again if isinstance(event, Progress)] == [1, 2]


def test_a_preview_lies_where_the_cloud_says() -> None:
    message = {
        "type": "job_status",
        "job_id": str(CLOUD_ID),
        "status": "processing",
        "stage": "generating",
        "step": 1,
        "steps": 4,
        "preview": base64.b64encode(JPEG).decode(),
        "place": [10, -20, 64, 48],
    }
    news = read_message(json.dumps(message), CLOUD_ID)
    assert news is not None
    (event,) = StepTeller(request(4)).tell(news)
    assert isinstance(event, Progress)
    assert (event.preview, event.preview_placement.x, event.preview_placement.y) == (JPEG, 10, -20)
    assert (event.preview_width, event.preview_height) == (64, 48)


@pytest.mark.parametrize("kind", ["job_completed", "job_failed", "job_cancelled"])
def test_an_end_is_understood_and_anothers_is_not(kind: str) -> None:
    message = {"type": kind, "job_id": str(CLOUD_ID), "status": kind.removeprefix("job_")}
    news = read_message(json.dumps(message), CLOUD_ID)
    assert news is not None
    assert news.has_ended
    assert read_message(json.dumps(message), uuid.UUID(int=8)) is None


def test_a_job_that_is_not_known_is_told() -> None:
    with pytest.raises(CloudError):
        read_message(
            json.dumps({"type": "error", "error": {"code": "NOT_FOUND", "message": "No."}}), CLOUD_ID
        )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"type": st.just("job_status"), "job_id": st.just(str(CLOUD_ID)), "status": st.just("processing")},
        optional={
            "stage": _JSON,
            "step": st.integers(-5, 100),
            "steps": st.integers(-5, 100),
            "preview": _JSON,
            "place": st.lists(st.integers(), max_size=5),
        },
    )
    | _JSON
)
def test_no_message_breaks_the_follower(message: object) -> None:
    news = read_message(json.dumps(message), CLOUD_ID)
    if news is not None:
        list(StepTeller(request(4)).tell(news))


def _step(number: int) -> JobNews:
    return JobNews(status="processing", stage="generating", step=number, steps=4, preview=JPEG)
