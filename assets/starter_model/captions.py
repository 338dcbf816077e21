"""Captions of a scene in varied wording; everything a caption says is in the picture."""

from __future__ import annotations

import random

from assets.starter_model.scene import WATERS, Scene, Thing

HOUR_PHRASES = {
    "day": (
        "during the day",
        "in daylight",
        "at noon",
        "on a sunny day",
        "by day",
        "under a blue sky",
        "daytime",
        "on a bright day",
    ),
    "sunset": (
        "at sunset",
        "in the evening",
        "at dusk",
        "under an orange sky",
        "in the evening light",
        "at sundown",
        "sunset",
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
    "dawn": ("at dawn", "at sunrise", "in the early morning", "in the morning", "under a pink sky", "dawn"),
}
HOUR_TAGS = {
    "day": ("day", "daylight", "daytime", "sunny", "noon", "blue sky", "bright day"),
    "sunset": ("sunset", "evening", "dusk", "sunset sky", "orange sky"),
    "night": ("night", "night", "night sky", "dark", "starry night", "midnight"),
    "dawn": ("dawn", "sunrise", "morning", "early morning", "pink sky"),
}
PLACE_PHRASES = {
    "meadow": (
        "in a green meadow",
        "on a meadow",
        "in a green field",
        "on the grass",
        "in the countryside",
        "in a summer field",
    ),
    "snow": (
        "in a snowy field",
        "in the snow",
        "in a snowy landscape",
        "on a snow-covered field",
        "in winter",
        "in a white winter landscape",
    ),
    "sea": ("on the sea", "at sea", "on the ocean", "on the open sea", "on the water", "on a blue sea"),
    "desert": ("in the desert", "in a sandy desert", "among sand dunes", "on the sand", "in a dry desert"),
    "lake": ("on a lake", "on a calm lake", "on the lake", "on a quiet lake"),
    "hills": ("in green hills", "on a hill", "among rolling hills", "in the hills", "in a hilly landscape"),
}
PLACE_TAGS = {
    "meadow": (
        "a green meadow",
        "meadow",
        "a grassy field",
        "grass",
        "a field",
        "green field",
        "countryside",
    ),
    "snow": (
        "a snowy field",
        "snow",
        "winter",
        "a snowy landscape",
        "snowy field",
        "winter landscape",
        "white snow",
    ),
    "sea": ("the sea", "sea", "the ocean", "ocean", "open sea", "a calm sea", "seascape", "water and waves"),
    "desert": ("a desert", "desert", "sand dunes", "sand", "the desert", "dunes"),
    "lake": ("a lake", "lake", "a calm lake", "lake shore", "the lake"),
    "hills": ("green hills", "hills", "rolling hills", "hilly landscape", "a hilly countryside"),
}
BEGINNINGS = (
    "",
    "",
    "",
    "",
    "",
    "a picture of ",
    "a painting of ",
    "an illustration of ",
    "a landscape with ",
    "a view of ",
)
ENDINGS = (
    "",
    "",
    "",
    "",
    "",
    ", flat illustration",
    ", illustration",
    ", beautiful",
    ", landscape",
    ", simple shapes",
)
NUMBERS = {
    2: ("two", "two", "2"),
    3: ("three", "three", "3"),
    5: ("several", "some", "five"),
    8: ("many", "a lot of"),
}
TREE_WORDS = {
    "pine": ("pine tree", "fir tree", "pine", "tree", "pine tree"),
    "round": ("tree", "round tree", "green tree", "tree"),
    "palm": ("palm tree", "palm", "palm tree"),
    "autumn": ("autumn tree", "orange tree", "autumn tree", "tree"),
}
FOREST = 5


def make_caption(scene: Scene, chance: random.Random) -> str:
    """One caption: a few words, a list of words, or a sentence with more or fewer of the details."""
    shape = chance.random()
    if shape < 0.14:
        return _short(scene, chance)
    if shape < 0.30:
        return _word_list(scene, chance)
    return _sentence(scene, chance)


def _short(scene: Scene, chance: random.Random) -> str:
    hour, place = chance.choice(HOUR_TAGS[scene.hour]), chance.choice(PLACE_TAGS[scene.ground])
    phrase = chance.choice(HOUR_PHRASES[scene.hour])
    choices = [
        hour,
        place,
        f"{place} {phrase}",
        f"{hour} {_bare(place)}",
        f"{place}, {hour}",
        f"{place} {phrase}",
    ]
    if scene.hour in ("sunset", "dawn") and scene.ground in WATERS:
        choices += [f"{hour} over the {scene.ground}"] * 2
    return chance.choice(choices)


def _word_list(scene: Scene, chance: random.Random) -> str:
    parts = _things(scene, chance) + _extras(scene, chance)
    chance.shuffle(parts)
    parts = parts[: chance.randint(0, 3)]
    parts += [chance.choice(PLACE_TAGS[scene.ground]), chance.choice(HOUR_TAGS[scene.hour])]
    chance.shuffle(parts)
    return ", ".join(parts)


def _sentence(scene: Scene, chance: random.Random) -> str:
    things = _things(scene, chance)
    chance.shuffle(things)
    things = things[: chance.choice((1, 1, 2, 2, 3))]
    extras = _extras(scene, chance)
    chance.shuffle(extras)
    extras = extras[: chance.choice((0, 0, 1, 1, 2))]
    hour = chance.choice(HOUR_PHRASES[scene.hour])
    if things:
        body = f"{_join(things)} {chance.choice(PLACE_PHRASES[scene.ground])}"
    else:
        body = chance.choice(PLACE_TAGS[scene.ground])
    tail = f" with {_join(extras)}" if extras else ""
    if chance.random() < 0.12:
        hour = ""
    orders = (f"{body}{tail} {hour}", f"{body} {hour}{tail}", f"{body} {hour}{tail}")
    text = chance.choice(orders).strip()
    if hour and chance.random() < 0.12:
        return f"{hour}, {body}{tail}"
    return f"{chance.choice(BEGINNINGS)}{text}{chance.choice(ENDINGS)}"


def _things(scene: Scene, chance: random.Random) -> list[str]:
    """A phrase for each house, boat and balloon, or one for all of them, and one for the trees."""
    phrases = []
    for kind in ("house", "boat", "balloon"):
        group = scene.of_kind(kind)
        if len(group) > 1 and chance.random() < 0.5:
            phrases.append(f"{chance.choice(NUMBERS[len(group)])} {chance.choice(_names(kind))}s")
        else:
            phrases += [_one(thing, chance) for thing in group]
    trees = scene.of_kind("tree")
    if trees:
        word = chance.choice(TREE_WORDS[trees[0].colour])
        count = len(trees)
        if count == 1:
            phrases.append(_a(word))
        elif count >= FOREST and chance.random() < 0.4:
            phrases.append(chance.choice(("a forest", "a wood", f"a {word} forest")))
        else:
            number = chance.choice(NUMBERS[count if count <= 3 else 5 if count <= FOREST else 8])
            phrases.append(f"{chance.choice((number, number, ''))} {word}s".strip())
    return phrases


def _names(kind: str) -> tuple[str, ...]:
    return {
        "house": ("house", "house", "house", "cottage", "home"),
        "boat": ("boat", "boat", "sailing boat", "sailboat", "ship"),
        "balloon": ("balloon", "hot air balloon", "balloon"),
    }[kind]


def _one(thing: Thing, chance: random.Random) -> str:
    name = chance.choice(_names(thing.kind))
    if chance.random() < 0.12:
        return _a(name)
    if thing.kind == "boat":
        return chance.choice(
            (
                f"a {name} with {_a(thing.colour)} sail",
                f"a {name} with {thing.colour} sails",
                f"{_a(thing.colour)} {name}",
            )
        )
    phrase = _a(f"{chance.choice(('', '', '', 'small '))}{thing.colour} {name}")
    if thing.kind == "house" and chance.random() < 0.3:
        phrase += f" with {_a(thing.second_colour)} roof"
    return phrase


def _extras(scene: Scene, chance: random.Random) -> list[str]:
    """What stands in the sky and at the horizon."""
    extras = []
    if scene.mountain_colour:
        snowy = ("snowy mountains", "snow-capped mountains", "snowy peaks") if scene.snowy_peaks else ()
        named = (f"{scene.mountain_colour} mountains", "mountains", "mountains behind", "a mountain range")
        extras.append(chance.choice(named + snowy))
    if scene.light_shown and scene.hour == "night":
        moon = "a crescent moon" if scene.crescent else "a full moon"
        extras.append(chance.choice((moon, "the moon", "a moon", "moon")))
    elif scene.light_shown:
        low: tuple[str, ...] = ("a setting sun", "a low sun") if scene.hour == "sunset" else ()
        low = ("a rising sun",) if scene.hour == "dawn" else low
        extras.append(chance.choice(("the sun", "a sun", "sun", *low)))
    if scene.stars:
        extras.append(chance.choice(("stars", "stars in the sky", "many stars")))
    if scene.clouds:
        few = "a cloud" if len(scene.clouds) == 1 else "clouds"
        extras.append(chance.choice((few, few, f"{few} in the sky")))
    if scene.birds:
        extras.append(chance.choice(("birds", "flying birds", "birds in the sky")))
    return extras


def _join(phrases: list[str]) -> str:
    if len(phrases) == 1:
        return phrases[0]
    return ", ".join(phrases[:-1]) + " and " + phrases[-1]


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _bare(words: str) -> str:
    return words.removeprefix("a ").removeprefix("the ")
