import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from desktop.widgets.icons import icon
from desktop.widgets.theme import DARK, ICON_FOLDER, ICON_SIZE, LARGE_ICON_SIZE, LIGHT, apply_theme

DESKTOP = Path(__file__).parents[3] / "desktop"


def darkest_stroke(image: QImage) -> QColor:
    """The colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("side", [ICON_SIZE, LARGE_ICON_SIZE])
def test_is_drawn_for_the_pixels_of_the_screen(qapp: QApplication, side: int, scale: float) -> None:
    picture = icon("brush").pixmap(QSize(side, side), scale)
    assert picture.size() == QSize(round(side * scale), round(side * scale))
    assert picture.devicePixelRatio() == pytest.approx(scale)


def test_has_the_colour_of_the_text_also_after_the_theme_changed(qapp: QApplication) -> None:
    brush = icon("brush")
    for theme in (DARK, LIGHT, DARK):
        apply_theme(qapp, theme)
        drawn = brush.pixmap(QSize(16, 16), 4.0).toImage()
        assert darkest_stroke(drawn).name() == theme.text


def test_is_paler_while_disabled(qapp: QApplication) -> None:
    apply_theme(qapp, DARK)
    drawn = icon("brush").pixmap(QSize(16, 16), 4.0, QIcon.Mode.Disabled).toImage()
    assert darkest_stroke(drawn).name() == DARK.disabled_text


def test_a_copy_draws_the_same(qapp: QApplication) -> None:
    original = icon("eraser")
    copy = QIcon(original)
    copy.addFile("")  # detaches the copy from the original
    assert copy.pixmap(16).toImage() == original.pixmap(16).toImage()


def test_an_unknown_name_is_told_at_once(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_every_icon_that_the_desktop_names_is_there() -> None:
    named = set()
    for file in DESKTOP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                values = [node.args[0]] if node.func.id in {"icon", "icon_button"} and node.args else []
                if node.func.id == "Command":
                    values = [keyword.value for keyword in node.keywords if keyword.arg == "icon"]
                constants = [value.value for value in values if isinstance(value, ast.Constant)]
                named |= {name for name in constants if isinstance(name, str) and name}
    missing = [name for name in named if not (ICON_FOLDER / f"{name}.svg").is_file()]
    assert len(named) > 30
    assert not missing
    assert "ISC License" in (ICON_FOLDER / "LICENSE").read_text(encoding="utf-8")


def test_a_star_that_fills_is_filled_while_it_is_on_alone(qapp: QApplication) -> None:
    star = icon("star", fills_when_on=True)

    def middle(state: QIcon.State) -> int:
        return star.pixmap(QSize(16, 16), 4.0, QIcon.Mode.Normal, state).toImage().pixelColor(32, 32).alpha()

    assert middle(QIcon.State.Off) == 0
    assert middle(QIcon.State.On) == 255
