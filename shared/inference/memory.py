"""On what, in which precision and in how large pieces the model works; and what to do when memory runs out."""

import gc
from dataclasses import dataclass, replace
from typing import Self

import torch

_SIGNS_OF_EXHAUSTION = ("out of memory", "can't allocate memory", "not enough memory", "failed to allocate")
_LARGEST_BATCH = 4


@dataclass(frozen=True)
class DevicePlan:
    """`precision` is the UNet's; text encoder, autoencoder and sampling are always in float32."""

    device: torch.device
    precision: torch.dtype
    tiling: bool = False
    batch: int = 1
    """How many pictures are made at once."""

    @property
    def precision_name(self) -> str:
        return str(self.precision).removeprefix("torch.")

    def smaller(self) -> Self | None:
        """The next rung after memory ran out: one picture at a time, the autoencoder in tiles; None at the end."""
        return None if self.tiling else replace(self, tiling=True, batch=1)


def plan_device() -> DevicePlan:
    """CUDA (also AMD's), then Apple's, then the CPU."""
    if torch.cuda.is_available():
        able = torch.cuda.is_bf16_supported(including_emulation=False)
        return DevicePlan(
            torch.device("cuda"), torch.bfloat16 if able else torch.float16, batch=_LARGEST_BATCH
        )
    if torch.backends.mps.is_available():
        return DevicePlan(torch.device("mps"), torch.float16)
    return DevicePlan(torch.device("cpu"), _precision_of_cpu())


def is_exhaustion(error: BaseException) -> bool:
    """Whether memory ran out, in any of the ways in which torch and its devices say so."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(
        sign in str(error).lower() for sign in _SIGNS_OF_EXHAUSTION
    )


def release_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _precision_of_cpu() -> torch.dtype:
    """bf16 where the CPU computes in it: a step of the starter model then takes 0.6 of float32's time (with
    AVX512-BF16 on two cores; channels-last). Never timed at start: a seed must give the same picture each time.
    """
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32
