"""Text as pixels, and the editing of a text layer as one step."""

import math
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath

from desktop.canvas.document import Document
from desktop.canvas.errors import TextTooLargeError
from desktop.canvas.layers import Layer
from desktop.canvas.texts import TextAlign, TextContent
from desktop.canvas.tiles import TileKey, TileMap, keys_over, pixels_of, tile_rect, transparent_tile
from shared.imaging.pictures import LARGEST_PIXELS

LONGEST_NAME = 32


def text_path(content: TextContent) -> QPainterPath:
    """Outlines, with the top of the first line at y = 0; lines begin, end or have their middle at x = 0."""
    font = font_of(content)
    metrics = QFontMetricsF(font)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for number, line in enumerate(content.text.split("\n")):
        across = metrics.horizontalAdvance(line)
        left = {TextAlign.LEFT: 0.0, TextAlign.CENTRE: -across / 2, TextAlign.RIGHT: -across}[content.align]
        baseline = metrics.ascent() + number * content.size * content.line_spacing
        path.addText(QPointF(left, baseline), font, line)
    return path


def font_of(content: TextContent) -> QFont:
    """In pixels of the document, whatever screen it is seen on."""
    font = QFont(content.family) if content.family else QFont()
    font.setPixelSize(max(1, round(content.size)))
    font.setBold(content.bold)
    font.setItalic(content.italic)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@dataclass(frozen=True, slots=True, eq=False)
class Outlined:
    """A text as outlines, and all that they cover."""

    path: QPainterPath
    box: QRect
    colour: QColor

    @property
    def pixels(self) -> int:
        return self.box.width() * self.box.height()


def outlined(content: TextContent) -> Outlined:
    """In the thread of the UI, which fonts belong to. Raises TextTooLargeError."""
    path = text_path(content)
    if path.isEmpty():
        return Outlined(path, QRect(), QColor(content.colour))
    box = path.boundingRect().toAlignedRect().adjusted(-2, -2, 2, 2)
    if box.width() * box.height() > LARGEST_PIXELS or not math.isfinite(path.boundingRect().width()):
        raise TextTooLargeError
    return Outlined(path, box, QColor(content.colour))


def filled(text: Outlined) -> TileMap:
    """As tiles, one after another, so that no call of Qt's is long. Any thread."""
    tiles: dict[TileKey, QImage] = {}
    for key in keys_over(text.box):
        tile = transparent_tile()
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-QPointF(tile_rect(key).topLeft()))
        painter.fillPath(text.path, text.colour)
        painter.end()
        if pixels_of(tile)[:, :, 3].any():
            tiles[key] = tile
    return MappingProxyType(tiles)


def write(content: TextContent) -> TileMap:
    """Raises TextTooLargeError."""
    return filled(outlined(content))


class TextEdit:
    """Writes a new text layer, or one that is there anew, seen live. Opens a transaction at once; end it with
    finish or cancel.
    """

    def __init__(self, *, document: Document, layer_id: str | None, at: QPointF, name: str) -> None:
        """`layer_id` of None: a new layer called `name` until it says something, its text at `at`."""
        self._document = document
        layer = document.paintable_layer(layer_id) if layer_id is not None else None
        self._transaction = document.transaction("Text")
        if layer is None:
            layer = document.add_layer(name, x=math.floor(at.x()), y=math.floor(at.y()))
            self._is_new = True
        else:
            self._is_new = False
        self._layer: Layer = layer
        self._name = name

    @property
    def content(self) -> TextContent | None:
        return self._layer.properties.text

    def show(self, content: TextContent, tiles: TileMap | None = None) -> None:
        """`tiles` are what the text looks like; None: draw it here. TextTooLargeError leaves the layer as it is."""
        shown = write(content) if tiles is None else tiles
        self._document.replace_pixels(self._layer.id, shown, label="Text", text=content)
        if self._is_new:
            name = " ".join(content.text.split())[:LONGEST_NAME]
            self._document.rename_layer(self._layer.id, name or self._name)

    def finish(self) -> None:
        """Nothing is left of a new text that says nothing."""
        content = self.content
        if self._is_new and (content is None or not content.text.strip()):
            self._transaction.rollback()
        else:
            self._transaction.commit()

    def cancel(self) -> None:
        self._transaction.rollback()
