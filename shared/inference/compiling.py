"""A UNet's parts compiled for a GPU: once for each kind of part and width, and not for each of its many layers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.resnet import ResnetBlock2D

_MOST_KINDS = 64
"""So many widths and batches of one kind of part; torch's own limit of 8 is less than SDXL has."""


def can_compile(device: torch.device) -> bool:
    """CPUs gain too little for the minutes that it takes."""
    return device.type == "cuda" and find_spec("triton") is not None


@contextmanager
def compiled_parts(unets: Sequence[Any], *, used: bool, backend: str = "inductor") -> Iterator[None]:
    """While this is open, their parts run compiled, or as if an earlier job had not compiled them."""
    if used:
        for unet in unets:
            _compile_parts(unet, backend)
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def _compile_parts(unet: Any, backend: str) -> None:
    """They compile when they are first called, for pictures of all sizes; one that can't runs as it did before."""
    torch._dynamo.config.recompile_limit = _MOST_KINDS  # noqa: SLF001 - torch names its settings so
    torch._dynamo.config.suppress_errors = True  # noqa: SLF001
    for part in unet.modules():
        if isinstance(part, BasicTransformerBlock | ResnetBlock2D) and not _is_compiled(part):
            part.compile(dynamic=True, backend=backend)


def _is_compiled(part: torch.nn.Module) -> bool:
    return part._compiled_call_impl is not None  # noqa: SLF001 - torch has no other word for it
