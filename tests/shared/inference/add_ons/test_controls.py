"""ControlNets and IP-Adapters beside diffusers' own pipelines, and that nothing of them stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionControlNetPipeline

from shared.contracts.events import Failed
from shared.contracts.generation import Control, LoraUse, ModelReference
from shared.contracts.models import ModelFile
from shared.imaging.pixels import Pixels
from shared.inference.samplers import make_sampler
from tests.shared.inference.conftest import Studio
from tests.support.add_on_files import (
    add_on,
    ip_adapter,
    kohya_lora,
    make_control_net,
    save_image_encoder,
    write,
)

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


@pytest.fixture(scope="module")
def lines() -> Pixels:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[20:44, 20:44] = 255
    return picture


@pytest.fixture(scope="module")
def net(tiny_pipeline: Any) -> Any:
    return make_control_net(tiny_pipeline.unet)


def control(studio: Studio, file: ModelFile, picture: Pixels, **options: Any) -> Control:
    return Control(model=ModelReference(id=file.id), image=studio.put(picture), **options)


@pytest.mark.parametrize(
    "options", [{}, {"weight": 0.6}, {"start": 0.3, "end": 0.7}], ids=["whole", "weaker", "in the middle"]
)
def test_a_picture_led_by_lines_is_the_one_that_diffusers_makes(
    studio: Studio, tiny_pipeline: Any, net: Any, lines: Pixels, tmp_path: Path, options: dict[str, float]
) -> None:
    net.save_pretrained(tmp_path / "net")
    file = add_on(tmp_path / "net", "controlnet")
    pipeline = StableDiffusionControlNetPipeline(
        **{**tiny_pipeline.components, "controlnet": net}, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = make_sampler("euler", "normal", dict(pipeline.scheduler.config)).scheduler
    settings: dict[str, Any] = {"sampler": "euler", "schedule": "normal", "guidance_scale": 4.0, "steps": 5}
    with torch.inference_mode():
        theirs = pipeline(
            prompt="a red house",
            negative_prompt="",
            image=torch.from_numpy(lines / 255.0).permute(2, 0, 1)[None].float(),
            latents=torch.randn((1, 4, 8, 8), generator=torch.Generator("cpu").manual_seed(7)),
            num_inference_steps=5,
            guidance_scale=4.0,
            controlnet_conditioning_scale=options.get("weight", 1.0),
            control_guidance_start=options.get("start", 0.0),
            control_guidance_end=options.get("end", 1.0),
            output_type="np",
        ).images[0]

    request = studio.text_to_image(controls=(control(studio, file, lines, **options),), **settings)
    ours = studio.picture(request, add_ons=(file,))

    assert np.abs(ours - theirs * 255).max() <= 1
    assert (ours != studio.picture(studio.text_to_image(**settings))).any()


def test_a_single_file_leads_as_its_folder_does(
    studio: Studio, net: Any, lines: Pixels, tmp_path: Path
) -> None:
    net.save_pretrained(tmp_path / "net")
    folder = add_on(tmp_path / "net", "controlnet")
    single = add_on(write(tmp_path / "net.safetensors", net.state_dict()), "controlnet", name="single")
    pictures = [
        studio.picture(studio.text_to_image(controls=(control(studio, file, lines),)), add_ons=(file,))
        for file in (folder, single.model_copy(update={"id": "single"}))
    ]

    assert (pictures[0] == pictures[1]).all()


def test_two_nets_lead_together_and_a_preprocessor_draws_the_lines(
    studio: Studio, net: Any, lines: Pixels, landscape: Pixels, tmp_path: Path
) -> None:
    net.save_pretrained(tmp_path / "net")
    file = add_on(tmp_path / "net", "controlnet")
    one = control(studio, file, lines)
    canny = control(studio, file, lines, preprocessor="canny")
    pictures = [
        studio.picture(studio.text_to_image(controls=controls), add_ons=(file,))
        for controls in ((one,), (canny,), (one, canny), (control(studio, file, landscape),))
    ]

    assert len({picture.tobytes() for picture in pictures}) == 4


def test_a_net_for_another_model_is_refused_in_words_that_name_both(
    studio: Studio, lines: Pixels, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "odd.safetensors", {"weight": torch.ones(3)}), "controlnet")

    last = studio.run(studio.text_to_image(controls=(control(studio, file, lines),)), add_ons=(file,))[-1]

    assert isinstance(last, Failed)
    assert "odd" in last.error.text
    assert "Tiny" in last.error.text


def test_an_ip_adapter_shows_the_model_a_picture_as_diffusers_does_and_leaves_no_trace(
    studio: Studio, tiny_pipeline: Any, landscape: Pixels, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "look.safetensors", ip_adapter(tiny_pipeline.unet)), "ip_adapter")
    save_image_encoder(tmp_path / "image_encoder")
    before = studio.picture(studio.text_to_image())
    request = studio.text_to_image(controls=(control(studio, file, landscape),))

    led = studio.picture(request, add_ons=(file,))
    other = studio.picture(
        studio.text_to_image(controls=(control(studio, file, 255 - landscape),)), add_ons=(file,)
    )
    nothing = studio.picture(
        studio.text_to_image(controls=(control(studio, file, landscape, weight=0),)), add_ons=(file,)
    )

    assert (led != before).any()
    assert (led != other).any()
    assert np.abs(nothing.astype(int) - before).max() <= 1
    assert (studio.picture(studio.text_to_image()) == before).all()


def test_an_adapter_without_its_image_encoder_says_what_is_missing(
    studio: Studio, tiny_pipeline: Any, landscape: Pixels, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "look.safetensors", ip_adapter(tiny_pipeline.unet)), "ip_adapter")

    last = studio.run(studio.text_to_image(controls=(control(studio, file, landscape),)), add_ons=(file,))[-1]

    assert isinstance(last, Failed)
    assert "image_encoder" in last.error.advice_text


def test_what_a_job_added_is_kept_for_the_next_one(
    studio: Studio, tiny_pipeline: Any, net: Any, lines: Pixels, tmp_path: Path
) -> None:
    """Shown by taking the files away in between; a job that adds nothing lets them go."""
    net.save_pretrained(tmp_path / "net")
    file = add_on(tmp_path / "net", "controlnet")
    lora = add_on(write(tmp_path / "lora.safetensors", kohya_lora(tiny_pipeline)), "lora")
    use = LoraUse(model=ModelReference(id=lora.id))
    request = studio.text_to_image(controls=(control(studio, file, lines),), loras=(use,))
    first = studio.picture(request, add_ons=(file, lora))
    for path in (*file.path.iterdir(), lora.path):
        path.unlink()

    again = studio.picture(request, add_ons=(file, lora))

    assert (again == first).all()
    studio.picture(studio.text_to_image())
    assert isinstance(studio.run(request, add_ons=(file, lora))[-1], Failed)
