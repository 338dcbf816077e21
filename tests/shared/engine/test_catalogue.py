import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import InvalidModelError
from shared.engine.catalogue import Catalogue, describe_model
from shared.engine.headers import read_safetensors_shapes
from tests.support.model_files import write_checkpoint, write_model_folder, write_safetensors


def test_a_folder_with_a_model_index_is_a_model(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "models" / "painter")

    (model,) = Catalogue([tmp_path / "models"]).scan()

    assert (model.name, model.family, model.layout) == ("painter", "stable_diffusion_1", "diffusers")
    assert (model.in_channels, model.made_for_inpainting) == (4, False)
    assert (model.minimum_side, model.native_side, model.maximum_side, model.multiple) == (512, 512, 768, 8)
    assert model.size_bytes > 0


def test_nine_channels_make_an_inpainting_model(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "folder", in_channels=9)
    write_checkpoint(tmp_path / "file.safetensors", in_channels=9)

    assert all(model.made_for_inpainting for model in Catalogue([tmp_path]).scan())
    assert len(Catalogue([tmp_path]).scan()) == 2


def test_a_model_says_of_itself_what_it_likes(tmp_path: Path) -> None:
    write_model_folder(
        tmp_path / "m",
        sample_size=32,
        notes={
            "id": "starter",
            "name": "Starter",
            "minimum_side": 64,
            "maximum_side": 448,
            "default_steps": 12,
            "default_guidance_scale": 3.5,
            "default_sampler": "ddim",
        },
    )

    model = describe_model(tmp_path / "m")

    assert (model.id, model.name) == ("starter", "Starter")
    assert (model.minimum_side, model.native_side, model.maximum_side) == (64, 256, 448)
    assert (model.default_steps, model.default_guidance_scale, model.default_sampler) == (12, 3.5, "ddim")


@pytest.mark.parametrize(
    "notes", [{"unknown": 1}, {"minimum_side": 900}, {"multiple": 12}, {"id": "../escape"}]
)
def test_what_a_model_says_of_itself_is_checked(tmp_path: Path, notes: dict[str, object]) -> None:
    write_model_folder(tmp_path / "m", notes=notes)

    with pytest.raises(InvalidModelError) as caught:
        describe_model(tmp_path / "m")
    assert caught.value.report.advice


def test_an_id_belongs_to_a_place(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "a" / "Deep Painter v2.safetensors")
    write_checkpoint(tmp_path / "b" / "Deep Painter v2.safetensors")

    ids = [model.id for model in Catalogue([tmp_path]).scan()]

    assert ids == [model.id for model in Catalogue([tmp_path]).scan()]
    assert len(set(ids)) == 2
    assert all(name.startswith("deep-painter-v2-") for name in ids)


def test_of_two_models_with_one_stated_id_both_are_found(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "a", notes={"id": "starter"})
    write_model_folder(tmp_path / "b", notes={"id": "starter"})

    first, second = Catalogue([tmp_path]).scan()

    assert first.id == "starter"
    assert second.id.startswith("b-")


def test_a_place_may_be_one_model_itself(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "one.safetensors")
    write_model_folder(tmp_path / "two")

    names = [model.name for model in Catalogue([tmp_path / "one.safetensors", tmp_path / "two"]).scan()]

    assert names == ["one", "two"]


def test_a_model_is_found_by_its_id_as_it_is_now(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "one.safetensors")
    catalogue = Catalogue([tmp_path])
    (model,) = catalogue.scan()

    assert catalogue.find(model.id) == model
    model.path.unlink()
    assert catalogue.find(model.id) is None


def test_other_files_are_no_problem_and_broken_models_are_named(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "good.safetensors")
    write_safetensors(tmp_path / "lora.safetensors", {"lora_unet_x.lora_down.weight": (2, 2)})
    (tmp_path / "notes.txt").write_text("no model")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "good.safetensors").read_bytes()[:200])
    write_model_folder(tmp_path / "flux", pipeline="FluxPipeline")

    survey = Catalogue([tmp_path, tmp_path / "missing"]).survey()

    assert [model.name for model in survey.models] == ["good"]
    assert [file.name for file in survey.files] == ["good", "lora"]
    assert [problem.report.values.get("file", "flux") for problem in survey.problems] == [
        "cut.safetensors",
        "flux",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "There is no model"),
        ("empty", "holds no model"),
        ("model.ckpt", "not a .safetensors file"),
        ("lora.safetensors", "no model that makes pictures"),
        ("flux", "FluxPipeline"),
        ("no_weights", "weights of unet are missing"),
    ],
)
def test_what_is_no_model_is_told_in_words(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04cos\nsystem\n")
    write_safetensors(tmp_path / "lora.safetensors", {"lora_unet_x.lora_down.weight": (2, 2)})
    write_model_folder(tmp_path / "flux", pipeline="FluxPipeline")
    write_model_folder(tmp_path / "no_weights")
    (tmp_path / "no_weights" / "unet" / "model.safetensors").unlink()

    with pytest.raises(InvalidModelError) as caught:
        describe_model(tmp_path / name)
    assert words in str(caught.value)
    assert caught.value.report.advice_text


@pytest.mark.parametrize("part", ["model_index.json", "unet/config.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_broken_configurations_are_told_in_words(tmp_path: Path, part: str, content: bytes) -> None:
    write_model_folder(tmp_path / "m")
    (tmp_path / "m" / part).write_bytes(content)

    with pytest.raises(InvalidModelError):
        describe_model(tmp_path / "m")


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"a": 1}',
        b'{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0]}}',
        b'{"a": {"dtype": "F16", "shape": [-2], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F16", "shape": [1e400], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "PICKLE", "shape": [2], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 400]}}',
        b'{"a": {"dtype": "F16", "shape": [200], "data_offsets": [0, 400]}}',
        b'{"a": {"dtype": "F16", "shape": [99999999999, 99999999999], "data_offsets": [0, 4]}}',
    ],
)
def test_hostile_headers_are_told_in_words(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))

    with pytest.raises(InvalidModelError) as caught:
        read_safetensors_shapes(path)
    assert "model.safetensors" in str(caught.value)


def test_a_header_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")

    with pytest.raises(InvalidModelError):
        read_safetensors_shapes(path)


@given(data=st.data())
def test_a_file_cut_anywhere_or_changed_at_one_place_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("m") / "model.safetensors"
    write_checkpoint(path)
    content = bytearray(path.read_bytes())
    header_end = 8 + int.from_bytes(content[:8], "little")
    if data.draw(st.booleans(), label="cut"):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        content[data.draw(st.integers(0, header_end - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)

    with contextlib.suppress(InvalidModelError):
        assert describe_model(path).size_bytes == len(content)


def test_notes_that_are_not_json_are_told_in_words(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "m", notes={})
    (tmp_path / "m" / "pentimento.json").write_text("not json")

    with pytest.raises(InvalidModelError, match=r"pentimento\.json"):
        describe_model(tmp_path / "m")


def test_the_starter_model_of_this_repository_can_be_described() -> None:
    folder = Path(__file__).parents[3] / "assets" / "starter_model" / "model"
    model = describe_model(folder)

    assert model.id == "starter"
    assert model.native_side == 256
    assert (
        model.latent_channels == json.loads((folder / "vae" / "config.json").read_text())["latent_channels"]
    )
