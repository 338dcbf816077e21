"""Inpainting on plain arrays, in this order: plan, prefill, (a model), match colours, composite, paste."""

from shared.imaging.inpainting.colours import match_colours
from shared.imaging.inpainting.composite import composite_layer, paste
from shared.imaging.inpainting.geometry import Box
from shared.imaging.inpainting.masks import compositing_alpha, denoising_mask
from shared.imaging.inpainting.plan import InpaintPlan, plan_inpainting
from shared.imaging.inpainting.prefill import prefill
from shared.imaging.inpainting.resolution import ModelSides, StepRange, start_step

__all__ = [
    "Box",
    "InpaintPlan",
    "ModelSides",
    "StepRange",
    "composite_layer",
    "compositing_alpha",
    "denoising_mask",
    "match_colours",
    "paste",
    "plan_inpainting",
    "prefill",
    "start_step",
]
