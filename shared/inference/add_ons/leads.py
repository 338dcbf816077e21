"""What leads the UNet besides the prompt, at each step of a pass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from shared.contracts.generation import Control
from shared.imaging.pixels import Pixels
from shared.inference.add_ons.ip_adapters import Look, set_weights


@dataclass(frozen=True)
class NetLead:
    """A ControlNet with its lines, of the size of the task's picture."""

    control: Control
    net: Any
    lines: Pixels


@dataclass(frozen=True)
class LookLead:
    """An IP-Adapter with what its picture shows."""

    control: Control
    look: Look


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of the UNet, number `index` of `of`; `latents` hold the unguided half first where `guided`."""

    index: int
    of: int
    latents: torch.Tensor
    timestep: torch.Tensor
    embeddings: torch.Tensor
    added: dict[str, Any]
    guided: bool


class PassLeads(Protocol):
    @property
    def modules(self) -> Sequence[Any]:
        """What must lie on the device beside the UNet."""
        ...

    def options(self, evaluation: Evaluation) -> dict[str, Any]:
        """Further arguments of the UNet."""
        ...


class NoLeads:
    modules: Sequence[Any] = ()

    def options(self, evaluation: Evaluation) -> dict[str, Any]:  # noqa: ARG002 - as every pass's
        return {}


@dataclass(frozen=True)
class Leads:
    unet: Any = None
    nets: tuple[NetLead, ...] = ()
    looks: tuple[LookLead, ...] = ()

    def of_pass(self, fit: Callable[[Pixels], Pixels]) -> PassLeads:
        """`fit` brings a picture of the task's size to the size that the model works at."""
        if not self.nets and not self.looks:
            return NoLeads()
        return _FittedLeads(self, [_values(fit(lead.lines)) for lead in self.nets])


class _FittedLeads:
    def __init__(self, leads: Leads, lines: Sequence[torch.Tensor]) -> None:
        self._leads = leads
        self._lines = lines
        self.modules: Sequence[Any] = [lead.net for lead in leads.nets]

    def options(self, evaluation: Evaluation) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self._leads.looks:
            options["added_cond_kwargs"] = {**evaluation.added, "image_embeds": self._looks(evaluation)}
            set_weights(self._leads.unet, [weight_at(lead.control, evaluation) for lead in self._leads.looks])
        down, middle = None, None
        for lead, lines in zip(self._leads.nets, self._lines, strict=True):
            weight = weight_at(lead.control, evaluation)
            if weight:
                own_down, own_middle = _residuals(lead.net, lines, weight, evaluation)
                down = own_down if down is None else [a + b for a, b in zip(down, own_down, strict=True)]
                middle = own_middle if middle is None else middle + own_middle
        if down is not None:
            options["down_block_additional_residuals"] = down
            options["mid_block_additional_residual"] = middle
        return options

    def _looks(self, evaluation: Evaluation) -> list[torch.Tensor]:
        pictures = evaluation.latents.shape[0] // (2 if evaluation.guided else 1)
        found = []
        for lead in self._leads.looks:
            shown, nothing = (
                each.to(evaluation.latents.device, evaluation.latents.dtype).repeat_interleave(
                    pictures, dim=0
                )
                for each in lead.look
            )
            found.append(torch.cat([nothing, shown]) if evaluation.guided else shown)
        return found


def weight_at(control: Control, evaluation: Evaluation) -> float:
    """Nothing before its start and after its end, as shares of the steps."""
    before = evaluation.index / evaluation.of < control.start
    after = (evaluation.index + 1) / evaluation.of > control.end
    return 0.0 if before or after else control.weight


def _residuals(net: Any, lines: torch.Tensor, weight: float, evaluation: Evaluation) -> tuple[list[Any], Any]:
    latents = evaluation.latents
    down, middle = net(
        latents,
        evaluation.timestep,
        encoder_hidden_states=evaluation.embeddings,
        controlnet_cond=lines.to(latents.device, latents.dtype).expand(latents.shape[0], -1, -1, -1),
        conditioning_scale=weight,
        added_cond_kwargs=evaluation.added,
        return_dict=False,
    )
    return list(down), middle


def _values(lines: Pixels) -> torch.Tensor:
    return torch.from_numpy(lines.astype("float32") / 255).permute(2, 0, 1)[None].contiguous()
