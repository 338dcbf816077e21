from typing import Any

import pytest
import torch

from shared.contracts.generation import ModelReference, TextToImage, Wildcard
from shared.inference.conditioning import Conditioner, Conditioning, TextEncoder
from shared.inference.conditioning.chunks import split_into_chunks
from shared.inference.conditioning.emphasis import parse_emphasis
from shared.inference.families.clip.tokenizer import make_clip_tokenizer


def test_the_vocabulary_is_clips() -> None:
    tokenizer = make_clip_tokenizer()

    assert len(tokenizer) == 49408
    assert tokenizer("a photo of a cat").input_ids == [49406, 320, 1125, 539, 320, 2368, 49407]
    assert tokenizer.pad_token_id == 49407


def test_long_prompts_and_break_make_more_rows(tiny_pipeline: Any) -> None:
    def lengths(prompt: str) -> list[int]:
        chunks = split_into_chunks(parse_emphasis(prompt), tiny_pipeline.tokenizer, 75)
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


def test_a_row_ends_at_its_last_comma_as_a1111_does_it(tiny_pipeline: Any) -> None:
    def lengths(prompt: str) -> list[int]:
        chunks = split_into_chunks(parse_emphasis(prompt), tiny_pipeline.tokenizer, 75)
        return [len(chunk.tokens) for chunk in chunks]

    assert lengths("cat " * 69 + ", a dog that sleeps on the sofa") == [70, 7]
    assert lengths("cat " * 40 + "," + " dog" * 50) == [75, 16]
    assert lengths("cat " * 75 + ", dog") == [75, 2]


def test_a_prompt_changes_at_its_step(tiny_pipeline: Any) -> None:
    of_steps = of_all_steps(tiny_pipeline, 4, prompt="a [cat:dog:0.5] [red|blue]")

    for step, text in enumerate(["a cat red", "a cat blue", "a dog red", "a dog blue"]):
        assert torch.equal(of_steps[step].positive, embed(tiny_pipeline, prompt=text).positive)


def test_a_change_that_needs_more_rows_widens_every_step(tiny_pipeline: Any) -> None:
    of_steps = of_all_steps(tiny_pipeline, 2, prompt="[cat:" + "dog " * 80 + ":1]")

    assert [step.positive.shape[1] for step in of_steps] == [154, 154]
    assert all(step.negative is not None and step.negative.shape[1] == 154 for step in of_steps)


def test_words_of_compel_move_from_nothing_towards_their_meaning(tiny_pipeline: Any) -> None:
    nothing = embed(tiny_pipeline, prompt="").positive
    plain = embed(tiny_pipeline, prompt="a cat").positive
    heavy = embed(tiny_pipeline, prompt="(a cat)1.5", prompt_syntax="compel").positive

    expected = nothing[:, 1:3] + 1.5 * (plain - nothing)[:, 1:3]
    assert torch.allclose(heavy[:, 1:3], expected, atol=1e-6)
    assert torch.equal(heavy[:, 3:], plain[:, 3:])


def test_a_blend_lies_between_its_texts_and_an_and_is_rows_of_their_own(tiny_pipeline: Any) -> None:
    cat, dog = (embed(tiny_pipeline, prompt=text).positive for text in ("cat", "dog"))

    blend = embed(tiny_pipeline, prompt='("cat", "dog").blend(3, 1)', prompt_syntax="compel").positive
    both = embed(tiny_pipeline, prompt='("cat", "dog").and()', prompt_syntax="compel").positive

    assert torch.allclose(blend, 0.75 * cat + 0.25 * dog, atol=1e-6)
    assert torch.equal(both, torch.cat([cat, dog], dim=1))


def test_choices_follow_the_seed(tiny_pipeline: Any) -> None:
    prompt = "a {cat|dog|bird|fish} __where__"
    wildcards = (Wildcard(name="where", lines=("at sea", "on land", "# not this")),)
    made = conditioner(tiny_pipeline, prompt=prompt, wildcards=wildcards)

    texts = {seed: made.prompts(seed).positive for seed in range(30)}

    assert made.varies
    assert texts == {seed: made.prompts(seed).positive for seed in range(30)}
    assert {text.split()[1] for text in texts.values()} == {"cat", "dog", "bird", "fish"}
    assert {text.split(maxsplit=2)[2] for text in texts.values()} == {"at sea", "on land"}
    for seed in (0, 1):
        (ours,) = made.conditionings(seed, 1)
        assert torch.equal(ours.positive, embed(tiny_pipeline, prompt=texts[seed]).positive)


def test_the_names_of_loras_are_no_words(tiny_pipeline: Any) -> None:
    tagged = embed(tiny_pipeline, prompt="a cat <lora:style:0.7>").positive

    assert torch.equal(tagged, embed(tiny_pipeline, prompt="a cat").positive)


def conditioner(pipeline: Any, **settings: Any) -> Conditioner:
    request = TextToImage(
        **{"model": ModelReference(id="tiny"), "seed": 0, "width": 64, "height": 64, **settings}
    )
    return Conditioner(encoders=[TextEncoder(pipeline.text_encoder, pipeline.tokenizer)], request=request)


def of_all_steps(pipeline: Any, steps: int, **settings: Any) -> list[Conditioning]:
    with torch.inference_mode():
        return conditioner(pipeline, **settings).conditionings(0, steps)


def embed(pipeline: Any, **settings: Any) -> Conditioning:
    (embedded,) = of_all_steps(pipeline, 1, **settings)
    return embedded
