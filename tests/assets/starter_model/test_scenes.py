"""The generator: the same picture from the same seed, at every size, in its style, and captions that are true."""

from __future__ import annotations

import random
from dataclasses import replace

import cv2
import numpy as np
import pytest

from assets.starter_model.captions import make_caption
from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.drawing import render
from assets.starter_model.held_out import is_held_out
from assets.starter_model.scene import (
    COLOURS,
    GROUNDS,
    HOURS,
    KINDS,
    STYLES,
    TREE_KINDS,
    WATERS,
    Scene,
)
from assets.starter_model.words import (
    HOUR_PHRASES,
    HOUR_TAGS,
    NAMES,
    PLACE_PHRASES,
    PLACE_TAGS,
    STYLE_TAGS,
    TREE_NAMES,
    number_word_choices,
)

SCENES = [make_scene(seed) for seed in range(1500)]


@pytest.mark.parametrize("style", STYLES)
def test_a_seed_gives_the_same_scene_and_picture_again(style: str) -> None:
    wish = Wish(style=style)
    assert make_scene(7, wish=wish).as_dict() == make_scene(7, wish=wish).as_dict()
    first, second = (render(make_scene(7, wish=wish), 128, 128) for _ in range(2))
    assert np.array_equal(first, second)


def test_seeds_differ() -> None:
    assert len({str(scene.as_dict()) for scene in SCENES[:50]}) == 50


@pytest.mark.parametrize("style", STYLES)
def test_the_composition_does_not_depend_on_the_size(style: str) -> None:
    for seed in range(4):
        scene = make_scene(seed, wish=Wish(style=style))
        small = render(scene, 128, 128).astype(float)
        shrunk = cv2.resize(render(scene, 256, 256), (128, 128), interpolation=cv2.INTER_AREA).astype(float)
        assert np.abs(small - shrunk).mean() < (2.0 if style in ("flat", "pixel") else 7.0)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("width", "height"), [(320, 224), (224, 320), (96, 200)])
def test_pictures_need_not_be_square(width: int, height: int, style: str) -> None:
    picture = render(make_scene(3, wish=Wish(style=style)), width, height)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 10


def test_every_style_looks_different() -> None:
    pictures = [render(make_scene(5, wish=Wish(style=style)), 128, 128).astype(float) for style in STYLES]
    for number, first in enumerate(pictures):
        for second in pictures[number + 1 :]:
            assert np.abs(first - second).mean() > 4


def test_pixel_art_is_made_of_blocks() -> None:
    picture = render(make_scene(5, wish=Wish(style="pixel")), 256, 256)
    blocks = picture.reshape(64, 4, 64, 4, 3)
    assert np.array_equal(blocks, np.broadcast_to(blocks[:, :1, :, :1], blocks.shape))


def test_night_is_darker_than_day_and_fog_has_less_contrast() -> None:
    pictures = {
        hour: [
            render(make_scene(seed, wish=Wish(hour=hour, style="flat", kind="")), 64, 64) for seed in range(8)
        ]
        for hour in HOURS
    }
    assert max(picture.mean() for picture in pictures["night"]) < min(
        picture.mean() for picture in pictures["day"]
    )
    assert np.mean([picture.std() for picture in pictures["fog"]]) < np.mean(
        [picture.std() for picture in pictures["day"]]
    )


def test_shadows_fall_away_from_the_light() -> None:
    wish = Wish(hour="sunset", ground="snow", style="flat", kind="house", count=1)
    for seed in range(6):
        scene = make_scene(seed, wish=wish)
        house = scene.of_kind("house")[0]
        scene = replace(scene, things=(house,), light_x=0.02, light_shown=False)
        lit_from_left = render(scene, 256, 256).astype(int)
        lit_from_right = render(replace(scene, light_x=0.98), 256, 256).astype(int)
        row = min(255, round((house.y + 0.1 * house.size) * 256))
        right_of_it = min(255, round((house.x + 0.9 * house.size) * 256))
        assert lit_from_left[row, right_of_it].sum() < lit_from_right[row, right_of_it].sum()


