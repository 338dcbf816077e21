"""Documents, masks and recipes of all kinds, for property tests."""

import numpy as np
from hypothesis import strategies as st

from shared.contracts.generation import (
    ImageToImage,
    Inpaint,
    ModelReference,
    Recipe,
    Rendering,
    TextToImage,
)
from shared.imaging.inpainting import ModelSides
from shared.imaging.pixels import Pixels
from shared.imaging.samplers import SAMPLER_NAMES, SCHEDULE_NAMES

STARTER = ModelSides(minimum=128, native=256, maximum=384)
STABLE_DIFFUSION_1 = ModelSides(minimum=512, native=512, maximum=768)
WIDE_STEPS = ModelSides(minimum=640, native=1024, maximum=1280, multiple=64)

sides = st.sampled_from([STARTER, STABLE_DIFFUSION_1, WIDE_STEPS])
canvas_sides = st.integers(1, 700)
strengths = st.one_of(st.just(1.0), st.floats(0.01, 1.0))


@st.composite
def masks(draw: st.DrawFn) -> Pixels:
    """At least one selected pixel; rectangles that may touch edges or fill all, hard or soft."""
    width, height = draw(canvas_sides), draw(canvas_sides)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(draw(st.integers(1, 3))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
        mask[top:bottom, left:right] = draw(st.sampled_from([255, 255, 128, 3]))
    return mask


def document(height: int, width: int, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


_blob = st.text("0123456789abcdef", min_size=64, max_size=64)
_line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60).map(str.strip)
prompts = (
    st.lists(_line, max_size=4)
    .map("\n".join)
    .map(str.strip)
    .filter(lambda text: "Negative prompt:" not in text)
)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    common = {
        "model": ModelReference(id="starter", name=draw(_line), sha256=draw(_blob)),
        "prompt": draw(prompts),
        "negative_prompt": draw(prompts),
        "steps": draw(st.integers(1, 1000)),
        "guidance_scale": draw(st.integers(0, 200)) / 2,
        "sampler": draw(st.sampled_from(list(SAMPLER_NAMES))),
        "schedule": draw(st.sampled_from(list(SCHEDULE_NAMES))),
        "seed": draw(st.integers(0, 2**32 - 1)),
        "clip_skip": draw(st.integers(1, 12)),
    }
    image, mask, strength = draw(_blob), draw(_blob), draw(st.integers(1, 100)) / 100
    request = draw(
        st.sampled_from(
            [
                TextToImage.model_validate({**common, "width": 512, "height": 512}),
                ImageToImage.model_validate({**common, "image": image, "strength": strength}),
                Inpaint.model_validate({**common, "image": image, "mask": mask, "strength": strength}),
            ]
        )
    )
    rendering = Rendering(
        seed=draw(st.integers(0, 2**32 - 1)),
        device="cpu",
        precision="float32",
        attention="plain",
        engine=draw(st.sampled_from(["Pentimento 0.1.0", 'Pentimento 0.1.0, torch: "2.13"'])),
        model_sha256=draw(_blob),
        work_width=512,
        work_height=512,
    )
    return Recipe(request=request, rendering=rendering)
