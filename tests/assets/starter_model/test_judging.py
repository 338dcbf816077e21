"""The evaluation: what it asks for, how it judges, and what it writes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from tqdm import tqdm

from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.held_out import is_held_out
from assets.starter_model.judging.asking import Asked, draw_questions, held_out_combinations
from assets.starter_model.judging.attributes import (
    PAIRS,
    count_targets,
    general_targets,
    pair_targets,
    place_targets,
)
from assets.starter_model.judging.card import BEGIN, END, Row, share_row, table, write_section
from assets.starter_model.judging.classifier import (
    CELLS,
    FIRST_SCENE,
    Answers,
    Classifier,
    accuracy,
    as_input,
    draw_lesson,
    trained_classifier,
)
from assets.starter_model.judging.engine import Engine
from assets.starter_model.judging.measures import Share, judge_inpainting, judge_pictures
from assets.starter_model.scene import GROUNDS, HOURS, KINDS
from tests.support.tiny_models import save_tiny_model


@pytest.fixture(autouse=True)
def one_quiet_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    # The progress bars of diffusers and transformers would start a thread that outlives the test.
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


def test_only_held_out_combinations_are_asked_for() -> None:
    for first_world in (False, True):
        combinations = held_out_combinations(first_world=first_world)
        assert len(combinations) > 20
        assert all(is_held_out(one.hour, one.ground, one.kind, one.colour) for one in combinations)
    questions = draw_questions(60, first_world=False)
    assert {asked.count for asked in questions} == {1, 2, 3}
    assert {asked.style for asked in questions} == {"flat", "watercolour", "ink", "pixel"}
    assert all(asked.hour not in ("storm", "fog") for asked in draw_questions(40, first_world=True))


def test_questions_are_asked_in_plain_words() -> None:
    assert Asked("night", "sea", "boat", "orange", "ink", 1).prompt == (
        "a boat with an orange sail on the sea at night, ink drawing"
    )
    assert Asked("fog", "lake", "balloon", "red", "flat", 3).prompt == (
        "three red balloons over a lake in the fog"
    )
    assert Asked("dawn", "snow", "tree", "pine", "flat", 1).prompt == "a pine tree in a snowy field at dawn"


def test_targets_say_what_is_in_a_scene() -> None:
    wish = Wish("night", "snow", "flat", "house", "red", 2)
    scene = make_scene(2, everything=True, wish=wish)
    hour, ground, style = general_targets(scene)
    assert (HOURS[hour], GROUNDS[ground], style) == ("night", "snow", 0)
    assert pair_targets(scene)[PAIRS.index(("house", "red"))] == 1
    assert count_targets(scene)[KINDS.index("house")] == len(scene.of_kind("house"))
    places = place_targets(scene, CELLS)[PAIRS.index(("house", "red"))]
    column = int(scene.of_kind("house")[0].x * CELLS)
    assert places[:, column].max() == 1


def test_a_classifier_learns_from_scenes_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "classifier.pt"
    trained = trained_classifier(path, scenes=96, epochs=4)
    lesson = draw_lesson(FIRST_SCENE, 96)
    before, after = accuracy(Classifier().eval(), lesson), accuracy(trained, lesson)
    assert after["hour"] > before["hour"] + 0.1
    again = trained_classifier(path, scenes=0, epochs=0)
    picture = as_input([np.zeros((64, 96, 3), np.uint8)])
    assert torch.equal(trained(picture).pairs, again(picture).pairs)


def test_things_are_counted_by_the_places_where_they_are_found_most_surely() -> None:
    places = torch.full((1, len(PAIRS), CELLS, CELLS), -3.0)
    red, blue = PAIRS.index(("house", "red")), PAIRS.index(("house", "blue"))
    places[0, red, 4, 4], places[0, red, 4, 5], places[0, blue, 8, 8] = 2.0, 1.0, 1.5
    counts = Answers((places, places, places), places.amax((2, 3)), places).counts()
    assert counts[0].tolist() == [2, 0, 0, 0, 0]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers with NumPy 2
def test_a_model_is_judged_through_the_inference_room(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    save_tiny_model(folder)
    keep: list[np.ndarray] = []
    questions = draw_questions(2, first_world=False)
    with closing(Engine(folder, guidance=1.0, steps=1, side=64)) as engine:
        made = judge_pictures(engine, Classifier().eval(), questions, keep)
        inpainted = judge_inpainting(engine, Classifier().eval(), questions[:1], keep)
    assert made["hour and ground"].asked == 2
    assert inpainted["thing in place"].asked == 1
    assert [picture.shape for picture in keep] == [(64, 64, 3)] * 4
    assert not np.array_equal(keep[2], keep[3])
    assert len(engine.seconds) == 2


def test_the_card_gets_the_table_between_its_marks(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"before\n{BEGIN}\nlast figures\n{END}\nafter\n", "utf-8")
    share = Share().plus(right=True).plus(right=True).plus(right=False)
    text = table([share_row("sky", share, 95), Row("time", "1 s")])
    write_section(card, text)
    written = card.read_text("utf-8")
    assert "| sky | 2 of 3 (67 %) | 95 % | missed |" in written
    assert "last figures" not in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    card.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="no place for the evaluation"):
        write_section(card, text)
