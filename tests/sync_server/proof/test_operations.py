"""Every operation that the seeds promise is in the OpenAPI document."""

import re
from pathlib import Path

from tests.support.server import Server

SEEDS = Path(__file__).parent / "seed_operations.tsv"
FEWEST = 114


def promised() -> list[tuple[str, str]]:
    """Pairs of method and path, ours, each once."""
    rows = [line.split("\t") for line in SEEDS.read_text().splitlines() if not line.startswith("#")]
    return sorted({(method, path) for _, ours in rows for method, path in [ours.split(" ", 1)]})


def unnamed(path: str) -> str:
    """What a parameter is called is ours to say."""
    return re.sub(r"\{[^}]*\}", "{}", path)


async def test_every_promised_operation_is_documented(server: Server) -> None:
    assert len(promised()) >= FEWEST
    document = (await server.client.get("/openapi.json")).json()
    documented = {
        (method.upper(), path) for path, operations in document["paths"].items() for method in operations
    }
    documented = {(method, unnamed(path)) for method, path in documented}
    missing = {(method, path) for method, path in promised() if (method, unnamed(path)) not in documented}
    assert missing == set(), "promised, not documented"
