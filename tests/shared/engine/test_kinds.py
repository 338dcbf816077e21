"""What a file is, told by the names and shapes of its tensors and by its maker's words."""

import json
from pathlib import Path

import pytest

from shared.contracts.models import ModelFamily, ModelFile, ModelKind
from shared.engine.catalogue import Catalogue, Problem
from tests.support.model_files import write_checkpoint, write_lora, write_safetensors

Shapes = dict[str, tuple[int, ...]]


def only(folder: Path) -> ModelFile:
    (file,) = Catalogue([folder]).survey().files
    return file


def only_problem(folder: Path) -> Problem:
    (problem,) = Catalogue([folder]).survey().problems
    return problem


@pytest.mark.parametrize(
    "style", ["kohya", "locon", "loha", "lokr", "full", "diffusers", "peft", "attention"]
)
@pytest.mark.parametrize(
    ("width", "family"),
    [(768, "stable_diffusion_1"), (1024, "stable_diffusion_2"), (2048, "stable_diffusion_xl")],
)
def test_a_lora_of_any_trainer_is_told_by_its_cross_attention(
    tmp_path: Path, style: str, width: int, family: ModelFamily
) -> None:
    write_lora(tmp_path / "l.safetensors", style=style, width=width)

    file = only(tmp_path)

    assert (file.kind, file.family) == ("lora", family)
    assert file.description is None


