"""On what, in which precision and in how large pieces the model works; and what to do when memory runs out."""

import gc
from dataclasses import dataclass, replace
from typing import Self

import torch

_SIGNS_OF_EXHAUSTION = ("out of memory", "can't allocate memory", "not enough memory", "failed to allocate")
_LARGEST_BATCH = 4
_SHARE_FOR_WEIGHTS = 0.8
"""Of the device's free memory; the rest is for what a step computes."""


@dataclass(frozen=True)
class DevicePlan:
    """`precision` is the UNet's; text encoder, autoencoder and sampling are always in float32."""

    device: torch.device
    precision: torch.dtype
    tiling: bool = False
    batch: int = 1
    """How many pictures are made at once."""
    offload: bool = False
    """Only the part at work lies on the device, the others in the machine's own memory."""

    @property
    def precision_name(self) -> str:
        return str(self.precision).removeprefix("torch.")

    def rungs(self, *, needed: int, free: int | None) -> tuple[Self, ...]:
        """What is tried, each after memory ran out with the one before: everything kept on the device; offloaded,
        where there is anywhere else; and the autoencoder in tiles too. From the second on one picture at a time.

        `needed` bytes of weights that do not fit into the `free` ones begin offloaded.
        """
        elsewhere = self.device.type != "cpu"
        kept = self
        offloaded = replace(self, offload=True, batch=1)
        tiled = replace(self, offload=elsewhere, batch=1, tiling=True)
        ladder = [kept, offloaded, tiled] if elsewhere else [kept, tiled]
        if elsewhere and free is not None and needed > free * _SHARE_FOR_WEIGHTS:
            ladder.remove(kept)
        return tuple(dict.fromkeys(ladder))


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


def free_memory(device: torch.device) -> int | None:
    """Bytes free on the device; None where it has none of its own, or does not tell."""
    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return int(free)


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
