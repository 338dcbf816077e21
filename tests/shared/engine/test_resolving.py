"""From a request to the files that its job needs, out of real folders."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.errors import ModelUnavailableError
from shared.contracts.generation import (
    Control,
    Enhance,
    GenerationRequest,
    LoraUse,
    ModelReference,
    TextToImage,
    Upscale,
    Wildcard,
)
from shared.contracts.models import ModelFile
from shared.engine.catalogue import Catalogue, Survey
from shared.engine.model_hashes import ModelHashes
from shared.engine.model_index import ModelIndex
from shared.engine.model_notes import ModelNotes
from shared.engine.resolving import JobResolver
from tests.support.model_files import write_checkpoint, write_safetensors

LORA = {"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight": (2, 8)}
EMBEDDING = {"emb_params": (2, 768)}
VAE = {"decoder.conv_in.weight": (8, 4, 3, 3), "encoder.conv_in.weight": (8, 3, 3, 3)}
UPSCALER = {"conv_first.weight": (8, 3, 3, 3), "conv_after_body.weight": (8, 8, 3, 3)}
IMAGE = "1" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "model.safetensors")
    write_safetensors(
        tmp_path / "Lora" / "Sketch.safetensors", LORA, metadata={"ss_output_name": "sketchy_v2"}
    )
    write_safetensors(tmp_path / "embeddings" / "bad-hands.safetensors", EMBEDDING)
    write_safetensors(tmp_path / "VAE" / "Crisp.safetensors", VAE)
    write_safetensors(tmp_path / "ESRGAN" / "Sharp.safetensors", UPSCALER)
    (tmp_path / "old.ckpt").write_bytes(b"\x80\x04.")
    return tmp_path


@pytest.fixture
def files(folder: Path) -> dict[str, ModelFile]:
    return {file.name: file for file in Catalogue([folder]).survey().files}


def resolver(folder: Path) -> JobResolver:
    return JobResolver(Catalogue([folder]), ModelHashes(None))


def reference(file: ModelFile) -> ModelReference:
    return ModelReference(id=file.id, name=file.name)


def request(files: dict[str, ModelFile], **changes: Any) -> TextToImage:
    return TextToImage(
        **{"model": reference(files["model"]), "seed": 1, "width": 512, "height": 512, **changes}
    )


def test_every_file_comes_with_the_job_and_the_request_knows_its_hashes(
    folder: Path, files: dict[str, ModelFile]
) -> None:
    asked = request(
        files,
        loras=(LoraUse(model=reference(files["Sketch"]), weight=0.5),),
        embeddings=(reference(files["bad-hands"]),),
        vae=reference(files["Crisp"]),
    )

    job = resolver(folder).resolve("job", asked)

    assert job.model is not None
    assert {file.name for file in job.add_ons} == {"Sketch", "bad-hands", "Crisp"}
    expected = hashlib.sha256((folder / "Lora" / "Sketch.safetensors").read_bytes()).hexdigest()
    (use,) = job.request.loras
    assert (use.model.sha256, use.weight) == (expected, 0.5)
    assert job.request.vae is not None
    assert job.request.vae.sha256
    assert job.request.embeddings[0].sha256


@pytest.mark.parametrize("name", ["sketch", "Sketchy_V2"])
def test_loras_that_prompts_and_wildcards_name_come_too(
    folder: Path, files: dict[str, ModelFile], name: str
) -> None:
    for asked in (
        request(files, prompt=f"a house <lora:{name}:0.5>"),
        request(
            files, prompt="__style__", wildcards=(Wildcard(name="style", lines=(f"<lora:{name}>", "ink")),)
        ),
    ):
        (file,) = resolver(folder).resolve("job", asked).add_ons
        assert file.name == "Sketch"
        assert resolver(folder).resolve("job", asked).add_on_named(name, "lora") == file


def test_a_file_that_lies_elsewhere_now_is_found_by_its_name(
    folder: Path, files: dict[str, ModelFile]
) -> None:
    moved = ModelReference(id="where-it-was-before", name="Sketch")

    job = resolver(folder).resolve("job", request(files, loras=(LoraUse(model=moved),)))

    assert job.add_on("where-it-was-before") is not None


def test_an_upscalers_job_and_a_classic_one_need_no_model(folder: Path, files: dict[str, ModelFile]) -> None:
    by_file = Upscale(model=reference(files["Sharp"]), seed=1, image=IMAGE, method="upscaler")

    job = resolver(folder).resolve("job", by_file)
    classic = resolver(folder).resolve("job", Enhance(image=IMAGE, sharpen=1))

    assert job.model is None
    assert [file.kind for file in job.add_ons] == ["upscaler"]
    assert job.request.model.sha256
    assert classic.model is None
    assert not classic.add_ons


def test_an_old_file_needs_the_artists_word(folder: Path, files: dict[str, ModelFile]) -> None:
    asked = request(files, model=reference(files["old"]))

    with pytest.raises(ModelUnavailableError) as caught:
        resolver(folder).resolve("job", asked)
    assert "old" in caught.value.report.text

    job = resolver(folder).resolve("job", asked.model_copy(update={"open_pickles": True}))
    assert job.model is None
    assert [file.name for file in job.add_ons] == ["old"]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": ModelReference(id="gone", name="Gone")},
        {"loras": (LoraUse(model=ModelReference(id="gone", name="Gone")),)},
        {"vae": ModelReference(id="gone", name="Gone")},
        {"controls": (Control(model=ModelReference(id="gone", name="Gone"), image=IMAGE),)},
        {"refiner": {"model": {"id": "gone", "name": "Gone"}}},
    ],
)
def test_what_is_not_here_is_told_by_its_name(
    folder: Path, files: dict[str, ModelFile], changes: dict[str, Any]
) -> None:
    asked: GenerationRequest = request(files, **changes)

    with pytest.raises(ModelUnavailableError) as caught:
        resolver(folder).resolve("job", asked)
    assert "Gone" in caught.value.report.text
    assert caught.value.report.advice


class CountedCatalogue(Catalogue):
    surveys = 0

    def survey(self, **options: Any) -> Survey:
        self.surveys += 1
        return super().survey(**options)


def test_folders_are_looked_through_once_and_again_only_where_something_changed(
    folder: Path, files: dict[str, ModelFile]
) -> None:
    catalogue = CountedCatalogue([folder])
    jobs = JobResolver(catalogue, ModelHashes(None))
    asked = request(files, loras=(LoraUse(model=reference(files["Sketch"])),), prompt="<lora:sketch:1>")
    first = jobs.resolve("job", asked)
    begun = catalogue.surveys

    assert jobs.resolve("job", asked) == first
    assert jobs.resolve("job", asked.model_copy(update={"vae": reference(files["Crisp"])})).add_ons
    assert catalogue.surveys == begun

    write_safetensors(folder / "Lora" / "Ink.safetensors", LORA)
    named = jobs.resolve("job", asked.model_copy(update={"prompt": "<lora:ink:1>"}))
    assert {file.name for file in named.add_ons} == {"Sketch", "Ink"}
    (folder / "Lora" / "Ink.safetensors").rename(folder / "Lora" / "Sepia.safetensors")
    named = jobs.resolve("job", asked.model_copy(update={"prompt": "<lora:sepia:1>"}))
    assert {file.name for file in named.add_ons} == {"Sketch", "Sepia"}
    (folder / "Lora" / "Sketch.safetensors").unlink()
    with pytest.raises(ModelUnavailableError):
        jobs.resolve("job", asked)


def test_what_the_artist_says_of_a_file_counts_for_the_next_job(folder: Path, tmp_path: Path) -> None:
    index = ModelIndex(tmp_path / "models.sqlite")
    catalogue = CountedCatalogue([folder], index=index)
    jobs = JobResolver(catalogue, ModelHashes(None))
    files = {file.name: file for file in catalogue.survey().files}
    asked = request(files, vae=reference(files["Crisp"]))
    assert [file.family for file in jobs.resolve("job", asked).add_ons] == [None]

    index.choose(files["Crisp"].path, ModelNotes(family="stable_diffusion_xl"))

    assert [file.family for file in jobs.resolve("job", asked).add_ons] == ["stable_diffusion_xl"]
