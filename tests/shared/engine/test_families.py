"""Which family a model is of, told without its weights."""

import json
from pathlib import Path

import pytest

from shared.contracts.models import ModelFamily
from shared.engine.catalogue import Catalogue, describe_model
from tests.support.model_files import write_checkpoint, write_model_folder, write_safetensors


@pytest.mark.parametrize(
    ("text_encoder", "family", "native"),
    [
        ("cond_stage_model.transformer.", "stable_diffusion_1", 512),
        ("cond_stage_model.model.", "stable_diffusion_2", 768),
        ("conditioner.embedders.1.model.", "stable_diffusion_xl", 1024),
        ("conditioner.embedders.0.model.", "stable_diffusion_xl_refiner", 1024),
    ],
)
def test_a_single_files_family_is_told_by_its_text_encoder(
    tmp_path: Path, text_encoder: str, family: ModelFamily, native: int
) -> None:
    write_checkpoint(tmp_path / "model.safetensors", text_encoder=text_encoder)

    model = describe_model(tmp_path / "model.safetensors")

    assert (model.family, model.native_side, model.prediction_type) == (family, native, None)


def write_with(path: Path, *, keys: tuple[str, ...] = (), prediction: str = "", in_channels: int = 4) -> None:
    write_safetensors(
        path,
        {
            "model.diffusion_model.input_blocks.0.0.weight": (8, in_channels, 3, 3),
            "model.diffusion_model.out.2.weight": (4, 8, 3, 3),
            "first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3),
            "cond_stage_model.model.ln_final.weight": (8,),
            **dict.fromkeys(keys, (0,)),
        },
        metadata={"modelspec.prediction_type": prediction} if prediction else {},
    )


def test_what_a_file_says_of_its_training_is_believed(tmp_path: Path) -> None:
    write_with(tmp_path / "a.safetensors", keys=("v_pred", "ztsnr"))
    write_with(tmp_path / "b.safetensors", prediction="epsilon")
    write_with(tmp_path / "c.safetensors", in_channels=9)
    write_with(tmp_path / "d.safetensors", prediction="epsilon")
    (tmp_path / "d.pentimento.json").write_text(json.dumps({"prediction_type": "v_prediction"}))

    models = Catalogue([tmp_path]).scan()

    assert [(model.prediction_type, model.zero_terminal_snr, model.native_side) for model in models] == [
        ("v_prediction", True, 768),
        ("epsilon", False, 512),
        ("epsilon", False, 512),
        ("v_prediction", False, 768),
    ]


@pytest.mark.parametrize(
    ("pipeline", "encoders", "width", "family"),
    [
        ("StableDiffusionPipeline", ("text_encoder",), 768, "stable_diffusion_1"),
        ("StableDiffusionInpaintPipeline", ("text_encoder",), 1024, "stable_diffusion_2"),
        ("StableDiffusionXLPipeline", ("text_encoder", "text_encoder_2"), 2048, "stable_diffusion_xl"),
        ("StableDiffusionXLImg2ImgPipeline", ("text_encoder_2",), 1280, "stable_diffusion_xl_refiner"),
    ],
)
def test_a_folders_family_is_told_by_its_index(
    tmp_path: Path, pipeline: str, encoders: tuple[str, ...], width: int, family: ModelFamily
) -> None:
    write_model_folder(tmp_path / "m", pipeline=pipeline, encoders=encoders, width=width)

    assert describe_model(tmp_path / "m").family == family


def test_a_model_in_hugging_faces_cache_has_its_repositorys_name(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--artist--painter"
    write_model_folder(repository / "blobs_of_test")
    snapshot = repository / "snapshots" / ("ab" * 20)
    snapshot.parent.mkdir()
    (repository / "blobs_of_test").rename(repository / "blobs")
    for file in sorted((repository / "blobs").rglob("*.*")):
        link = snapshot / file.relative_to(repository / "blobs")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    (repository / "blobs" / "model_index.json").rename(repository / "blobs" / "index")
    (snapshot / "model_index.json").unlink()
    (snapshot / "model_index.json").symlink_to(repository / "blobs" / "index")

    models = [model for model in Catalogue([tmp_path / "hub"]).scan() if "snapshots" in model.path.parts]

    assert [model.name for model in models] == ["artist/painter"]
    assert models[0].path == snapshot
