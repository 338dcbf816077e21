"""What the window itself can do: pages, panels, look, language, help."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from desktop.app.top_bar import PAGE_KEYS
from desktop.app.workspace import Workspace
from desktop.widgets.choices import LanguageChoice, ThemeChoice
from desktop.widgets.commands import Command

Value = TypeVar("Value")

_PAGES = {"canvas": "Canvas", "gallery": "Gallery", "models": "Models", "account": "Account"}
_PAGE_ICONS = {"canvas": "brush", "gallery": "images", "models": "box", "account": "user"}
_PANELS = {
    "generate": "Panel: Generate",
    "layers": "Panel: Layers",
    "brushes": "Panel: Brushes",
    "colours": "Panel: Colours",
    "navigator": "Panel: Navigator",
    "history": "Panel: History",
}
_THEMES: dict[ThemeChoice, tuple[str, str]] = {
    "system": ("Theme: as the system", "monitor"),
    "dark": ("Theme: dark", "moon"),
    "light": ("Theme: light", "sun"),
}
_LANGUAGES: dict[LanguageChoice, str] = {
    "system": "Language: as the system",
    "en": "Language: English",
    "ko": "Language: 한국어",
}


class WindowActions(Protocol):
    """What the commands ask of the window."""

    @property
    def page(self) -> str: ...
    @property
    def theme(self) -> ThemeChoice: ...
    @property
    def language(self) -> LanguageChoice: ...
    def show_page(self, page: str) -> None: ...
    def choose_theme(self, choice: ThemeChoice) -> None: ...
    def choose_language(self, choice: LanguageChoice) -> None: ...
    def show_palette(self) -> None: ...
    def show_about(self) -> None: ...
    def open_data_folder(self) -> None: ...
    def close(self) -> bool: ...


def window_commands(window: WindowActions, workspace: Workspace) -> list[Command]:
    def on_canvas_page() -> bool:
        return window.page == "canvas"

    return [
        *(
            Command(
                id=f"app.page.{page}",
                text=text,
                shortcut=PAGE_KEYS[page],
                icon=_PAGE_ICONS[page],
                run=_with(window.show_page, page),
                checked=_is(lambda: window.page, page),
            )
            for page, text in _PAGES.items()
        ),
        *(
            Command(
                id=f"app.panel.{name}",
                text=text,
                run=_with(workspace.toggle_panel, name),
                enabled=on_canvas_page,
                checked=_shown(workspace, name),
            )
            for name, text in _PANELS.items()
        ),
        Command(
            id="app.hide_panels",
            text="Hide all panels",
            shortcut="Tab",
            icon="panel-right",
            run=workspace.toggle_panels,
            enabled=on_canvas_page,
            checked=lambda: workspace.panels_hidden,
        ),
        Command(id="app.reset_layout", text="Reset the layout", run=workspace.reset_layout),
        *(
            Command(
                id=f"app.theme.{choice}",
                text=text,
                icon=picture,
                run=_with(window.choose_theme, choice),
                checked=_is(lambda: window.theme, choice),
            )
            for choice, (text, picture) in _THEMES.items()
        ),
        *(
            Command(
                id=f"app.language.{language}",
                text=text,
                icon="languages",
                run=_with(window.choose_language, language),
                checked=_is(lambda: window.language, language),
            )
            for language, text in _LANGUAGES.items()
        ),
        Command(
            id="app.palette",
            text="All commands",
            shortcut="Ctrl+K",
            icon="search",
            run=window.show_palette,
        ),
        Command(
            id="app.data_folder",
            text="Show where everything is kept",
            icon="folder-open",
            run=window.open_data_folder,
        ),
        Command(id="app.about", text="About Pentimento", icon="info", run=window.show_about),
        Command(id="app.quit", text="Quit", shortcut="Ctrl+Q", icon="log-out", run=window.close),
    ]


def _with(function: Callable[[Value], object], value: Value) -> Callable[[], object]:
    return lambda: function(value)


def _is(current: Callable[[], str], value: str) -> Callable[[], bool]:
    return lambda: current() == value


def _shown(workspace: Workspace, name: str) -> Callable[[], bool]:
    return lambda: not workspace.docks[name].isHidden()
