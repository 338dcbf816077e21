"""Captions of a scene in varied wording; everything a caption says is in the picture."""

from __future__ import annotations

import random

from assets.starter_model.scene import WATERS, Scene, Thing
from assets.starter_model.words import (
    BEGINNINGS,
    ENDINGS,
    HOUR_PHRASES,
    HOUR_TAGS,
    NAMES,
    OVER_PHRASES,
    PLACE_PHRASES,
    PLACE_TAGS,
    STYLE_BEGINNINGS,
    STYLE_TAGS,
    TREE_NAMES,
    a,
    bare,
    join,
    number_word_choices,
)


def make_caption(scene: Scene, chance: random.Random) -> str:
    """One caption: a few words, a list of words, the things alone, or a sentence with more or fewer details.

    A style other than flat is always named, so that a caption without one means flat.
    """
    shape = chance.random()
    if shape < 0.12:
        return _styled(scene, _short(scene, chance), chance)
    if shape < 0.24:
        return _styled(scene, _word_list(scene, chance), chance)
    things = _things(scene, chance)
    if shape < 0.42 and things:
        return _styled(scene, chance.choice(things), chance)
    return _styled(scene, _sentence(scene, things, chance), chance)


def _styled(scene: Scene, text: str, chance: random.Random) -> str:
    if scene.style == "flat" and chance.random() < 0.75:
        return f"{chance.choice(BEGINNINGS)}{text}{chance.choice(ENDINGS)}" if " " in text else text
    if chance.random() < 0.4:
        return chance.choice(STYLE_BEGINNINGS[scene.style]) + text
    return f"{text}, {chance.choice(STYLE_TAGS[scene.style])}"


def _short(scene: Scene, chance: random.Random) -> str:
    hour, place = chance.choice(HOUR_TAGS[scene.hour]), chance.choice(PLACE_TAGS[scene.ground])
    phrase = chance.choice(HOUR_PHRASES[scene.hour])
    choices = [hour, place, f"{hour} {bare(place)}", f"{place}, {hour}"] + [f"{place} {phrase}"] * 2
    if scene.hour in ("sunset", "dawn") and scene.ground in WATERS:
        choices += [f"{scene.hour} over the {scene.ground}"] * 2
    return chance.choice(choices)


def _word_list(scene: Scene, chance: random.Random) -> str:
    parts = _things(scene, chance)[:2] + _extras(scene, chance)[:1]
    parts += [chance.choice(PLACE_TAGS[scene.ground]), chance.choice(HOUR_TAGS[scene.hour])]
    chance.shuffle(parts)
    return ", ".join(parts)


def _sentence(scene: Scene, things: list[str], chance: random.Random) -> str:
    chance.shuffle(things)
    things = things[: chance.choice((1, 1, 2, 2, 3))]
    extras = _extras(scene, chance)
    chance.shuffle(extras)
    extras = extras[: chance.choice((0, 0, 0, 1, 2))]
    hour = "" if chance.random() < 0.12 else chance.choice(HOUR_PHRASES[scene.hour])
    if not things:
        body = chance.choice(PLACE_TAGS[scene.ground])
    elif all("balloon" in phrase for phrase in things) and scene.ground in WATERS:
        body = f"{join(things)} {chance.choice(OVER_PHRASES[scene.ground])}"
    else:
        body = f"{join(things)} {chance.choice(PLACE_PHRASES[scene.ground])}"
    tail = f" with {join(extras)}" if extras else ""
    if hour and chance.random() < 0.12:
        return f"{hour}, {body}{tail}"
    text = chance.choice((f"{body}{tail} {hour}", f"{body} {hour}{tail}", f"{body} {hour}{tail}"))
    return " ".join(text.split())


def _things(scene: Scene, chance: random.Random) -> list[str]:
    """A phrase for each group of a kind and colour."""
    phrases = []
    for kind in ("house", "boat", "balloon", "bridge"):
        group = scene.of_kind(kind)
        colours = dict.fromkeys(thing.colour for thing in group)
        if len(colours) > 1 and chance.random() < 0.3:
            word = chance.choice(number_word_choices(len(group)))
            phrases.append(f"{word} {chance.choice(NAMES[kind])}s")
            continue
        for colour in colours:
            same = [thing for thing in group if thing.colour == colour]
            phrases.append(_one(same[0], chance) if len(same) == 1 else _several(same, chance))
    trees = scene.of_kind("tree")
    if trees:
        name = chance.choice(TREE_NAMES[trees[0].colour])
        many = len(trees) > 1
        phrases.append(f"{chance.choice(number_word_choices(len(trees)))} {name}s" if many else a(name))
    return phrases


def _several(things: list[Thing], chance: random.Random) -> str:
    thing, number = things[0], chance.choice(number_word_choices(len(things)))
    name = chance.choice(NAMES[thing.kind])
    if thing.kind == "boat" and chance.random() < 0.5:
        return f"{number} {name}s with {thing.colour} sails"
    return f"{number} {thing.colour} {name}s"


def _one(thing: Thing, chance: random.Random) -> str:
    name = chance.choice(NAMES[thing.kind])
    if chance.random() < 0.08:
        return a(name)
    if thing.kind == "boat":
        return chance.choice(
            (
                f"a {name} with {a(thing.colour)} sail",
                f"a {name} with {a(thing.colour)} sail",
                f"a {name} with {thing.colour} sails",
                f"{a(thing.colour)} {name}",
            )
        )
    return f"{a(thing.colour)} {name}"


def _extras(scene: Scene, chance: random.Random) -> list[str]:
    """What stands in the sky and at the horizon."""
    extras = []
    if scene.mountain_colour:
        snowy = ("snowy mountains", "snow-capped mountains", "snowy peaks") if scene.snowy_peaks else ()
        named = (f"{scene.mountain_colour} mountains", "mountains", "mountains behind")
        extras.append(chance.choice(named + snowy))
    if scene.light_shown and scene.hour == "night":
        moon = "a crescent moon" if scene.crescent else "a full moon"
        extras.append(chance.choice((moon, moon, "the moon", "a moon")))
    elif scene.light_shown:
        low = {"sunset": ("a setting sun",), "dawn": ("a rising sun",), "fog": ("a pale sun",)}
        extras.append(chance.choice(("the sun", "a sun", *low.get(scene.hour, ()))))
    if scene.stars:
        extras.append(chance.choice(("stars", "stars in the sky", "many stars")))
    if scene.lightning:
        extras.append(chance.choice(("lightning", "lightning", "a flash of lightning")))
    if scene.clouds:
        few = "a cloud" if len(scene.clouds) == 1 else "clouds"
        extras.append(chance.choice((few, few, f"{few} in the sky")))
    if scene.birds:
        number = chance.choice(("", "", *number_word_choices(len(scene.birds))))
        extras.append(" ".join(f"{number} {chance.choice(('', scene.bird_colour))} birds".split()))
    chance.shuffle(extras)
    return extras
