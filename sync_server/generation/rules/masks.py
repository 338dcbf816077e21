"""Masks that are drawn as shapes. Pure."""

import io

from PIL import Image, ImageDraw

from shared.contracts.jobs import MaskShapes


def draw_mask(shapes: MaskShapes, *, width: int, height: int) -> bytes:
    """A PNG, white within the shapes."""
    image = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(image)
    for box in shapes.rectangles:
        draw.rectangle((box.x, box.y, box.x + box.width - 1, box.y + box.height - 1), fill=255)
    for polygon in shapes.polygons:
        draw.polygon([(x, y) for x, y in polygon], fill=255)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
