"""A UNet's transformer blocks compiled for a GPU: once for each width, and not for each of the many blocks.

They launch most of its small kernels. Its other parts come in a dozen widths, each of which takes as long to compile.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch
from diffusers.models.attention import BasicTransformerBlock


def can_compile(device: torch.device) -> bool:
    """CPUs gain too little for the minutes that it takes."""
    return device.type == "cuda" and find_spec("triton") is not None


@contextmanager
def compiled_parts(unets: Sequence[Any], *, used: bool, backend: str = "inductor") -> Iterator[None]:
    """While this is open, their parts run compiled, or as if an earlier job had not compiled them."""
    parts = [part for unet in unets for part in unet.modules() if isinstance(part, BasicTransformerBlock)]
    if used:
        _compile([part for part in parts if not _is_compiled(part)], backend)
        yield
    elif any(_is_compiled(part) for part in parts):
        with torch.compiler.set_stance("force_eager"):
            yield
    else:
        yield  # the compiler takes seconds to import


def _compile(parts: Sequence[BasicTransformerBlock], backend: str) -> None:
    """They compile when they are first called, for pictures of all sizes; one that can't runs as it did before."""
    torch._dynamo.config.suppress_errors = True  # noqa: SLF001 - torch names its settings so
    for part in parts:
        part.compile(dynamic=True, backend=backend)


def _is_compiled(part: torch.nn.Module) -> bool:
    return part._compiled_call_impl is not None  # noqa: SLF001 - torch has no other word for it
