"""Lucide's icons, drawn in the text's colour and sharp at every scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.widgets.theme import ICON_FOLDER, Theme, theme_of


def icon(name: str, *, role: str = "text", fills_when_on: bool = False) -> QIcon:
    """The icon `name` (a file of assets/icons), in the theme's colour `role`, also after the theme changes.

    `fills_when_on` fills its shape while its button is checked. An unknown name raises FileNotFoundError, at once
    and not when it is first painted.
    """
    _source(name)
    return QIcon(_Engine(name, role, fills_when_on=fills_when_on))


def icon_pixmap(name: str, *, side: int, scale: float, role: str = "text") -> QPixmap:
    """The icon as a picture of `side` logical pixels for a screen of `scale` device pixels each."""
    return _draw(name, getattr(theme_of(), role), round(side * scale), scale)


class _Engine(QIconEngine):
    """Asks for the theme at each drawing, so that no widget has to be told when it changes."""

    def __init__(self, name: str, role: str, *, fills_when_on: bool) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._fills_when_on = fills_when_on

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role, fills_when_on=self._fills_when_on)

    def key(self) -> str:
        return "pentimento-lucide"

    def iconName(self) -> str:
        return self._name

    def isNull(self) -> bool:
        return False

    def actualSize(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        scale = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        picture = self.scaledPixmap(rect.size(), mode, state, scale)
        corner = QRectF(0, 0, side, side)
        corner.moveCenter(QRectF(rect).center())
        painter.drawPixmap(corner.topLeft(), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = round(min(size.width(), size.height()) * scale)
        filled = self._fills_when_on and state == QIcon.State.On
        return _draw(self._name, _colour(theme_of(), self._role, mode), side, scale, filled=filled)


def _colour(theme: Theme, role: str, mode: QIcon.Mode) -> str:
    if mode == QIcon.Mode.Disabled:
        return theme.disabled_text
    colour: str = getattr(theme, role)
    return colour


@lru_cache(maxsize=512)
def _source(name: str) -> str:
    return (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=1024)
def _draw(name: str, colour: str, side: int, scale: float, *, filled: bool = False) -> QPixmap:
    """`side` in device pixels. The cache is keyed by everything that the picture depends on."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    source = _source(name).replace("currentColor", colour)
    if filled:
        source = source.replace('fill="none"', f'fill="{colour}"')
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture
