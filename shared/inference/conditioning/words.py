"""What every prompt syntax is read into."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A run of text of one weight; `starts_chunk` where it begins new rows of the text encoder."""

    text: str
    weight: float = 1.0
    starts_chunk: bool = False


@dataclass(frozen=True)
class Part:
    """One of the prompts that are blended; `share` is how much it counts beside the others."""

    words: tuple[Words, ...]
    share: float = 1.0


def multiplied(runs: list[Words], factor: float) -> list[Words]:
    return [Words(run.text, run.weight * factor, run.starts_chunk) for run in runs]


def merged(runs: list[Words]) -> list[Words]:
    """Neighbours of one weight become one run, so that words aren't cut into other tokens."""
    result: list[Words] = []
    for run in runs:
        if result and not run.starts_chunk and (result[-1].weight == run.weight or not result[-1].text):
            result[-1] = Words(result[-1].text + run.text, run.weight, result[-1].starts_chunk)
        else:
            result.append(run)
    return result or [Words("")]
