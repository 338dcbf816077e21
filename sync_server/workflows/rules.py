"""What InvokeAI's workflow JSON must be like to be kept. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from sync_server.platform.errors import InvalidParametersError

MOST_BYTES = 1024 * 1024
MOST_NODES = 2000


def check_definition(definition: Mapping[str, Any]) -> None:
    """Nodes with ids of their own, and edges between nodes that are there. Raises InvalidParametersError."""
    if len(json.dumps(definition).encode("utf-8", "replace")) > MOST_BYTES:
        raise _unfit("it is larger than a megabyte")
    nodes, edges = definition.get("nodes"), definition.get("edges", [])
    if not isinstance(nodes, list) or not isinstance(edges, list):
        raise _unfit("it has no list of nodes and of edges")
    if len(nodes) > MOST_NODES:
        raise _unfit("it has too many nodes")
    ids = [node.get("id") if isinstance(node, Mapping) else None for node in nodes]
    if not all(isinstance(each, str) and each for each in ids) or len(set(ids)) != len(ids):
        raise _unfit("each node needs an id of its own")
    known = set(ids)
    for edge in edges:
        ends = (edge.get("source"), edge.get("target")) if isinstance(edge, Mapping) else (None, None)
        if not all(isinstance(end, str) and end in known for end in ends):
            raise _unfit("an edge begins or ends at a node that is not there")


def count_nodes(definition: Mapping[str, Any]) -> int:
    nodes = definition.get("nodes")
    return len(nodes) if isinstance(nodes, list) else 0


def _unfit(reason: str) -> InvalidParametersError:
    return InvalidParametersError(
        "This is not a workflow: {reason}.",
        advice="Send the JSON that InvokeAI's workflow editor saves.",
        details={"fields": [{"path": "definition", "message": reason}]},
        reason=reason,
    )
