from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.generation import ModelReference, TextToImage
from shared.inference.conditioning import Conditioning, make_conditioning
from shared.inference.conditioning.chunks import split_into_chunks
from shared.inference.conditioning.emphasis import Words, parse_prompt
from shared.inference.families.stable_diffusion_1 import make_clip_tokenizer


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a cat", [("a cat", 1)]),
        ("", [("", 1)]),
        ("a (cat) sat", [("a ", 1), ("cat", 1.1), (" sat", 1)]),
        ("((cat))", [("cat", 1.21)]),
        ("[cat]", [("cat", 1 / 1.1)]),
        ("(cat:1.3)", [("cat", 1.3)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 3), (" c", 1.5)]),
        ("(cat:.5)", [("cat", 0.5)]),
        (r"a \(cat\)", [("a (cat)", 1)]),
        (r"\[x\] \\", [(r"[x] " + "\\", 1)]),
        ("a (cat", [("a ", 1), ("cat", 1.1)]),
        ("a cat)", [("a cat)", 1)]),
        ("time: 12:30)", [("time: 12:30)", 1)]),
        ("([a)]", [("a", 1)]),
        ("BREAKFAST", [("BREAKFAST", 1)]),
    ],
)
def test_weights_are_read_as_a1111_reads_them(prompt: str, expected: list[tuple[str, float]]) -> None:
    words = parse_prompt(prompt, "a1111")

    assert [run.text for run in words] == [text for text, _ in expected]
    assert [run.weight for run in words] == pytest.approx([weight for _, weight in expected])


def test_a_plain_prompt_means_what_it_says() -> None:
    assert parse_prompt("(a:1.3) BREAK [b]", "plain") == [Words("(a:1.3) BREAK [b]")]


@given(st.text(alphabet="ab ()[]:\\1.BREAK", max_size=40))
def test_any_text_is_a_prompt_and_without_signs_nothing_is_lost(prompt: str) -> None:
    words = parse_prompt(prompt, "a1111")

    assert words
    if not set(prompt) & set("()[]\\") and "BREAK" not in prompt:
        assert words == [Words(prompt)]


def test_the_vocabulary_is_clips() -> None:
    tokenizer = make_clip_tokenizer()

    assert len(tokenizer) == 49408
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert tokenizer.pad_token_id == 49407


def test_long_prompts_and_break_make_more_rows(tiny_pipeline: Any) -> None:
    def lengths(prompt: str) -> list[int]:
        chunks = split_into_chunks(parse_prompt(prompt, "a1111"), tiny_pipeline.tokenizer, 75)
        return [len(chunk.tokens) for chunk in chunks]

    assert lengths("cat " * 75) == [75]
    assert lengths("cat " * 80) == [75, 5]
    assert lengths("a cat BREAK a dog BREAK") == [2, 2, 0]
    assert lengths("") == [0]


@pytest.mark.parametrize("prompt", ["a photo of a cat", "", "Ein Haus, 夜の海, naïve café's"])
def test_a_plain_prompt_gives_the_pipelines_own_embeddings(tiny_pipeline: Any, prompt: str) -> None:
    with torch.inference_mode():
        positive, negative = tiny_pipeline.encode_prompt(prompt, "cpu", 1, True, negative_prompt="dark")

    ours = embed(tiny_pipeline, prompt=prompt, negative_prompt="dark")

    assert ours.negative is not None
    assert torch.equal(ours.positive, positive)
    assert torch.equal(ours.negative, negative)


def test_both_prompts_have_the_same_number_of_rows(tiny_pipeline: Any) -> None:
    ours = embed(tiny_pipeline, prompt="cat " * 160, negative_prompt="dark")

    assert ours.negative is not None
    assert ours.positive.shape == ours.negative.shape == (1, 231, 32)


def test_without_guidance_there_is_no_negative_prompt(tiny_pipeline: Any) -> None:
    assert embed(tiny_pipeline, prompt="a cat", guidance_scale=1).negative is None


def test_a_weight_changes_its_word_and_keeps_the_mean(tiny_pipeline: Any) -> None:
    plain = embed(tiny_pipeline, prompt="a red cat").positive
    heavy = embed(tiny_pipeline, prompt="a (red:1.5) cat").positive
    one = embed(tiny_pipeline, prompt="a (red:1.0) cat").positive

    assert torch.equal(plain, one)
    ratios = (heavy / plain).median(dim=2).values[0]
    assert ratios[2] / ratios[1] == pytest.approx(1.5, rel=1e-4)


def test_clip_skip_takes_an_earlier_layer_through_the_last_norm(tiny_pipeline: Any) -> None:
    encoder, tokenizer = tiny_pipeline.text_encoder, tiny_pipeline.tokenizer
    tokens = tokenizer("a cat", padding="max_length", max_length=77, return_tensors="pt").input_ids
    with torch.inference_mode():
        states = encoder(tokens, output_hidden_states=True).hidden_states
        second_to_last = encoder.final_layer_norm(states[-2])
        last = encoder.final_layer_norm(states[-1])

    assert torch.equal(embed(tiny_pipeline, prompt="a cat", clip_skip=2).positive, second_to_last)
    assert torch.equal(embed(tiny_pipeline, prompt="a cat", clip_skip=1).positive, last)
    assert torch.isfinite(embed(tiny_pipeline, prompt="a cat", clip_skip=12).positive).all()


def embed(pipeline: Any, **settings: Any) -> Conditioning:
    request = TextToImage(
        **{"model": ModelReference(id="tiny"), "seed": 0, "width": 64, "height": 64, **settings}
    )
    with torch.inference_mode():
        return make_conditioning(pipeline.text_encoder, pipeline.tokenizer, request)
