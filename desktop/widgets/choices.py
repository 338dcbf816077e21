"""What the artist can choose about the look, as values that know nothing of Qt."""

from typing import Literal

ThemeChoice = Literal["system", "dark", "light"]
LanguageChoice = Literal["system", "en", "ko"]
