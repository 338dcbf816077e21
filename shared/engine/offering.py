"""How a model is called in the cloud."""

import re

from shared.contracts.models import ModelDescription, ModelFile


def offered_name(model: ModelDescription | ModelFile) -> str:
    """By what it is, whatever machine it lies on."""
    if model.id == "starter":
        return "starter"
    return re.sub(r"[^a-z0-9.]+", "-", model.name.lower()).strip("-.")[:80] or "model"