@pytest.mark.parametrize(
    ("shapes", "kind", "family"),
    [
        (
            {"lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 1280)},
            "lora",
            "stable_diffusion_xl",
        ),
        (
            {"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 768)},
            "lora",
            "stable_diffusion_1",
        ),
        (
            {"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 1024)},
            "lora",
            "stable_diffusion_2",
        ),
        ({"lora_unet_mid_block_resnets_0_conv1.lora_down.weight": (4, 8, 3, 3)}, "lora", None),
        ({"first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3)}, "vae", None),
        ({"decoder.conv_in.weight": (8, 4, 3, 3), "quant_conv.weight": (8, 8, 1, 1)}, "vae", None),
        ({"emb_params": (6, 768)}, "embedding", "stable_diffusion_1"),
        ({"emb_params": (6, 1024)}, "embedding", "stable_diffusion_2"),
        ({"clip_l": (6, 768), "clip_g": (6, 1280)}, "embedding", "stable_diffusion_xl"),
        ({"<painted-cat>": (1, 768)}, "embedding", "stable_diffusion_1"),
        (
            {
                "control_model.zero_convs.0.0.weight": (8, 8, 1, 1),
                "control_model.middle_block.1.transformer_blocks.0.attn2.to_k.weight": (8, 768),
            },
            "controlnet",
            "stable_diffusion_1",
        ),
        (
            {
                "controlnet_down_blocks.0.weight": (8, 8, 1, 1),
                "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (8, 2048),
            },
            "controlnet",
            "stable_diffusion_xl",
        ),
        (
            {"image_proj.proj.weight": (8, 8), "ip_adapter.1.to_k_ip.weight": (8, 768)},
            "ip_adapter",
            "stable_diffusion_1",
        ),
        ({"conv_first.weight": (64, 3, 3, 3), "body.0.rdb1.conv1.weight": (32, 64, 3, 3)}, "upscaler", None),
        ({"model.0.weight": (64, 3, 3, 3)}, "upscaler", None),
        ({"body.0.weight": (64, 3, 3, 3), "body.1.weight": (64,)}, "upscaler", None),
    ],
)
def test_every_kind_is_told_by_its_tensors(
    tmp_path: Path, shapes: Shapes, kind: ModelKind, family: ModelFamily | None
) -> None:
    write_safetensors(tmp_path / "m.safetensors", shapes)

    file = only(tmp_path)

    assert (file.kind, file.family) == (kind, family)
    assert file.needs_image_encoder == (kind == "ip_adapter")


@pytest.mark.parametrize(
    ("metadata", "family"),
    [
        ({"modelspec.architecture": "stable-diffusion-v1/lora"}, "stable_diffusion_1"),
        ({"modelspec.architecture": "stable-diffusion-v2-768-v/lora"}, "stable_diffusion_2"),
        ({"modelspec.architecture": "stable-diffusion-xl-v1-base/lora"}, "stable_diffusion_xl"),
        ({"modelspec.architecture": "stable-diffusion-xl-v1-refiner"}, "stable_diffusion_xl_refiner"),
        ({"ss_base_model_version": "sdxl_base_v1-0"}, "stable_diffusion_xl"),
        ({"ss_base_model_version": "sd_v1"}, "stable_diffusion_1"),
        ({"ss_v2": "True"}, "stable_diffusion_2"),
        ({"ss_v2": "False"}, None),
    ],
)
def test_what_shapes_do_not_tell_the_maker_may(
    tmp_path: Path, metadata: dict[str, str], family: ModelFamily | None
) -> None:
    layer = "lora_unet_mid_block_resnets_0_conv1.lora_down.weight"
    write_safetensors(tmp_path / "l.safetensors", {layer: (4, 8, 3, 3)}, metadata=metadata)

    assert only(tmp_path).family == family


@pytest.mark.parametrize(
    ("shapes", "metadata", "name"),
    [
        ({"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (4, 3072)}, {}, "Flux"),
        ({"transformer.single_transformer_blocks.0.attn.to_k.lora_A.weight": (4, 3072)}, {}, "Flux"),
        ({"decoder.conv_in.weight": (8, 16, 3, 3)}, {}, "Flux"),
        (
            {"lora_unet_x.lora_down.weight": (4, 5)},
            {"modelspec.architecture": "stable-diffusion-3-medium"},
            "Diffusion 3",
        ),
    ],
)
def test_what_is_made_for_another_family_is_told_so(
    tmp_path: Path, shapes: Shapes, metadata: dict[str, str], name: str
) -> None:
    write_safetensors(tmp_path / "m.safetensors", shapes, metadata=metadata)

    assert name in only_problem(tmp_path).report.text


def test_parts_of_other_programs_are_neither_models_nor_problems(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "clip.safetensors", {"text_model.encoder.layers.0.mlp.fc1.weight": (8, 8)})
    write_safetensors(tmp_path / "optimiser.safetensors", {"state.0.exp_avg": (8, 8)})

    survey = Catalogue([tmp_path]).survey()

    assert (survey.files, survey.problems) == ([], [])


def test_trigger_words_come_from_the_artist_the_maker_and_the_training_in_this_order(tmp_path: Path) -> None:
    frequency = {
        "10_cat": {"painted cat": 20, "window": 12, "sky": 3},
        "5_more": {"painted cat": 4, "window": 1},
    }
    metadata = {
        "ss_tag_frequency": json.dumps(frequency),
        "modelspec.trigger_phrase": "in the manner of K",
        "ss_output_name": "cat_v2",
    }
    write_lora(tmp_path / "l.safetensors", metadata=metadata)
    (tmp_path / "l.json").write_text(json.dumps({"activation text": "my cat,  painted cat"}))
    (tmp_path / "l.civitai.info").write_text(json.dumps({"trainedWords": ["cat style"]}))
    (tmp_path / "l.preview.png").write_bytes(b"")

    file = only(tmp_path)

    assert file.trigger_words == ("my cat", "painted cat", "cat style", "in the manner of K", "window")
    assert (file.alias, file.preview) == ("cat_v2", tmp_path / "l.preview.png")


def test_a_dataset_without_captions_has_its_folders_name(tmp_path: Path) -> None:
    write_lora(tmp_path / "l.safetensors", metadata={"ss_tag_frequency": json.dumps({"12_blue boat": {}})})

    assert only(tmp_path).trigger_words == ("blue boat",)


@pytest.mark.parametrize(
    "text", ["{", "[]", "[" * 100_000, '{"10_a": 3, "b": {"x": "many", "y": -1}}', '{"a": {"b": 1e999}}']
)
def test_notes_that_make_no_sense_cost_nothing(tmp_path: Path, text: str) -> None:
    write_lora(tmp_path / "l.safetensors", metadata={"ss_tag_frequency": text})
    (tmp_path / "l.json").write_text(text)

    assert only(tmp_path).kind == "lora"


def test_pickles_are_listed_and_never_opened(tmp_path: Path) -> None:
    for place in ("checkpoints/a.ckpt", "vae/b.pt", "upscale_models/c.pth", "embeddings/d.bin", "e.vae.pt"):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\x80\x04cos\nsystem\n(S'touch hacked'\ntR.")

    files = Catalogue([tmp_path]).survey().files

    assert {file.path.name: file.kind for file in files} == {
        "a.ckpt": "checkpoint",
        "b.pt": "vae",
        "c.pth": "upscaler",
        "d.bin": "embedding",
        "e.vae.pt": "vae",
    }
    assert all(file.needs_consent and file.description is None for file in files)


def test_the_artist_says_what_nothing_else_tells(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "v.safetensors", {"decoder.conv_in.weight": (8, 4, 3, 3)})
    (tmp_path / "v.pentimento.json").write_text(
        json.dumps({"family": "stable_diffusion_xl", "name": "My VAE"})
    )
    write_checkpoint(tmp_path / "c.safetensors")
    (tmp_path / "c.pentimento.json").write_text(json.dumps({"family": "stable_diffusion_xl"}))

    files = {file.kind: file for file in Catalogue([tmp_path]).survey().files}

    assert (files["vae"].family, files["vae"].name) == ("stable_diffusion_xl", "My VAE")
    assert files["checkpoint"].family == "stable_diffusion_1", "a checkpoint's header tells it"
