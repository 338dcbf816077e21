"""The generator: the same picture from the same seed, at every size, and captions that are true."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest

from assets.starter_model.captions import HOUR_PHRASES, HOUR_TAGS, PLACE_PHRASES, PLACE_TAGS, make_caption
from assets.starter_model.drawing import render
from assets.starter_model.scene import HOURS, HOUSE_COLOURS, SAIL_COLOURS, make_scene


@pytest.mark.parametrize("seed", [0, 7, 123])
def test_a_seed_gives_the_same_scene_and_picture_again(seed: int) -> None:
    assert make_scene(seed).as_dict() == make_scene(seed).as_dict()
    assert np.array_equal(render(make_scene(seed), 128, 128), render(make_scene(seed), 128, 128))


def test_seeds_differ() -> None:
    assert len({str(make_scene(seed).as_dict()) for seed in range(50)}) == 50


@pytest.mark.parametrize("seed", range(12))
def test_the_composition_does_not_depend_on_the_size(seed: int) -> None:
    small = render(make_scene(seed), 128, 128).astype(float)
    large = render(make_scene(seed), 256, 256)
    shrunk = cv2.resize(large, (128, 128), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(small - shrunk).mean() < 2.0


@pytest.mark.parametrize(("width", "height"), [(320, 224), (224, 320), (96, 200)])
def test_pictures_need_not_be_square(width: int, height: int) -> None:
    picture = render(make_scene(3), width, height)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 10


def test_night_is_darker_than_day() -> None:
    brightness: dict[str, list[float]] = {hour: [] for hour in HOURS}
    for seed in range(60):
        scene = make_scene(seed)
        brightness[scene.hour].append(float(render(scene, 64, 64).mean()))
    assert max(brightness["night"]) < min(brightness["day"])


def test_captions_name_no_hour_or_ground_but_their_own() -> None:
    for seed in range(200):
        scene = make_scene(seed)
        for wording in range(5):
            caption = make_caption(scene, random.Random(wording))
            hours = HOUR_PHRASES[scene.hour] + HOUR_TAGS[scene.hour]
            places = PLACE_PHRASES[scene.ground] + PLACE_TAGS[scene.ground]
            assert any(phrase in caption for phrase in hours + places)
            if "night" in caption:
                assert scene.hour == "night"
            if "desert" in caption:
                assert scene.ground == "desert"
            if "sunset" in caption:
                assert scene.hour == "sunset"


def test_captions_give_things_their_colours_and_only_things_that_are_there() -> None:
    for seed in range(300):
        scene = make_scene(seed)
        houses = {thing.colour for thing in scene.of_kind("house")}
        sails = {thing.colour for thing in scene.of_kind("boat")}
        caption = make_caption(scene, random.Random(seed))
        for colour in HOUSE_COLOURS:
            if f"{colour} house" in caption:
                assert colour in houses
        for colour in SAIL_COLOURS:
            if f"{colour} sail" in caption:
                assert colour in sails
        assert ("balloon" in caption) <= bool(scene.of_kind("balloon"))
        assert ("moon" in caption.replace("moonlight", "")) <= (scene.hour == "night" and scene.light_shown)


def test_captions_vary_in_wording_and_length() -> None:
    captions = {make_caption(make_scene(5), random.Random(wording)) for wording in range(40)}
    assert len(captions) > 25
    lengths = [len(caption.split()) for caption in captions]
    assert min(lengths) <= 3
    assert max(lengths) >= 9
