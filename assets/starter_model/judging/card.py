"""The table of figures: printed, and kept in the model's card between two marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assets.starter_model.judging.measures import Share

BEGIN, END = "<!-- evaluation -->", "<!-- end of evaluation -->"


@dataclass(frozen=True)
class Row:
    """One figure with the threshold that it should reach; None where there is none."""

    name: str
    figure: str
    threshold: str = ""
    reached: bool | None = None


def share_row(name: str, share: Share, threshold: float | None = None) -> Row:
    """A share as `x of n (percent)`."""
    figure = f"{share.right} of {share.asked} ({share.percent:.0f} %)"
    if threshold is None:
        return Row(name, figure)
    return Row(name, figure, f"{threshold:.0f} %", share.percent >= threshold)


def table(rows: list[Row]) -> str:
    """Markdown."""
    words = {True: "reached", False: "missed", None: ""}
    lines = ["| measured | figure | threshold | |", "|---|---|---|---|"]
    lines += [f"| {row.name} | {row.figure} | {row.threshold} | {words[row.reached]} |" for row in rows]
    return "\n".join(lines)


def write_section(card: Path, text: str) -> None:
    """Puts the text between the marks of the card. Raises ValueError where it has none."""
    before, begin, rest = card.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{card} has no place for the evaluation: {BEGIN} and {END}")
    card.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")
