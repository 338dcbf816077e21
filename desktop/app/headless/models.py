"""`pentimento models`: what can be painted with."""

import json

from desktop.app.container import Container
from desktop.app.headless.terminal import say, say_aside

_MEGABYTE = 1_000_000


async def list_models(container: Container, *, as_json: bool) -> None:
    await container.models.scan()
    models = container.models.models
    if as_json:
        say(json.dumps([model.model_dump(mode="json") for model in models], indent=2, ensure_ascii=False))
    else:
        for model in models:
            size = f"{model.size_bytes / _MEGABYTE:,.0f} MB"
            say(f"{model.id}\t{model.name}\t{model.family}\t{size}\t{model.path}")
    for problem in container.models.problems:
        say_aside(f"pentimento: {problem.text}")
    if not models:
        say_aside(f"No model was found. Put one into {container.models.own_folder}.")
