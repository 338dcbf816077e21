from tests.support.mutations import run_limited


def test_no_room_for_a_picture_is_an_error_and_not_an_empty_picture() -> None:
    code = """
from PySide6.QtGui import QImage
from desktop.canvas.tiles import new_image, tiles_from_image
small = QImage(20_000, 20_000, QImage.Format.Format_Grayscale8)
small.fill(7)
for work in (lambda: new_image(40_000, 40_000), lambda: tiles_from_image(small)):
    try:
        work()
    except MemoryError as error:
        print(error)
"""
    assert run_limited(code, megabytes=100).count("no room for the pixels") == 2
