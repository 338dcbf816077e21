"""Text as pixels, and the editing of a text layer as one step."""

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from desktop.canvas.document import Document
from desktop.canvas.errors import TextTooLargeError
from desktop.canvas.layers import Layer
from desktop.canvas.texts import TextAlign, TextContent
from desktop.canvas.tiles import EMPTY_TILES, TileMap, new_image, tiles_from_image
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


def write(content: TextContent) -> TileMap:
    """Raises TextTooLargeError."""
    path = text_path(content)
    box = path.boundingRect().toAlignedRect().adjusted(-2, -2, 2, 2)
    if path.isEmpty():
        return EMPTY_TILES
    if box.width() * box.height() > LARGEST_PIXELS or not math.isfinite(path.boundingRect().width()):
        raise TextTooLargeError
    image = new_image(box.width(), box.height())
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-QPointF(box.topLeft()))
    painter.fillPath(path, QColor(content.colour))
    painter.end()
    return tiles_from_image(image, x=box.left(), y=box.top())


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

    def show(self, content: TextContent) -> None:
        """Raises TextTooLargeError and leaves the layer as it is."""
        tiles = write(content)
        self._document.replace_pixels(self._layer.id, tiles, label="Text", text=content)
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
