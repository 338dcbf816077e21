"""Everything that can be set about a brush, in one value that files keep as it is."""

from enum import StrEnum

from pydantic import Field, field_validator

from desktop.canvas.brushes.curves import LINEAR, Curve
from desktop.canvas.layers import BlendMode
from shared.contracts.base import Contract

SMALLEST_BRUSH = 1.0
LARGEST_BRUSH = 1000.0
LARGEST_STRING = 300.0


TAKING_AWAY = frozenset(
    {
        BlendMode.DESTINATION_IN,
        BlendMode.DESTINATION_OUT,
        BlendMode.SOURCE_ATOP,
        BlendMode.DESTINATION_ATOP,
    }
)
"""Modes that only make sense for whole layers."""


class Effect(StrEnum):
    PAINT = "paint"
    ERASE = "erase"
    SMUDGE = "smudge"


class AngleSource(StrEnum):
    """What the tip's own angle is added to."""

    FIXED = "fixed"
    STROKE = "stroke"
    TILT = "tilt"


class Brush(Contract):
    """`size` is the diameter in pixels, `spacing` and `scatter` are parts of it; what is not said is 0 to 1.

    Flow builds up inside a stroke; opacity caps it, and the pen's opacity caps each touch. A curve of None:
    the pen does not change that property.
    """

    effect: Effect = Effect.PAINT
    size: float = Field(24.0, ge=SMALLEST_BRUSH, le=LARGEST_BRUSH)
    hardness: float = Field(0.8, ge=0, le=1)
    opacity: float = Field(1.0, ge=0, le=1)
    flow: float = Field(1.0, ge=0, le=1)
    blend: BlendMode = BlendMode.NORMAL
    """How a stroke that paints meets what is on the layer."""
    spacing: float = Field(0.12, ge=0.01, le=4)
    angle: float = Field(0.0, ge=-180, le=180)
    """Degrees clockwise."""
    angle_source: AngleSource = AngleSource.FIXED
    angle_jitter: float = Field(0.0, ge=0, le=1)
    roundness: float = Field(1.0, ge=0.05, le=1)
    scatter: float = Field(0.0, ge=0, le=4)
    tip: str = Field("", max_length=64)
    """Name of a bitmap; empty for a round tip."""
    paper: str = Field("", max_length=64)
    """Name of a paper whose grain shows in the stroke; empty for none."""
    paper_strength: float = Field(0.0, ge=0, le=1)
    paper_scale: float = Field(1.0, ge=0.25, le=4)
    wet_edge: float = Field(0.0, ge=0, le=1)
    """How much paler the inside of a stroke is than its rim, as of watercolour that dries."""
    colour_rate: float = Field(0.0, ge=0, le=1)
    """How much of the foreground colour a smudge brings in."""
    size_pressure: Curve | None = LINEAR
    size_tilt: Curve | None = None
    size_jitter: float = Field(0.0, ge=0, le=1)
    opacity_pressure: Curve | None = None
    opacity_tilt: Curve | None = None
    opacity_jitter: float = Field(0.0, ge=0, le=1)
    flow_pressure: Curve | None = None
    flow_tilt: Curve | None = None
    flow_jitter: float = Field(0.0, ge=0, le=1)
    hue_jitter: float = Field(0.0, ge=0, le=1)
    """By how much a stroke's colour differs from the one that was chosen, by chance; it stays within a stroke."""
    saturation_jitter: float = Field(0.0, ge=0, le=1)
    lightness_jitter: float = Field(0.0, ge=0, le=1)
    smoothing: float = Field(0.0, ge=0, le=1)
    """How many points of the hand's way are averaged."""
    string: float = Field(0.0, ge=0, le=LARGEST_STRING)
    """Length in pixels of the string by which the pen pulls the brush."""

    @field_validator("blend")
    @classmethod
    def _paints(cls, blend: BlendMode) -> BlendMode:
        if blend in TAKING_AWAY:
            message = f"no brush paints by {blend}"
            raise ValueError(message)
        return blend

    def changed(self, **values: object) -> "Brush":
        """With numbers brought into their range; raises pydantic's ValidationError for what is no number."""
        return Brush.model_validate(
            {**{name: getattr(self, name) for name in Brush.model_fields}, **_in_range(values)}
        )


def limits_of(name: str) -> tuple[float, float]:
    """The least and the most that the number called `name` may be."""
    least, most = 0.0, 1.0
    for rule in Brush.model_fields[name].metadata:
        least = getattr(rule, "ge", least)
        most = getattr(rule, "le", most)
    return least, most


def _in_range(values: dict[str, object]) -> dict[str, object]:
    kept = dict(values)
    for name, value in values.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            least, most = limits_of(name)
            kept[name] = min(max(float(value), least), most)
    return kept
