"""What the queue's order promises, by its rules alone and in the simulation that uses them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.pricing.tariffs import load_tariffs
from sync_server.generation.rules.fairness import keeps_warm_model, turn
from tests.simulation.scheduler import Flood, ModelKind, Plan, Scene, play, quantile

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODELS = (
    ModelKind(name="small", seconds=4, loading=6, share=2),
    ModelKind(name="large", seconds=12, loading=18, share=1),
)
PLANS = (Plan(tier="free", share=8, eagerness=1), Plan(tier="studio", share=2, eagerness=4))


def scene(*, workers: int, jobs: int = 3000, flood: Flood | None = None, patience: float = 60) -> Scene:
    return Scene(
        name="a test",
        cells=1,
        workers=workers,
        models_each=2,
        jobs=jobs,
        artists=200,
        models=MODELS,
        plans=PLANS,
        seconds=3600,
        flood=flood,
        patience=timedelta(seconds=patience),
    )


@given(
    priority=st.sampled_from([0, 50, 100, 150, 200]),
    seconds=st.floats(min_value=1, max_value=600),
    ahead=st.integers(min_value=0, max_value=500),
)
def test_nobody_is_overtaken_for_ever(priority: int, seconds: float, ahead: int) -> None:
    """What waits is passed only by jobs that come within the seconds that the highest plan is advanced by."""
    waiting = turn(now=NOW, free_at=None, priority=0, seconds=seconds)
    later = NOW + timedelta(seconds=201)
    queued = NOW + timedelta(seconds=201 + ahead)
    assert waiting.order <= turn(now=later, free_at=queued, priority=priority, seconds=1).order


@given(count=st.integers(min_value=2, max_value=50), priority=st.sampled_from([0, 100, 200]))
def test_ones_own_jobs_keep_their_order(count: int, priority: int) -> None:
    free_at, orders = None, []
    for _ in range(count):
        mine = turn(now=NOW, free_at=free_at, priority=priority, seconds=5)
        free_at = mine.free_at
        orders.append(mine.order)
    assert orders == sorted(orders)


def test_a_loaded_model_is_kept_for_a_while_and_not_longer() -> None:
    patience = timedelta(seconds=60)
    assert keeps_warm_model(longest_wait_of_others=None, patience=patience)
    assert keeps_warm_model(longest_wait_of_others=timedelta(seconds=59), patience=patience)
    assert not keeps_warm_model(longest_wait_of_others=timedelta(seconds=61), patience=patience)


def test_every_job_ends_and_higher_plans_wait_less_where_there_are_too_few_machines() -> None:
    outcome = play(scene(workers=6), load_tariffs())
    assert outcome.finished == 3000
    assert quantile(outcome.waits["studio"], 0.5) < quantile(outcome.waits["free"], 0.5)


def test_who_asks_for_much_at_once_waits_behind_the_others() -> None:
    flood = Flood(tier="free", jobs=300, at=900)
    calm = play(scene(workers=8, jobs=2000), load_tariffs())
    outcome = play(scene(workers=8, jobs=2000, flood=flood), load_tariffs())
    assert outcome.finished == 2300
    others = [wait for waits in outcome.waits.values() for wait in waits]
    before = [wait for waits in calm.waits.values() for wait in waits]
    assert quantile(outcome.flood_waits, 0.5) > 3 * quantile(others, 0.5)
    assert quantile(others, 0.5) < quantile(before, 0.5) + 60


def test_machines_that_hold_to_their_model_load_less() -> None:
    patient = play(scene(workers=9), load_tariffs())
    hasty = play(scene(workers=9, patience=0), load_tariffs())
    assert patient.swaps < hasty.swaps
    assert patient.use < hasty.use
