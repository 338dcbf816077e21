"""Every colour, size and font of the studio, and how they reach the widgets; nothing else names one."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

import assets
from desktop.widgets.choices import ThemeChoice
from desktop.widgets.stylesheet import build_stylesheet

Role = Literal["plain", "quiet", "title", "small", "primary", "flat", "danger"]

SPACE = 4
CONTROL_HEIGHT = 28
DENSE_HEIGHT = 24
RADIUS = 4
TEXT_SIZE = 13
SMALL_TEXT_SIZE = 11
TITLE_TEXT_SIZE = 16
ICON_SIZE = 16
LARGE_ICON_SIZE = 20
FOCUS_RING = 2
THUMBNAIL_SIDE = 160
PANEL_WIDTH = 304

ICON_FOLDER = Path(assets.__path__[0]) / "icons"

_PROPERTY = "pentimento_theme"


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Colours as "#rrggbb". `accent` fills, with `on_accent` as its text; `ring` is the accent as a line (focus,
    progress); `marker_*` draw over any picture.
    """

    name: Literal["dark", "light"]
    surround: str
    window: str
    panel: str
    raised: str
    hover: str
    field: str
    line: str
    control_line: str
    track: str
    text: str
    quiet_text: str
    disabled_text: str
    accent: str
    accent_hover: str
    on_accent: str
    ring: str
    selected: str
    danger: str
    warning: str
    success: str
    checker_light: str = "#8f8f8f"
    checker_dark: str = "#7a7a7a"
    marker_light: str = "#ffffff"
    marker_dark: str = "#000000"
    shade: str = "#000000"
    label_red: str = "#d9534f"
    label_orange: str = "#e08a3c"
    label_yellow: str = "#d9c04a"
    label_green: str = "#6fae5c"
    label_blue: str = "#5b8fd6"
    label_purple: str = "#a26fc0"

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of the token `role` as a QColor, `alpha` from 0 to 1."""
        colour = QColor(getattr(self, role))
        colour.setAlphaF(alpha)
        return colour

    def values(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


DARK = Theme(
    name="dark",
    surround="#1e1e1e",
    window="#262626",
    panel="#2d2d2d",
    raised="#363636",
    hover="#404040",
    field="#232323",
    line="#444444",
    control_line="#444444",
    track="#565656",
    text="#e6e6e6",
    quiet_text="#a8a8a8",
    disabled_text="#707070",
    accent="#e3a23b",
    accent_hover="#efb354",
    on_accent="#1e1e1e",
    ring="#e3a23b",
    selected="#505050",
    danger="#f4867b",
    warning="#e8c35a",
    success="#7cc58a",
)

LIGHT = Theme(
    name="light",
    surround="#d6d6d6",
    window="#e9e9e9",
    panel="#f4f4f4",
    raised="#ffffff",
    hover="#e2e2e2",
    field="#ffffff",
    line="#cfcfcf",
    control_line="#c4c4c4",
    track="#bdbdbd",
    text="#1f1f1f",
    quiet_text="#5c5c5c",
    disabled_text="#9a9a9a",
    accent="#e3a23b",
    accent_hover="#d8942a",
    on_accent="#1e1e1e",
    ring="#9a5f00",
    selected="#d2d2d2",
    danger="#b3261e",
    warning="#7d5a00",
    success="#23702f",
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT)}


def resolve_theme(choice: ThemeChoice) -> Theme:
    """The theme for a choice; "system" follows the desktop, and is dark where the desktop does not say."""
    if choice != "system":
        return THEMES[choice]
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def theme_of(_widget: QObject | None = None) -> Theme:
    """The theme that the application of this widget wears now; read it when painting, never keep it."""
    application = QCoreApplication.instance()
    name = application.property(_PROPERTY) if application is not None else None
    return THEMES.get(name, DARK) if isinstance(name, str) else DARK


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Dress the whole application, also while windows are open: each widget gets a palette change and repaints."""
    application.setProperty(_PROPERTY, theme.name)
    if application.style().name().lower() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    application.setFont(body_font())
    application.setPalette(_palette(theme))
    application.setStyleSheet(build_stylesheet(theme.values(), _sizes(), _glyphs()))


def body_font() -> QFont:
    """The system's font at the studio's size, with figures of one width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(TEXT_SIZE)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def set_role(widget: QWidget, role: Role) -> None:
    """Which of the few looks a label or button has: "primary" once on a view, "quiet" for what supports."""
    widget.setProperty("role", role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def set_dense(widget: QWidget) -> None:
    """A control in a dense row: 24 high instead of 28."""
    widget.setProperty("dense", True)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours, 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _sizes() -> dict[str, str]:
    return {
        "space": str(SPACE),
        "double_space": str(2 * SPACE),
        "control": str(CONTROL_HEIGHT),
        "control_tight": str(CONTROL_HEIGHT - 4),
        "control_inside": str(CONTROL_HEIGHT - 2),
        "dense": str(DENSE_HEIGHT),
        "dense_inside": str(DENSE_HEIGHT - 2),
        "radius": str(RADIUS),
        "small_text": str(SMALL_TEXT_SIZE),
        "title_text": str(TITLE_TEXT_SIZE),
        "large_icon": str(LARGE_ICON_SIZE),
    }


def _glyphs() -> dict[str, str]:
    return {name: (ICON_FOLDER / "stylesheet" / f"{name}.svg").as_posix() for name in ("chevron", "tick")}


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.quiet_text,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.ring,
        role.LinkVisited: theme.ring,
        role.Light: theme.hover,
        role.Midlight: theme.raised,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Shadow: theme.surround,
    }
    for place, colour in colours.items():
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, place, QColor(theme.disabled_text))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return palette
