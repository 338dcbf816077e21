"""A UNet's inner levels change little from one step to the next: what they gave is taken again for some evaluations,
while the outermost level, which draws the detail, is evaluated each time (DeepCache; Ma, Fang and Wang 2024).
"""

from typing import Any

import torch

LEAST_WHOLE = 8
"""Evaluations of all levels in a pass: with fewer (few steps, or a weak repaint) shapes would change, not details."""


def reuse_within(every: int, evaluations: int) -> int:
    """How often all levels are evaluated in a pass of so many evaluations: once in `every`, or more often."""
    return max(1, min(every, evaluations // LEAST_WHOLE))


def can_reuse(unet: Any) -> bool:
    """Whether the outermost level can be evaluated apart: there are inner ones, and nothing but time, prompt and
    sizes leads them.
    """
    plain = getattr(unet, "class_embedding", None) is None and not unet.config.center_input_sample
    return plain and unet.config.encoder_hid_dim_type is None and len(unet.up_blocks) > 1


class InnerReuse:
    """Called as the UNet is. All of it is evaluated once in `every` calls, and after `forget`."""

    def __init__(self, unet: Any, every: int) -> None:
        self._unet = unet
        self._every = every
        self._inner: torch.Tensor | None = None
        self._age = 0

    def forget(self) -> None:
        """The prompt or the batch is another one from here on."""
        self._inner = None

    def __call__(
        self,
        latents: torch.Tensor,
        timestep: torch.Tensor,
        *,
        encoder_hidden_states: torch.Tensor,
        added_cond_kwargs: dict[str, torch.Tensor],
    ) -> torch.Tensor:
        self._age += 1
        if self._inner is None or self._age >= self._every:
            return self._evaluate_all(latents, timestep, encoder_hidden_states, added_cond_kwargs)
        return self._evaluate_outermost(
            latents, timestep, encoder_hidden_states, added_cond_kwargs, self._inner
        )

    def _evaluate_all(
        self,
        latents: torch.Tensor,
        timestep: torch.Tensor,
        states: torch.Tensor,
        added: dict[str, torch.Tensor],
    ) -> torch.Tensor:
        self._age = 0
        watched = self._unet.up_blocks[-1].register_forward_pre_hook(self._keep_inner, with_kwargs=True)
        try:
            prediction: torch.Tensor = self._unet(
                latents, timestep, encoder_hidden_states=states, added_cond_kwargs=added
            ).sample
        finally:
            watched.remove()
        return prediction

    def _keep_inner(self, _block: Any, _arguments: Any, named: dict[str, Any]) -> None:
        self._inner = named["hidden_states"]

    def _evaluate_outermost(
        self,
        latents: torch.Tensor,
        timestep: torch.Tensor,
        states: torch.Tensor,
        added: dict[str, torch.Tensor],
        inner: torch.Tensor,
    ) -> torch.Tensor:
        """As diffusers' own UNet goes through its first level down and its last one up."""
        unet = self._unet
        time = unet.time_embedding(unet.get_time_embed(sample=latents, timestep=timestep))
        more = unet.get_aug_embed(emb=time, encoder_hidden_states=states, added_cond_kwargs=added)
        time = time if more is None else time + more
        if unet.time_embed_act is not None:
            time = unet.time_embed_act(time)
        down, up = unet.down_blocks[0], unet.up_blocks[-1]
        sample = unet.conv_in(latents)
        _, passed = down(hidden_states=sample, temb=time, **_prompt_for(down, states))
        sample = up(
            hidden_states=inner,
            temb=time,
            res_hidden_states_tuple=(sample, *passed)[: len(up.resnets)],
            **_prompt_for(up, states),
        )
        if unet.conv_norm_out is not None:
            sample = unet.conv_act(unet.conv_norm_out(sample))
        prediction: torch.Tensor = unet.conv_out(sample)
        return prediction


def _prompt_for(block: Any, states: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"encoder_hidden_states": states} if getattr(block, "has_cross_attention", False) else {}
