"""Theme and language: chosen by the artist or as the system has them, changed while the window is open."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.widgets.choices import LanguageChoice, ThemeChoice
from desktop.widgets.theme import apply_theme, resolve_theme, theme_of
from desktop.widgets.translations import install_language


class Appearance(QObject):
    changed = Signal()

    def __init__(self, *, application: QApplication, theme: ThemeChoice, language: LanguageChoice) -> None:
        super().__init__(application)
        self._application = application
        self.theme: ThemeChoice = theme
        self.language: LanguageChoice = language
        install_language(application, language)
        apply_theme(application, resolve_theme(theme))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def choose_theme(self, choice: ThemeChoice) -> None:
        self.theme = choice
        apply_theme(self._application, resolve_theme(choice))
        self.changed.emit()

    def choose_language(self, choice: LanguageChoice) -> None:
        self.language = choice
        install_language(self._application, choice)
        self.changed.emit()

    def _follow_system(self) -> None:
        theme = resolve_theme(self.theme)
        if theme != theme_of():
            apply_theme(self._application, theme)
