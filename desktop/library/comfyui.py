"""Reading the settings out of a ComfyUI graph, as its pictures carry it."""

import json
from collections.abc import Mapping
from typing import Any

from desktop.library.told import ToldSettings

DEEPEST = 32
"""Links followed from a sampler; other people's graphs may be circles."""

Graph = Mapping[str, Any]


def read_comfyui(text: str) -> ToldSettings | None:
    """From the API graph (`prompt` text): the sampler whose prompts can be followed to an encoder's text."""
    try:
        graph = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(graph, Mapping):
        return None
    for node in graph.values():
        inputs = _inputs(node)
        if "positive" in inputs and ("seed" in inputs or "noise_seed" in inputs):
            return _read_sampler(graph, inputs)
    return None


def _read_sampler(graph: Graph, inputs: Graph) -> ToldSettings:
    return ToldSettings(
        program="ComfyUI",
        prompt=_follow(graph, inputs.get("positive"), ("text", "text_g", "string", "value"), "positive"),
        negative_prompt=_follow(
            graph, inputs.get("negative"), ("text", "text_g", "string", "value"), "negative"
        ),
        model_name=_stem(
            _follow(graph, inputs.get("model"), ("ckpt_name", "unet_name", "model_name"), "model")
        ),
        steps=_value(graph, inputs.get("steps")),
        guidance_scale=_value(graph, inputs.get("cfg")),
        sampler=_value(graph, inputs.get("sampler_name")),
        schedule=_value(graph, inputs.get("scheduler")),
        seed=_value(graph, inputs.get("seed", inputs.get("noise_seed"))),
    )


def _follow(graph: Graph, link: object, names: tuple[str, ...], way: str) -> str:
    """The first text under one of `names`, from node to node along `way` or whatever leads on."""
    for _ in range(DEEPEST):
        inputs = _linked(graph, link)
        if inputs is None:
            return ""
        for name in names:
            if isinstance(inputs.get(name), str):
                return str(inputs[name])
        onward = [inputs.get(name) for name in (*names, way, "conditioning", "conditioning_to", "model")]
        link = next((value for value in onward if _is_link(value)), None)
    return ""


def _stem(name: str) -> str:
    """A model's file as other programs name the model: without folders and ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.removesuffix(".safetensors").removesuffix(".ckpt")


def _value(graph: Graph, value: object) -> object:
    """A setting, or what the node holds that it is linked to (a primitive or a seed node)."""
    if not _is_link(value):
        return value
    inputs = _linked(graph, value) or {}
    return next((inputs[name] for name in ("value", "seed", "int", "float") if name in inputs), None)


def _linked(graph: Graph, link: object) -> Graph | None:
    if not (_is_link(link) and isinstance(link, list)):
        return None
    node = graph.get(str(link[0]))
    return None if node is None else _inputs(node)


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int)


def _inputs(node: object) -> Graph:
    inputs = node.get("inputs") if isinstance(node, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}
