"""Bitmaps that brushes touch with, and papers whose grain shows in a stroke: small grey pictures, read when needed."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

import assets

BRUSH_FOLDER = Path(assets.__path__[0]) / "brushes"
TIP_FOLDER = BRUSH_FOLDER / "tips"
PAPER_FOLDER = BRUSH_FOLDER / "papers"

Grey = NDArray[np.uint8]


class Tips:
    """White covers, black does not. A name that is not there gives None: the brush is round, the paper smooth."""

    def __init__(
        self, *, tips: Path = TIP_FOLDER, papers: Path = PAPER_FOLDER, own: Path | None = None
    ) -> None:
        """`own` is where the artist's own tips lie."""
        self._tips = tips
        self._papers = papers
        self._own = own
        self._bitmaps: dict[str, list[Grey]] = {}
        self._grains: dict[tuple[str, float], NDArray[np.float32] | None] = {}

    @property
    def tip_names(self) -> tuple[str, ...]:
        return _names(self._tips)

    @property
    def own_names(self) -> tuple[str, ...]:
        return _names(self._own) if self._own is not None else ()

    def look_again(self) -> None:
        """Tips came or went."""
        self._bitmaps.clear()

    @property
    def paper_names(self) -> tuple[str, ...]:
        return _names(self._papers)

    def bitmap(self, name: str, diameter: float) -> Grey | None:
        """The tip, halved as often as it stays larger than it will be drawn, so that it shrinks without moiré."""
        if name not in self._bitmaps:
            picture = _read(self._tips, name)
            if picture is None and self._own is not None:
                picture = _read(self._own, name)
            self._bitmaps[name] = _halved(picture) if picture is not None else []
        sizes = self._bitmaps.get(name, [])
        if not sizes:
            return None
        return next((size for size in reversed(sizes) if size.shape[0] >= diameter), sizes[0])

    def grain(self, name: str, scale: float) -> NDArray[np.float32] | None:
        """A paper's height, 0 to 1, that can be laid side by side without a seam."""
        key = (name, scale)
        if key not in self._grains:
            picture = _read(self._papers, name)
            self._grains[key] = _scaled(picture, scale) if picture is not None else None
        return self._grains[key]


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.png")))


def _read(folder: Path, name: str) -> Grey | None:
    """Only by a name that the folder lists, so that a preset can name no other file."""
    if name not in _names(folder):
        return None
    image = QImage(str(folder / f"{name}.png")).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8, count=image.sizeInBytes())
    return rows.reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()


def _halved(picture: Grey) -> list[Grey]:
    import cv2

    sizes = [picture]
    while sizes[-1].shape[0] >= 16:
        side = sizes[-1].shape[0] // 2
        sizes.append(cv2.resize(sizes[-1], (side, side), interpolation=cv2.INTER_AREA))
    return sizes


def _scaled(picture: Grey, scale: float) -> NDArray[np.float32]:
    import cv2

    grain = picture.astype(np.float32) / np.float32(255)
    if scale == 1.0:
        return grain
    side = max(8, round(picture.shape[0] * scale))
    # Wrapped before it is scaled, so that the edges still meet.
    margin = picture.shape[0] // 8
    wrapped = np.pad(grain, margin, mode="wrap")
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    whole = round(wrapped.shape[0] * side / picture.shape[0])
    enlarged = cv2.resize(wrapped, (whole, whole), interpolation=way)
    start = (whole - side) // 2
    inner: NDArray[np.float32] = np.clip(enlarged[start : start + side, start : start + side], 0, 1)
    return inner
