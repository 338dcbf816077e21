"""From the artist's text to what is encoded: choices made, LoRA tags taken out, the syntax read."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.contracts.generation import GenerationSettings, PromptSyntax
from shared.engine.prompt_tags import LoraTag, take_tags
from shared.inference.conditioning.choices import choose, has_choices
from shared.inference.conditioning.compel import parse_compel
from shared.inference.conditioning.emphasis import parse_emphasis
from shared.inference.conditioning.scheduling import parse_script, text_at
from shared.inference.conditioning.words import Part, Words


@dataclass(frozen=True)
class ResolvedPrompts:
    """What the choices of one seed came to; `tags` stand in the positive one still."""

    positive: str
    negative: str
    syntax: PromptSyntax
    tags: tuple[LoraTag, ...] = ()


@dataclass(frozen=True)
class StepPrompts:
    """The prompts of one step."""

    positive: tuple[Part, ...]
    negative: tuple[Part, ...]


def prompts_vary(request: GenerationSettings) -> bool:
    """Whether another seed may mean other prompts."""
    texts = (request.prompt, request.negative_prompt)
    return request.prompt_syntax != "plain" and any(has_choices(text) for text in texts)


def resolve(request: GenerationSettings, seed: int) -> ResolvedPrompts:
    syntax = request.prompt_syntax
    if syntax == "plain":
        return ResolvedPrompts(request.prompt, request.negative_prompt, syntax)
    wildcards = {wildcard.name: wildcard.lines for wildcard in request.wildcards}
    positive = choose(request.prompt, f"{seed} prompt", wildcards)
    negative = choose(request.negative_prompt, f"{seed} negative", wildcards)
    if syntax == "compel":
        return ResolvedPrompts(positive, negative, syntax)
    return ResolvedPrompts(positive, negative, syntax, tuple(take_tags(positive)[1]))


def prompts_of_steps(prompts: ResolvedPrompts, steps: int) -> Iterator[StepPrompts]:
    """For each of the steps that a pass runs."""
    if prompts.syntax != "a1111":
        same = StepPrompts(parse(prompts.positive, prompts.syntax), parse(prompts.negative, prompts.syntax))
        yield from [same] * steps
        return
    scripts = [parse_script(take_tags(text)[0]) for text in (prompts.positive, prompts.negative)]
    known: dict[tuple[str, ...], StepPrompts] = {}
    for step in range(steps):
        texts = tuple(text_at(script, step, steps) for script in scripts)
        if texts not in known:
            known[texts] = StepPrompts(*(parse(text, "a1111") for text in texts))
        yield known[texts]


def parse(text: str, syntax: PromptSyntax) -> tuple[Part, ...]:
    match syntax:
        case "plain":
            return (Part((Words(text),)),)
        case "compel":
            return tuple(parse_compel(text))
        case "a1111":
            return (Part(tuple(parse_emphasis(text))),)
