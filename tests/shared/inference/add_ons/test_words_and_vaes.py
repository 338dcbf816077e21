"""Learned words, other autoencoders and seamless pictures: what they do, and that nothing of them stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from shared.contracts.events import Failed
from shared.contracts.generation import ModelReference
from shared.contracts.models import ModelFile
from shared.inference.conditioning.learned_words import FIRST_NUMBER, LearnedWords
from tests.shared.inference.conftest import Studio
from tests.support.add_on_files import add_on, write
from tests.support.tiny_models import make_tiny_pipeline

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


def reference(file: ModelFile) -> ModelReference:
    return ModelReference(id=file.id, name=file.name)


def test_a_learned_word_is_as_if_its_vectors_stood_in_the_vocabulary(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    """With the vectors of two words that the encoder knows, the picture is that of those words."""
    tokens = tiny_pipeline.tokenizer("red house", add_special_tokens=False).input_ids
    vectors = tiny_pipeline.text_encoder.get_input_embeddings().weight[tokens].detach()
    file = add_on(write(tmp_path / "mystyle.safetensors", {"emb_params": vectors}), "embedding")
    known = studio.picture(studio.text_to_image(prompt="a red house, at night"))
    request = studio.text_to_image(prompt="a MyStyle, at night", embeddings=(reference(file),))

    learned = studio.picture(request, add_ons=(file,))

    assert (learned == known).all()
    without = studio.picture(studio.text_to_image(prompt="a mystyle, at night"))
    assert (without != learned).any()
    assert (studio.picture(studio.text_to_image(prompt="a red house, at night")) == known).all()


def test_a_learned_word_stands_only_where_it_is_a_word_and_counts_as_its_weight_says(
    studio: Studio, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "ink.safetensors", {"emb_params": torch.randn(3, 32)}), "embedding")

    def painted(prompt: str) -> np.ndarray[Any, Any]:
        request = studio.text_to_image(prompt=prompt, embeddings=(reference(file),))
        return studio.picture(request, add_ons=(file,))

    drinking = studio.picture(studio.text_to_image(prompt="drinking"))
    assert (painted("drinking") == drinking).all()
    assert (painted("ink") != painted("(ink:1.4)")).any()
    assert (painted("embedding:ink") == painted("ink")).all()


def test_words_are_found_longest_first() -> None:
    words = LearnedWords({"ink": (FIRST_NUMBER,), "ink-wash": (FIRST_NUMBER + 1,)}, {})

    assert list(words.pieces("an ink-wash, ink")) == [
        "an ", (FIRST_NUMBER + 1,), ", ", (FIRST_NUMBER,), "",
    ]  # fmt: skip


def test_an_embedding_for_another_model_is_refused_in_words_that_name_both(
    studio: Studio, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "wide.safetensors", {"emb_params": torch.randn(1, 40)}), "embedding")

    last = studio.run(studio.text_to_image(embeddings=(reference(file),)), add_ons=(file,))[-1]

    assert isinstance(last, Failed)
    assert "wide" in last.error.text
    assert "Tiny" in last.error.text


def other_vae() -> Any:
    return make_tiny_pipeline(seed=9).vae


def test_another_vae_decodes_and_the_models_own_comes_back(studio: Studio, tmp_path: Path) -> None:
    vae = other_vae()
    vae.save_pretrained(tmp_path / "vae")
    file = add_on(tmp_path / "vae", "vae")
    before = studio.picture(studio.text_to_image())

    with_it = studio.picture(studio.text_to_image(vae=reference(file)), add_ons=(file,))

    assert (with_it != before).any()
    assert (studio.picture(studio.text_to_image()) == before).all()


def test_a_vae_of_other_latents_is_refused_in_words_that_name_both(studio: Studio, tmp_path: Path) -> None:
    AutoencoderKL(latent_channels=3, block_out_channels=(4,), norm_num_groups=2).save_pretrained(
        tmp_path / "odd"
    )
    file = add_on(tmp_path / "odd", "vae")

    last = studio.run(studio.text_to_image(vae=reference(file)), add_ons=(file,))[-1]

    assert isinstance(last, Failed)
    assert "odd" in last.error.text
    assert "Tiny" in last.error.text


@pytest.mark.parametrize("seamless", ["x", "y", "both"])
def test_a_seamless_picture_is_the_same_wherever_it_is_cut(studio: Studio, seamless: str) -> None:
    """Latents that are rolled around give the picture rolled around, along the seamless directions alone."""
    from shared.inference.add_ons.seamless import wrapped_around

    vae = studio.keeper.get(studio.model).vae
    latents = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(1))

    def rolled(axis: int) -> float:
        with torch.inference_mode():
            straight, turned = (vae.decode(values).sample for values in (latents, latents.roll(3, dims=axis)))
        return float((straight.roll(3 * 8, dims=axis) - turned).abs().max())

    plain = rolled(3), rolled(2)
    with wrapped_around([vae], seamless):  # type: ignore[arg-type]
        across, down = rolled(3), rolled(2)

    assert (across < 1e-4) == (seamless in {"x", "both"})
    assert (down < 1e-4) == (seamless in {"y", "both"})
    assert (rolled(3), rolled(2)) == plain


def test_a_seamless_request_changes_the_picture_and_leaves_no_trace(studio: Studio) -> None:
    before = studio.picture(studio.text_to_image())

    seamless = studio.picture(studio.text_to_image(seamless="both"))

    assert (seamless != before).any()
    assert (studio.picture(studio.text_to_image()) == before).all()