def test_held_out_combinations_never_occur_in_training_though_their_parts_do() -> None:
    seen = {
        (scene.hour, scene.ground, thing.kind, thing.colour) for scene in SCENES for thing in scene.things
    }
    assert not [combination for combination in seen if is_held_out(*combination)]
    assert {hour for hour, *_ in seen} == set(HOURS)
    assert {ground for _, ground, *_ in seen} == set(GROUNDS)
    assert {(kind, colour) for *_, kind, colour in seen} == {
        (kind, colour) for kind in KINDS for colour in COLOURS[kind]
    }
    share = np.mean(
        [is_held_out(hour, "sea", "boat", colour) for hour in HOURS for colour in COLOURS["boat"]]
    )
    assert 0 < share < 0.35


def test_everything_is_drawn_when_asked_for() -> None:
    hour, ground, colour = next(
        (hour, ground, colour)
        for hour in HOURS
        for ground in WATERS
        for colour in COLOURS["boat"]
        if is_held_out(hour, ground, "boat", colour)
    )
    wish = Wish(hour, ground, "ink", "boat", colour, 2)
    scene = make_scene(1, everything=True, wish=wish)
    assert (scene.hour, scene.ground, scene.style) == (hour, ground, "ink")
    assert [thing.colour for thing in scene.of_kind("boat")] == [colour] * 2


def captions_of(scene: Scene) -> list[str]:
    return [make_caption(scene, random.Random(wording)) for wording in range(4)]


def test_captions_name_no_hour_ground_or_style_but_their_own() -> None:
    telling = {"night": "night", "sunset": "sunset", "storm": "storm", "dawn": "dawn"}
    for scene in SCENES[:300]:
        for caption in captions_of(scene):
            for hour, word in telling.items():
                assert word not in caption or hour == scene.hour, caption
            for ground in ("desert", "snowy field", "ocean", "meadow"):
                its_own = {"snowy field": "snow", "ocean": "sea"}.get(ground, ground)
                assert ground not in caption or its_own == scene.ground, caption
            for style in ("watercolour", "pixel", "ink "):
                assert style not in caption.replace("pink", "") or style.strip() == scene.style, caption
            if scene.style != "flat":
                words = [tag for tags in STYLE_TAGS[scene.style] for tag in tags.split()]
                assert any(word in caption for word in words), caption


def test_captions_say_only_what_is_there() -> None:
    for scene in SCENES[:400]:
        for caption in captions_of(scene):
            plain = caption.replace("moonlight", "")
            for kind, names in NAMES.items():
                named = any(f"{name} " in f"{caption.replace(',', '')} " for name in names if name != "home")
                assert not named or scene.of_kind(kind), caption
                for colour in COLOURS[kind]:
                    said = any(f"{colour} {name}" in caption for name in names)
                    assert not said or colour in {thing.colour for thing in scene.of_kind(kind)}, caption
            for tree in TREE_KINDS:
                if any(f"{name}" in caption for name in TREE_NAMES[tree] if len(name.split()) > 1):
                    assert scene.of_kind("tree")[0].colour == tree, caption
            assert ("moon" in plain) <= (scene.hour == "night" and scene.light_shown)
            assert ("lightning" in caption) <= scene.lightning
            assert ("birds" in caption) <= bool(scene.birds)
            assert ("mountain" in caption) <= bool(scene.mountain_colour)


def test_numbers_in_captions_are_true() -> None:
    for scene in SCENES[:400]:
        for kind, names in NAMES.items():
            count = len(scene.of_kind(kind))
            for caption in captions_of(scene):
                for name in names:
                    if f"two {name}s" in caption:
                        assert count == 2, caption
                    if f"three {name}s" in caption:
                        assert count == 3, caption
    assert {len(scene.of_kind("boat")) for scene in SCENES} >= {0, 1, 2, 3}
    assert "many" in number_word_choices(8)


def test_captions_vary_in_wording_and_length() -> None:
    scene = make_scene(4, wish=Wish(ground="meadow", kind="house"))
    captions = {make_caption(scene, random.Random(wording)) for wording in range(60)}
    assert len(captions) > 30
    lengths = [len(caption.split()) for caption in captions]
    assert min(lengths) <= 4
    assert max(lengths) >= 9


def test_every_hour_and_ground_has_words() -> None:
    assert set(HOUR_PHRASES) == set(HOUR_TAGS) == set(HOURS)
    assert set(PLACE_PHRASES) == set(PLACE_TAGS) == set(GROUNDS)
