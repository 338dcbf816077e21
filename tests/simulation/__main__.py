"""`make simulate`: plays the days, measures one cell for real, and writes docs/operators/scheduling.md."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.pricing.tariffs import load_tariffs
from tests.simulation.cell import Measured, measure_cell
from tests.simulation.scheduler import Flood, ModelKind, Outcome, Plan, Scene, evenness, play, quantile

REPORT = Path(__file__).parents[2] / "docs" / "operators" / "scheduling.md"
MODELS = tuple(
    ModelKind(name=name, seconds=seconds, loading=loading, share=share)
    for name, seconds, loading, share in (
        ("sd15", 4, 6, 22),
        ("sd15-anime", 4, 6, 12),
        ("sd15-photo", 4, 6, 8),
        ("sdxl", 12, 18, 20),
        ("sdxl-photo", 12, 18, 12),
        ("sdxl-anime", 12, 18, 8),
        ("sdxl-inpaint", 12, 18, 5),
        ("flux-dev", 30, 45, 7),
        ("flux-fast", 6, 45, 4),
        ("upscale", 20, 18, 2),
    )
)
PLANS = (
    Plan(tier="free", share=70, eagerness=1),
    Plan(tier="starter", share=15, eagerness=4),
    Plan(tier="pro", share=11, eagerness=10),
    Plan(tier="studio", share=3.5, eagerness=25),
    Plan(tier="enterprise", share=0.5, eagerness=80),
)
SCENES = (
    Scene(
        name="10,000 workers in 20 cells, 1,000,000 jobs",
        cells=20,
        workers=500,
        models_each=3,
        jobs=1_000_000,
        artists=200_000,
        models=MODELS,
        plans=PLANS,
    ),
    Scene(
        name="the same day on 400 workers in one cell",
        cells=1,
        workers=400,
        models_each=3,
        jobs=1_000_000,
        artists=200_000,
        models=MODELS,
        plans=PLANS,
    ),
    Scene(
        name="220 workers: at noon more comes than they can do",
        cells=1,
        workers=220,
        models_each=3,
        jobs=1_000_000,
        artists=200_000,
        models=MODELS,
        plans=PLANS,
        flood=Flood(tier="enterprise", jobs=500, at=43_200),
    ),
)


def main() -> None:
    tariffs = load_tariffs()
    parts = [_HEAD]
    for scene in SCENES:
        began = time.perf_counter()
        outcome = play(scene, tariffs)
        print(f"{scene.name}: {outcome.finished} jobs in {time.perf_counter() - began:.0f} s", flush=True)
        parts.append("\n".join(_told(scene, outcome)))
        _write(parts)
    parts.append("\n".join(_measured(asyncio.run(measure_cell()))))
    _write(parts)
    print(f"written to {REPORT.name}")


def _write(parts: Sequence[str]) -> None:
    """As it comes: what was played stays, whatever becomes of the rest."""
    REPORT.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _told(scene: Scene, outcome: Outcome) -> Iterator[str]:
    yield f"## {scene.name[0].upper()}{scene.name[1:]}"
    yield ""
    yield "| plan | jobs | wait p50, s | p95 | p99 |"
    yield "|---|---|---|---|---|"
    for plan in scene.plans:
        waits = outcome.waits.get(plan.tier, [])
        numbers = " | ".join(f"{quantile(waits, share):.1f}" for share in (0.5, 0.95, 0.99))
        yield f"| {plan.tier} | {len(waits):,} | {numbers} |"
    yield ""
    yield (
        f"Machines at work {outcome.use:.1%} of the time, {outcome.loading / outcome.available:.1%} of it loading "
        f"models; {100 * outcome.swaps / max(outcome.finished, 1):.1f} models loaded for 100 jobs. The longest wait "
        f"was {outcome.longest:.0f} s, and every job ended ({outcome.finished:,}). Artists' mean waits are even to "
        f"{evenness(outcome.waits_of):.2f} (Jain's index; 1 is alike)."
    )
    if outcome.flood_waits:
        yield (
            f"At noon one artist asked for {len(outcome.flood_waits)} pictures at once: they waited "
            f"{quantile(outcome.flood_waits, 0.5):.0f} s (median), up to {max(outcome.flood_waits):.0f} s, behind "
            "those of artists who asked for one."
        )


def _measured(cell: Measured) -> Iterator[str]:
    yield "## One cell, measured"
    yield ""
    yield (
        f"{cell.workers} workers of the real kind (each with its own connections, on an embedded PostgreSQL, all on "
        f"one machine of {cell.cores} cores), whose engine takes {cell.seconds:.1f} s a job, did {cell.jobs} jobs of "
        f"{cell.artists} artists in {cell.took:.1f} s: {cell.use:.0%} of their time was work. Waits: p50 "
        f"{quantile(cell.waits, 0.5):.1f} s, p95 {quantile(cell.waits, 0.95):.1f} s. The same cell simulated takes "
        f"{cell.simulated_took:.1f} s, with waits of p50 {quantile(cell.simulated_waits, 0.5):.1f} s and p95 "
        f"{quantile(cell.simulated_waits, 0.95):.1f} s."
    )


_HEAD = """\
# How the queue works out on many machines

Written by `make simulate`. The rules are the server's own code (`sync_server/generation/rules/fairness.py`, the
tariffs); artists, machines and the time that work takes are simulated: ten models between 4 and 30 seconds a job,
6 to 45 seconds to load, three on each machine; twice as many jobs at noon as on average. A cell is one PostgreSQL with
its API and workers."""


if __name__ == "__main__":
    main()
