"""Options of the tools that fit a frame: numbers for what the handles do, and the buttons that end it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.canvas.transforming.pose import Handle, Pose
from desktop.canvas.viewmodels.paging import Paging
from desktop.canvas.viewmodels.transforming import Transforming
from desktop.canvas.views.parts import dense_number
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr

FARTHEST = 100_000.0
RATIOS = (None, 1.0, 3 / 2, 4 / 3, 16 / 9, 2 / 3, 3 / 4, 9 / 16)
RATIO_TEXTS = ("", "1 : 1", "3 : 2", "4 : 3", "16 : 9", "2 : 3", "3 : 4", "9 : 16")


class TransformOptionsRow(QWidget):
    def __init__(self, *, transforming: Transforming) -> None:
        super().__init__()
        self._transforming = transforming
        self.place_x = dense_number(-FARTHEST, FARTHEST, "", 16, decimals=1)
        self.place_y = dense_number(-FARTHEST, FARTHEST, "", 16, decimals=1)
        self.width_share = dense_number(-10_000, 10_000, "%", 16, decimals=1)
        self.height_share = dense_number(-10_000, 10_000, "%", 16, decimals=1)
        self.angle = dense_number(-180, 180, "°", 15, decimals=1)
        self.skew = dense_number(-85, 85, "°", 14, decimals=1)
        self._labels: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for number in self._numbers():
            label = QLabel()
            set_role(label, "quiet")
            label.setBuddy(number)
            self._labels.append(label)
            row.addWidget(label)
            row.addWidget(number)
        self.buttons = {
            "flip_across": icon_button("flip-vertical-2", ""),
            "flip_down": icon_button("flip-horizontal-2", ""),
            "turn_back": icon_button("rotate-ccw", ""),
            "turn_on": icon_button("rotate-cw", ""),
            "cancel": icon_button("x", ""),
            "apply": icon_button("check", ""),
        }
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        self._connect()
        self.name()
        self.refresh()

    def _numbers(self) -> tuple[QDoubleSpinBox, ...]:
        return (self.place_x, self.place_y, self.width_share, self.height_share, self.angle, self.skew)

    def _connect(self) -> None:
        transforming = self._transforming
        transforming.pose_changed.connect(self.refresh)
        self.place_x.valueChanged.connect(lambda value: self._move(x=value))
        self.place_y.valueChanged.connect(lambda value: self._move(y=value))
        self.width_share.valueChanged.connect(lambda value: self._set(scale_x=(value or 0.1) / 100))
        self.height_share.valueChanged.connect(lambda value: self._set(scale_y=(value or 0.1) / 100))
        self.angle.valueChanged.connect(lambda value: self._set(angle=value))
        self.skew.valueChanged.connect(lambda value: self._set(skew=value))
        deeds: dict[str, Callable[[Pose], Pose]] = {
            "flip_across": lambda pose: pose.flipped(across=True),
            "flip_down": lambda pose: pose.flipped(across=False),
            "turn_back": lambda pose: pose.quarter(clockwise=False),
            "turn_on": lambda pose: pose.quarter(clockwise=True),
        }
        for name, deed in deeds.items():
            self.buttons[name].clicked.connect(lambda _checked=False, deed=deed: self._change(deed))
        self.buttons["cancel"].clicked.connect(transforming.give_up)
        self.buttons["apply"].clicked.connect(transforming.accept)

    def name(self) -> None:
        texts = (tr("X"), tr("Y"), tr("Width"), tr("Height"), tr("Angle"), tr("Skew"))
        shorts = ("X", "Y", "W", "H", "", tr("Skew"))
        for number, label, text, short in zip(self._numbers(), self._labels, texts, shorts, strict=True):
            label.setText(short)
            number.setAccessibleName(text)
            number.setToolTip(text)
        names = {
            "flip_across": tr("Flip left to right"),
            "flip_down": tr("Flip top to bottom"),
            "turn_back": tr("Turn by 90° to the left"),
            "turn_on": tr("Turn by 90° to the right"),
            "cancel": tr("Leave as it was (Esc)"),
            "apply": tr("Apply (Enter)"),
        }
        for name, text in names.items():
            _name(self.buttons[name], text)

    def refresh(self) -> None:
        pose = self._transforming.pose
        self.setEnabled(pose is not None)
        if pose is None:
            return
        corner = pose.point(Handle.TOP_LEFT)
        values = (corner.x(), corner.y(), pose.scale_x * 100, pose.scale_y * 100, pose.angle, pose.skew)
        for number, value in zip(self._numbers(), values, strict=True):
            number.blockSignals(True)
            number.setValue(value)
            number.blockSignals(False)

    def _set(self, **values: float) -> None:
        self._change(lambda pose: replace(pose, **values))  # type: ignore[arg-type]  # numbers of the pose

    def _move(self, *, x: float | None = None, y: float | None = None) -> None:
        def moved(pose: Pose) -> Pose:
            corner = pose.point(Handle.TOP_LEFT)
            return pose.moved(
                QPointF(0.0 if x is None else x - corner.x(), 0.0 if y is None else y - corner.y())
            )

        self._change(moved)

    def _change(self, deed: Callable[[Pose], Pose]) -> None:
        pose = self._transforming.pose
        if pose is not None:
            self._transforming.set_pose(deed(pose))


class CropOptionsRow(QWidget):
    def __init__(self, *, paging: Paging) -> None:
        super().__init__()
        self._paging = paging
        self.ratio = QComboBox()
        set_dense(self.ratio)
        for text in RATIO_TEXTS:
            self.ratio.addItem(text)
        self.angle = dense_number(-45, 45, "°", 16, decimals=1)
        self._size = QLabel()
        set_role(self._size, "quiet")
        self._ratio_label, self._angle_label = QLabel(), QLabel()
        self._ratio_label.setBuddy(self.ratio)
        self._angle_label.setBuddy(self.angle)
        self.cancel, self.apply = icon_button("x", ""), icon_button("check", "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        for part in (
            self._ratio_label,
            self.ratio,
            self._angle_label,
            self.angle,
            self._size,
            self.cancel,
            self.apply,
        ):
            row.addWidget(part)
        row.addStretch(1)
        paging.pose_changed.connect(self.refresh)
        self.ratio.currentIndexChanged.connect(lambda index: paging.set_ratio(RATIOS[index]))
        self.angle.valueChanged.connect(self._turn)
        self.cancel.clicked.connect(paging.give_up)
        self.apply.clicked.connect(paging.accept)
        self.name()
        self.refresh()

    def name(self) -> None:
        self.ratio.setItemText(0, tr("Any"))
        for label, control, text in (
            (self._ratio_label, self.ratio, tr("Ratio")),
            (self._angle_label, self.angle, tr("Straighten")),
        ):
            set_role(label, "quiet")
            label.setText(text)
            control.setAccessibleName(text)
            control.setToolTip(text)
        _name(self.cancel, tr("Leave as it was (Esc)"))
        _name(self.apply, tr("Apply (Enter)"))

    def refresh(self) -> None:
        pose = self._paging.pose
        for part in (self.cancel, self.apply):
            part.setEnabled(pose is not None)
        self.angle.blockSignals(True)
        self.angle.setValue(pose.angle if pose is not None else 0.0)
        self.angle.blockSignals(False)
        if pose is not None:
            width = round(abs(pose.scale_x) * pose.source.width())
            height = round(abs(pose.scale_y) * pose.source.height())
            self._size.setText(f"{width} x {height}")
        else:
            self._size.clear()

    def _turn(self, angle: float) -> None:
        if self._paging.pose is not None:
            self._paging.set_pose(replace(self._paging.pose, angle=angle))


def _name(button: QToolButton, text: str) -> None:
    button.setAccessibleName(text)
    button.setToolTip(text)
