"""The words that captions have for hours, grounds, things, numbers and styles."""

from __future__ import annotations

HOUR_PHRASES = {
    "day": (
        "during the day",
        "in daylight",
        "at noon",
        "on a sunny day",
        "on a sunny day",
        "by day",
        "under a blue sky",
    ),
    "sunset": (
        "at sunset",
        "at sunset",
        "in the evening",
        "at dusk",
        "under an orange sky",
        "in the evening light",
    ),
    "night": (
        "at night",
        "at night",
        "at night",
        "under a starry sky",
        "in the dark",
        "in the moonlight",
        "by night",
        "at midnight",
    ),
    "dawn": (
        "at dawn",
        "at dawn",
        "at sunrise",
        "in the early morning",
        "in the morning",
        "under a pink sky",
    ),
    "storm": ("in a storm", "in a storm", "in the rain", "in a thunderstorm", "under a stormy sky"),
    "fog": ("in the fog", "in the fog", "in fog", "in the mist", "on a foggy day", "on a misty day"),
}
HOUR_TAGS = {
    "day": ("day", "daylight", "daytime", "sunny", "noon", "blue sky", "a sunny day"),
    "sunset": ("sunset", "sunset", "evening", "dusk", "orange sky"),
    "night": ("night", "night", "night sky", "dark", "starry night", "midnight"),
    "dawn": ("dawn", "dawn", "sunrise", "morning", "early morning", "pink sky"),
    "storm": ("storm", "storm", "rain", "thunderstorm", "stormy sky", "stormy"),
    "fog": ("fog", "fog", "mist", "foggy", "misty", "a foggy day"),
}
PLACE_PHRASES = {
    "meadow": (
        "in a green meadow",
        "on a meadow",
        "in a green field",
        "on the grass",
        "in the countryside",
        "in a meadow",
    ),
    "snow": (
        "in a snowy field",
        "in a snowy field",
        "in the snow",
        "in a snowy landscape",
        "in winter",
        "in a white winter landscape",
    ),
    "sea": ("on the sea", "on the sea", "at sea", "on the ocean", "on the open sea"),
    "desert": ("in the desert", "in a sandy desert", "among sand dunes", "on the sand", "in a desert"),
    "lake": ("on a lake", "on a calm lake", "on the lake", "on a quiet lake"),
    "hills": ("in green hills", "on a hill", "among rolling hills", "in the hills", "in a hilly landscape"),
    "forest": (
        "in a forest",
        "in the forest",
        "in the woods",
        "in a fir forest",
        "in a clearing in the forest",
    ),
}
# Over water hangs what doesn't swim.
OVER_PHRASES = {"sea": ("over the sea", "above the sea"), "lake": ("over a lake", "above the lake")}
PLACE_TAGS = {
    "meadow": ("a green meadow", "meadow", "a grassy field", "grass", "green field", "countryside"),
    "snow": ("a snowy field", "snow", "winter", "a snowy landscape", "winter landscape", "white snow"),
    "sea": ("the sea", "sea", "the ocean", "ocean", "open sea", "seascape"),
    "desert": ("a desert", "desert", "sand dunes", "sand", "the desert", "dunes"),
    "lake": ("a lake", "lake", "a calm lake", "the lake"),
    "hills": ("green hills", "hills", "rolling hills", "hilly landscape"),
    "forest": ("a forest", "forest", "the woods", "woods", "a fir forest"),
}
BEGINNINGS = ("", "", "", "", "", "a picture of ", "a painting of ", "a landscape with ", "a view of ")
ENDINGS = ("", "", "", "", "", ", beautiful", ", landscape", ", art")
STYLE_BEGINNINGS = {
    "flat": ("a flat illustration of ", "an illustration of "),
    "watercolour": ("a watercolour of ", "a watercolour painting of ", "a watercolor painting of "),
    "ink": ("an ink drawing of ", "an ink and wash drawing of "),
    "pixel": ("pixel art of ", "a pixel art picture of "),
}
STYLE_TAGS = {
    "flat": ("flat illustration", "illustration", "flat"),
    "watercolour": ("watercolour", "watercolour painting", "watercolor", "in watercolour style"),
    "ink": ("ink drawing", "ink", "ink and wash", "in ink style"),
    "pixel": ("pixel art", "pixel art", "pixels", "in pixel style"),
}
NUMBERS = {
    2: ("two", "two", "2"),
    3: ("three", "three", "3"),
    4: ("four", "several", "some"),
    5: ("several", "some", "five"),
    8: ("many", "a lot of"),
}
NAMES = {
    "house": ("house", "house", "house", "cottage", "home"),
    "boat": ("boat", "boat", "sailing boat", "sailboat", "ship"),
    "balloon": ("balloon", "hot air balloon", "balloon"),
    "bridge": ("bridge", "bridge", "bridge", "stone bridge"),
}
TREE_NAMES = {
    "pine": ("pine tree", "fir tree", "pine", "pine tree"),
    "round": ("green tree", "round tree", "tree", "tree"),
    "palm": ("palm tree", "palm", "palm tree"),
    "autumn": ("autumn tree", "orange tree", "autumn tree"),
    "cherry": ("cherry tree", "pink tree", "cherry blossom tree"),
}


def number_word_choices(count: int) -> tuple[str, ...]:
    """Words that are true of this many."""
    return NUMBERS[count if count <= 5 else 8]


def a(words: str) -> str:
    """With its article."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def bare(words: str) -> str:
    """Without its article."""
    return words.removeprefix("a ").removeprefix("the ")


def join(phrases: list[str]) -> str:
    """Phrases as one of a sentence."""
    if len(phrases) == 1:
        return phrases[0]
    return ", ".join(phrases[:-1]) + " and " + phrases[-1]
