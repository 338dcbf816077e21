"""What lies over the picture without being part of it: a forming preview, a staged result, what will be sent."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QRect, QRectF, Signal
from PySide6.QtGui import QImage, QPainterPath

from desktop.canvas.selection import Mask
from desktop.canvas.shapes import ShapePaint
from desktop.canvas.transforming.pose import Pose
from shared.imaging.inpainting import InpaintPlan, denoising_mask


@dataclass(frozen=True, slots=True, eq=False)
class PlacedImage:
    """A picture and the rectangle of the document that it covers, scaled to fit."""

    image: QImage
    rect: QRectF


@dataclass(frozen=True, slots=True, eq=False)
class Sending:
    """`frame` is what the model sees; `tint` (Alpha8, over `frame`) how much of each pixel may change."""

    frame: QRect
    tint: QImage


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame with handles; `floats` move with it, and with `cuts` all outside it is about to go."""

    pose: Pose
    floats: tuple[PlacedImage, ...] = ()
    cuts: bool = False


def sending_of(mask: Mask, plan: InpaintPlan) -> Sending:
    """`mask` is (H, W) over the whole document. Touches every pixel of it: for a worker thread."""
    box = plan.context
    changing = np.ascontiguousarray((denoising_mask(mask, plan) * 255).astype(np.uint8))
    height, width = changing.shape
    view = QImage(changing.data, width, height, width, QImage.Format.Format_Alpha8)
    return Sending(QRect(box.x, box.y, box.width, box.height), view.copy())


class Overlays(QObject):
    """Each kind is there once or not at all."""

    overlay_changed = Signal()
    outline_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preview: PlacedImage | None = None
        self.candidate: PlacedImage | None = None
        self.draft: PlacedImage | ShapePaint | None = None
        """What a gesture would paint, shown while it is in hand."""
        self.axes = QPainterPath()
        """Around what symmetric strokes are repeated, in the document."""
        self.sending: Sending | None = None
        self.frame: Frame | None = None
        self.before: PlacedImage | None = None
        """The picture as it was, in the place of all that is there now."""
        self.model_frame: QRect | None = None
        self.split: float | None = None
        """How much of the candidate's width the picture as it is covers, 0 to 1; None: nothing of it."""
        self.selection_outline = QPainterPath()

    def show_preview(self, image: QImage, rect: QRectF) -> None:
        self.preview = PlacedImage(image, QRectF(rect))
        self.overlay_changed.emit()

    def clear_preview(self) -> None:
        if self.preview is not None:
            self.preview = None
            self.overlay_changed.emit()

    def show_candidate(self, image: QImage, rect: QRectF) -> None:
        self.candidate = PlacedImage(image, QRectF(rect))
        self.overlay_changed.emit()

    def clear_candidate(self) -> None:
        if self.candidate is not None:
            self.candidate = None
            self.overlay_changed.emit()

    def show_draft(self, image: QImage, rect: QRectF) -> None:
        self.draft = PlacedImage(image, QRectF(rect))
        self.overlay_changed.emit()

    def show_draft_shape(self, shape: ShapePaint) -> None:
        self.draft = shape
        self.overlay_changed.emit()

    def show_axes(self, axes: QPainterPath) -> None:
        if axes != self.axes:
            self.axes = axes
            self.overlay_changed.emit()

    def clear_draft(self) -> None:
        if self.draft is not None:
            self.draft = None
            self.overlay_changed.emit()

    def show_model_frame(self, frame: QRect | None) -> None:
        self.model_frame = frame
        self.overlay_changed.emit()

    def show_split(self, split: float | None) -> None:
        self.split = split
        self.overlay_changed.emit()

    def show_outline(self, outline: QPainterPath) -> None:
        self.selection_outline = outline
        self.outline_changed.emit()

    def show_before(self, before: PlacedImage | None) -> None:
        if before is not self.before:
            self.before = before
            self.overlay_changed.emit()

    def show_frame(self, frame: Frame) -> None:
        self.frame = frame
        self.overlay_changed.emit()

    def take_frame(self, frame: Frame) -> None:
        """Show this one no longer; another one that took its place stays."""
        if frame is self.frame:
            self.frame = None
            self.overlay_changed.emit()

    def show_sending(self, sending: Sending | None) -> None:
        if sending is not self.sending:
            self.sending = sending
            self.overlay_changed.emit()
