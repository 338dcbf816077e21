"""A day of the cloud queue with simulated machines and the scheduler's real rules.

What decides is the server's own code: `turn` (whose job comes when), `keeps_warm_model` (what a worker fetches next)
and the tariffs. Simulated are artists, machines, and the time that work takes.
"""

import heapq
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.pricing.tariffs import Tariffs
from sync_server.generation.rules.fairness import keeps_warm_model, turn

_START = datetime(2026, 6, 1, tzinfo=UTC)
_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class ModelKind:
    """`seconds` is what a job takes, `loading` what a worker needs to make the model ready; `share` of all jobs."""

    name: str
    seconds: float
    loading: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A tier's share of the artists, and how many jobs one of them asks for compared with the others."""

    tier: str
    share: float
    eagerness: float


@dataclass(frozen=True, kw_only=True)
class Flood:
    """One artist who asks for many pictures at once."""

    tier: str
    jobs: int
    at: float


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`cells` are installations of their own, each with `workers` machines that have `models_each` of the models."""

    name: str
    cells: int
    workers: int
    models_each: int
    jobs: int
    artists: int
    models: Sequence[ModelKind]
    plans: Sequence[Plan]
    seconds: float = _DAY
    flood: Flood | None = None
    patience: timedelta = timedelta(seconds=60)
    seed: int = 1


@dataclass
class Outcome:
    """Waits by tier in seconds; machine seconds spent in all, computing, and loading."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits_of: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    flood_waits: list[float] = field(default_factory=list)
    finished: int = 0
    swaps: int = 0
    computing: float = 0.0
    loading: float = 0.0
    available: float = 0.0
    longest: float = 0.0
    last_end: float = 0.0

    @property
    def use(self) -> float:
        return (self.computing + self.loading) / self.available if self.available else 0.0


@dataclass(frozen=True)
class _Job:
    order: int
    number: int
    came: float
    user: int
    tier: str
    model: int


@dataclass
class _Worker:
    models: tuple[int, ...]
    warm: int | None = None


def play(scene: Scene, tariffs: Tariffs) -> Outcome:
    chance = random.Random(scene.seed)
    outcome = Outcome()
    for cell in range(scene.cells):
        _Cell(scene, tariffs, random.Random(chance.randrange(2**32)), cell, outcome).run()
    outcome.available = scene.cells * scene.workers * scene.seconds
    return outcome


