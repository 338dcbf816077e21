"""ControlNets and IP-Adapters beside diffusers' own pipelines, and that nothing of them stays."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionControlNetPipeline, StableDiffusionPipeline
from PIL import Image
from transformers import CLIPImageProcessorPil

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


@pytest.mark.parametrize("weight", [1.0, 0.6])
def test_a_look_is_the_one_that_diffusers_gives(
    studio: Studio, tiny_folder: Path, tiny_pipeline: Any, landscape: Pixels, tmp_path: Path, weight: float
) -> None:
    """The whole way, beside the bare pipeline with the same adapter and CLIP's own preparation of the picture."""
    weights = ip_adapter(tiny_pipeline.unet)
    file = add_on(write(tmp_path / "look.safetensors", weights), "ip_adapter")
    encoder = save_image_encoder(tmp_path / "image_encoder")
    pipeline = StableDiffusionPipeline.from_pretrained(
        tiny_folder, safety_checker=None, local_files_only=True
    )  # one of its own, since adapters stay on
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = make_sampler("euler", "normal", dict(pipeline.scheduler.config)).scheduler
    parts = {
        part: {name.removeprefix(f"{part}."): t for name, t in weights.items() if name.startswith(part)}
        for part in ("image_proj", "ip_adapter")
    }
    pipeline.load_ip_adapter(parts, subfolder="", weight_name="", image_encoder_folder=None)
    pipeline.set_ip_adapter_scale(weight)
    prepare = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    with torch.inference_mode():
        seen = encoder(prepare(Image.fromarray(landscape), return_tensors="pt").pixel_values).image_embeds
        theirs = pipeline(
            prompt="a red house",
            negative_prompt="",
            ip_adapter_image_embeds=[torch.stack([torch.zeros_like(seen), seen])],
            latents=torch.randn((1, 4, 8, 8), generator=torch.Generator("cpu").manual_seed(7)),
            num_inference_steps=5,
            guidance_scale=4.0,
            output_type="np",
        ).images[0]

    request = studio.text_to_image(
        controls=(control(studio, file, landscape, weight=weight),),
        sampler="euler", schedule="normal", guidance_scale=4.0, steps=5,
    )  # fmt: skip
    ours = studio.picture(request, add_ons=(file,))

    assert np.abs(ours - theirs * 255).max() <= 2


def test_an_image_encoder_is_found_where_other_programs_keep_it(
    studio: Studio, tiny_pipeline: Any, landscape: Pixels, tmp_path: Path
) -> None:
    """As one file in ComfyUI's folder, among others that the adapter was not made for."""
    folder = tmp_path / "models" / "ipadapter"
    file = add_on(write(folder / "look.safetensors", ip_adapter(tiny_pipeline.unet, width=128)), "ip_adapter")
    encoder = save_image_encoder(tmp_path / "encoder", width=128)
    request = studio.text_to_image(controls=(control(studio, file, landscape),))
    beside = folder / "image_encoder"
    shutil.copytree(tmp_path / "encoder", beside)
    expected = studio.picture(request, add_ons=(file,))
    shutil.rmtree(beside)
    assert isinstance(studio.run(request, add_ons=(file,))[-1], Failed)

    vision = tmp_path / "models" / "clip_vision"
    write(vision / "a_smaller_one.safetensors", save_image_encoder(tmp_path / "other").state_dict())
    last = studio.run(request, add_ons=(file,))[-1]
    assert isinstance(last, Failed)
    assert "another image encoder" in last.error.text
    write(vision / "the_right_one.safetensors", encoder.state_dict())

    assert (studio.picture(request, add_ons=(file,)) == expected).all()


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
