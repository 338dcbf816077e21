"""A page that becomes larger to hold what lies beyond its edge."""

from PySide6.QtCore import QRect

from desktop.canvas.document import Document
from desktop.canvas.errors import DocumentTooLargeError
from shared.imaging.pictures import LARGEST_PIXELS


def grow_page(document: Document, rect: QRect) -> None:
    """Nothing where the page holds `rect` already. Raises DocumentTooLargeError."""
    page = document.rect.united(rect)
    if page == document.rect:
        return
    if page.width() * page.height() > LARGEST_PIXELS:
        raise DocumentTooLargeError(
            "A picture of {width} x {height} pixels can't be made.",
            advice="Choose sides of at least 1 pixel and at most 89 megapixels in all.",
            width=page.width(),
            height=page.height(),
        )
    document.set_page(page.width(), page.height(), dx=-page.x(), dy=-page.y())
