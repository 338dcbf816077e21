"""What a text layer says and how it looks: kept beside its pixels, so that it can be written anew."""

from enum import StrEnum

from pydantic import Field

from shared.contracts.base import Contract

LONGEST_TEXT = 5000
SMALLEST_SIZE, LARGEST_SIZE = 4.0, 2000.0


class TextAlign(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class TextContent(Contract):
    """`size` in pixels of the document; the text's place is its layer's: where the first line begins, or its middle."""

    text: str = Field("", max_length=LONGEST_TEXT)
    family: str = Field("", max_length=200)
    """Empty for the system's own."""
    size: float = Field(48.0, ge=SMALLEST_SIZE, le=LARGEST_SIZE)
    bold: bool = False
    italic: bool = False
    colour: str = Field("#000000", pattern=r"^#[0-9a-f]{6}$")
    align: TextAlign = TextAlign.LEFT
    line_spacing: float = Field(1.2, ge=0.5, le=4.0)
