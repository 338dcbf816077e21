"""The shapes of a brush's single touches: how much of each pixel the tip covers, made once and kept."""

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.brushes.tips import Tips

Cover = NDArray[np.float32]
"""(H, W), 0 to 1; never written to again."""

PHASES = 4
"""Small dabs are placed to a quarter of a pixel, so that thin lines don't wobble."""
LARGEST_PHASED = 32.0
ANGLE_STEP = 3.0
"""Degrees between the angles that a turned tip is drawn at."""

DabKey = tuple[str, float, float, float, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Dab:
    """`cover` without the empty rim around it; its first pixel lies at (left, top) from the middle one."""

    left: int
    top: int
    cover: Cover


class DabCache:
    """Ready-made dabs, the longest unused dropped first. One for the whole app serves all strokes."""

    def __init__(self, *, tips: Tips | None = None, limit_bytes: int = 96 * 1024 * 1024) -> None:
        self.tips = tips or Tips()
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._dabs: OrderedDict[DabKey, Dab] = OrderedDict()

    def place(self, touch: Touch, brush: Brush) -> tuple[int, int, Cover]:
        """The document's pixel (x, y) where the cover's top left corner belongs, and the cover."""
        diameter = rounded_diameter(touch.diameter) if touch.diameter != brush.size else touch.diameter
        turned = bool(brush.tip) or brush.roundness < 1
        angle = round(touch.angle / ANGLE_STEP) % round(360 / ANGLE_STEP) if turned else 0
        phases = PHASES if diameter <= LARGEST_PHASED else 1
        x, y = round(touch.x * phases), round(touch.y * phases)
        key = (brush.tip, diameter, brush.hardness, brush.roundness, angle, x % phases, y % phases)
        dab = self._dabs.get(key)
        if dab is None:
            dab = trimmed(self._draw(key, phases))
            self._keep(key, dab)
        else:
            self._dabs.move_to_end(key)
        return x // phases + dab.left, y // phases + dab.top, dab.cover

    def _draw(self, key: DabKey, phases: int) -> Cover:
        tip, diameter, hardness, roundness, angle, x, y = key
        degrees = angle * ANGLE_STEP
        phase = (x / phases, y / phases)
        bitmap = self.tips.bitmap(tip, diameter) if tip else None
        if bitmap is not None:
            return stamp(bitmap, diameter=diameter, roundness=roundness, degrees=degrees, phase=phase)
        return round_dab(
            diameter=diameter, hardness=hardness, roundness=roundness, degrees=degrees, phase=phase
        )

    def _keep(self, key: DabKey, dab: Dab) -> None:
        self._dabs[key] = dab
        self._bytes += dab.cover.nbytes
        while self._bytes > self._limit_bytes and len(self._dabs) > 1:
            _, oldest = self._dabs.popitem(last=False)
            self._bytes -= oldest.cover.nbytes


def trimmed(cover: Cover) -> Dab:
    """A turned bitmap leaves much of its square empty, and all of what is placed is worked through."""
    half = cover.shape[0] // 2
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if rows.size == 0:
        rows = columns = np.array([half])
    inner = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    inner.setflags(write=False)
    return Dab(int(columns[0]) - half, int(rows[0]) - half, inner)


def rounded_diameter(diameter: float) -> float:
    """Pen pressure gives any size; a difference of 2% is not seen, and far fewer dabs are drawn."""
    if diameter <= 12:
        return max(1.0, round(diameter * 4) / 4)
    return 12.0 * 1.02 ** round(math.log(diameter / 12.0, 1.02))


def round_dab(
    *, diameter: float, hardness: float, roundness: float, degrees: float, phase: tuple[float, float]
) -> Cover:
    """A square of odd side; the dab's centre lies at `phase` (0 to 1) from the middle pixel's top left corner."""
    radius = diameter / 2
    half = math.ceil(radius) + 1
    # Even a hard tip fades over one pixel, which is its antialiasing; the rim lies half a pixel outside.
    rim = radius + 0.5
    core = max(0.0, min(hardness * radius / rim, 1.0 - 1.0 / rim))
    across = np.arange(2 * half + 1, dtype=np.float32) + np.float32(0.5 - half - phase[0])
    down = np.arange(2 * half + 1, dtype=np.float32) + np.float32(0.5 - half - phase[1])
    if roundness < 1:
        flat = (max(radius * roundness, 0.5) + 0.5) / rim
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        along = across[None, :] * np.float32(cosine) + down[:, None] * np.float32(sine)
        beside = (down[:, None] * np.float32(cosine) - across[None, :] * np.float32(sine)) / np.float32(flat)
        squares = along * along + beside * beside
    else:
        squares = (across * across)[None, :] + (down * down)[:, None]
    fall = np.sqrt(squares)
    fall -= np.float32(core * rim)
    fall /= np.float32((1.0 - core) * rim)
    np.clip(fall, 0.0, 1.0, out=fall)
    cover: Cover = 1 - fall * fall * (3 - 2 * fall)
    return cover


def stamp(
    bitmap: NDArray[np.uint8],
    *,
    diameter: float,
    roundness: float,
    degrees: float,
    phase: tuple[float, float],
) -> Cover:
    """A bitmap of any square size, drawn as large as a round tip of `diameter`, turned around its middle."""
    import cv2

    half = math.ceil(diameter / 2 * math.sqrt(2)) + 1
    side = bitmap.shape[0]
    scale = diameter / side
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[scale * cosine, -scale * roundness * sine], [scale * sine, scale * roundness * cosine]])
    # OpenCV counts from the middle of a pixel.
    middle = np.array([half + phase[0] - 0.5, half + phase[1] - 0.5])
    shift = middle - turn @ np.array([(side - 1) / 2, (side - 1) / 2])
    matrix = np.hstack([turn, shift[:, None]])
    drawn = cv2.warpAffine(bitmap, matrix, (2 * half + 1, 2 * half + 1), flags=cv2.INTER_LINEAR)
    cover: Cover = drawn.astype(np.float32) * np.float32(1 / 255)
    return cover