class _Cell:
    def __init__(
        self, scene: Scene, tariffs: Tariffs, chance: random.Random, number: int, outcome: Outcome
    ) -> None:
        self._scene = scene
        self._tariffs = tariffs
        self._chance = chance
        self._number = number
        self._outcome = outcome
        self._numbers = itertools.count()
        self._free_at: dict[int, datetime] = {}
        self._waiting: dict[int, list[tuple[int, int, _Job]]] = {n: [] for n in range(len(scene.models))}
        self._workers = [_Worker(models=models) for models in self._spread_models()]
        self._idle: dict[int, set[int]] = {n: set() for n in range(len(scene.models))}
        self._ends: list[tuple[float, int]] = []
        self._flood_user = -1 - number

    def run(self) -> None:
        for number in range(len(self._workers)):
            self._rest(number)
        for moment, user, tier, model in self._arrivals():
            self._finish_until(moment)
            self._come(moment, user, tier, model)
        self._finish_until(math.inf)

    def _spread_models(self) -> Iterator[tuple[int, ...]]:
        """Every model on as many machines as its work is of all work; each at least on one."""
        scene = self._scene
        work = [kind.share * (kind.seconds + 1) for kind in scene.models]
        for place in range(scene.workers):
            first = (
                place % len(work) if place < len(work) else self._chance.choices(range(len(work)), work)[0]
            )
            others = [n for n in range(len(work)) if n != first]
            weights = [work[n] for n in others]
            chosen = {first}
            while len(chosen) < min(scene.models_each, len(work)):
                chosen.add(self._chance.choices(others, weights)[0])
            yield tuple(sorted(chosen))

    def _arrivals(self) -> Iterator[tuple[float, int, str, int]]:
        """In order of time: more by day than by night, more of eager artists."""
        scene, chance = self._scene, self._chance
        count = scene.jobs // scene.cells
        artists = max(1, scene.artists // scene.cells)
        tiers = [plan.tier for plan in scene.plans]
        tier_of = chance.choices(tiers, [plan.share for plan in scene.plans], k=artists)
        eager = {plan.tier: plan.eagerness for plan in scene.plans}
        weights = list(itertools.accumulate(eager[tier] * chance.expovariate(1) for tier in tier_of))
        shares = list(itertools.accumulate(kind.share for kind in scene.models))
        moments = sorted(_moment(chance, scene.seconds) for _ in range(count))
        users = chance.choices(range(artists), cum_weights=weights, k=count)
        models = chance.choices(range(len(scene.models)), cum_weights=shares, k=count)
        asked = [
            (moment, user, tier_of[user], model)
            for moment, user, model in zip(moments, users, models, strict=True)
        ]
        if scene.flood is not None and self._number == 0:
            flood = scene.flood
            asked += [(flood.at, self._flood_user, flood.tier, models[n]) for n in range(flood.jobs)]
            asked.sort()
        return iter(asked)

    def _come(self, moment: float, user: int, tier: str, model: int) -> None:
        now = _START + timedelta(seconds=moment)
        mine = turn(
            now=now,
            free_at=self._free_at.get(user),
            priority=self._tariffs.tier(tier).priority,
            seconds=self._scene.models[model].seconds,
        )
        self._free_at[user] = mine.free_at
        job = _Job(mine.order, next(self._numbers), moment, user, tier, model)
        heapq.heappush(self._waiting[model], (job.order, job.number, job))
        if self._idle[model]:
            # Whoever hears of it first.
            number = self._chance.choice(tuple(self._idle[model]))
            self._begin(number, moment)

    def _finish_until(self, moment: float) -> None:
        while self._ends and self._ends[0][0] <= moment:
            ended, number = heapq.heappop(self._ends)
            self._outcome.finished += 1
            self._outcome.last_end = max(self._outcome.last_end, ended)
            if not self._begin(number, ended):
                self._rest(number)

    def _rest(self, number: int) -> None:
        for model in self._workers[number].models:
            self._idle[model].add(number)

    def _begin(self, number: int, moment: float) -> bool:
        worker = self._workers[number]
        job = self._next_for(worker, moment)
        if job is None:
            return False
        for model in worker.models:
            self._idle[model].discard(number)
        kind = self._scene.models[job.model]
        loading = 0.0
        if worker.warm != job.model:
            self._outcome.swaps += 1
            loading = kind.loading
            worker.warm = job.model
        took = kind.seconds * self._chance.uniform(0.7, 1.3)
        self._outcome.loading += loading
        self._outcome.computing += took
        wait = moment - job.came
        self._outcome.longest = max(self._outcome.longest, wait)
        if job.user == self._flood_user:
            self._outcome.flood_waits.append(wait)
        else:
            self._outcome.waits[job.tier].append(wait)
            self._outcome.waits_of[self._number * 10_000_000 + job.user].append(wait)
        heapq.heappush(self._ends, (moment + loading + took, number))
        return True

    def _next_for(self, worker: _Worker, moment: float) -> _Job | None:
        """As a worker fetches: the loaded model first as long as the rule allows, else the earliest start."""
        waiting = [(self._waiting[model][0], model) for model in worker.models if self._waiting[model]]
        if not waiting:
            return None
        model = min(waiting)[1]
        if worker.warm is not None and self._waiting[worker.warm]:
            others = [self._waiting[each][0][2].came for _, each in waiting if each != worker.warm]
            longest = timedelta(seconds=moment - min(others)) if others else None
            if keeps_warm_model(longest_wait_of_others=longest, patience=self._scene.patience):
                model = worker.warm
        return heapq.heappop(self._waiting[model])[2]


def _moment(chance: random.Random, seconds: float) -> float:
    """Twice as many at noon as on average, nearly none at midnight; all at once where there is no time."""
    if not seconds:
        return 0.0
    while True:
        moment = chance.uniform(0, seconds)
        if chance.random() < (1 - math.cos(2 * math.pi * moment / seconds)) / 2 + 0.02:
            return moment


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def evenness(waits_of: Mapping[int, Sequence[float]], *, at_least: int = 5) -> float:
    """Jain's index of the artists' mean waits (with a second added to each): 1 where all wait alike."""
    means = [1 + sum(waits) / len(waits) for waits in waits_of.values() if len(waits) >= at_least]
    return sum(means) ** 2 / (len(means) * sum(mean**2 for mean in means)) if means else 1.0
