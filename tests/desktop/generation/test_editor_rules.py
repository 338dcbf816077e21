"""The rules behind the one button, without Qt: what it does, what it sends, what stands in its way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.generation.actions import decide_action, find_problems
from desktop.generation.canvas_port import Bounds, CanvasSituation
from desktop.generation.editor_state import EditorState, load_state, remembered
from desktop.generation.request_building import build_again, build_request
from desktop.generation.sending_plan import plan_sending
from desktop.generation.sizes import size_presets
from shared.contracts.generation import ImageToImage, Inpaint, Recipe, Rendering, TextToImage
from tests.desktop.generation.studio import MODEL, text_request

BOUNDS: Bounds = (10, 10, 40, 30)
BLOB, OTHER_BLOB = "a" * 64, "b" * 64


def situation(*, has_picture: bool = True, bounds: Bounds | None = None) -> CanvasSituation:
    return CanvasSituation(width=200, height=150, has_picture=has_picture, selection_bounds=bounds)


def recipe_of(request: Any) -> Recipe:
    rendering = Rendering(
        seed=99,
        device="cpu",
        precision="float32",
        attention="plain",
        engine="test",
        model_sha256="",
        work_width=64,
        work_height=64,
    )
    return Recipe(request=request, rendering=rendering)


@pytest.mark.parametrize(
    ("has_picture", "bounds", "strength", "action"),
    [
        (False, None, 1.0, "generate"),
        (True, None, 1.0, "generate"),
        (False, None, 0.4, "generate"),
        (True, None, 0.4, "refine"),
        (True, BOUNDS, 1.0, "fill_selection"),
        (True, BOUNDS, 0.4, "refine"),
        (False, BOUNDS, 0.4, "fill_selection"),
    ],
)
def test_the_canvas_tells_the_action(
    has_picture: bool,  # noqa: FBT001 - a table of cases
    bounds: Bounds | None,
    strength: float,
    action: str,
) -> None:
    assert decide_action(situation(has_picture=has_picture, bounds=bounds), strength) == action


def test_an_opened_recipe_is_rendered_again_whatever_the_canvas_says() -> None:
    assert decide_action(situation(bounds=BOUNDS), 0.5, recipe_of(text_request())) == "render_again"


def test_what_is_missing_is_said_in_words() -> None:
    empty = find_problems(EditorState(), "generate", None, None, situation())
    assert empty["prompt"].text == "Write what the picture should show."
    assert empty["model"].text == "No model was found."

    gone = EditorState(prompt="a boat", model_id="gone", model_name="Seas")
    assert find_problems(gone, "generate", None, None, situation())["model"].text == (
        "The model “Seas” is not on this machine."
    )

    large = EditorState(prompt="a boat", model_id="starter", width=1024, height=128)
    assert find_problems(large, "generate", MODEL, None, situation())["size"].text == (
        "This model paints sides of 64 to 256 pixels."
    )
    odd = large.changed(width=130)
    assert "multiples of 8" in find_problems(odd, "generate", MODEL, None, situation())["size"].text
    # The result of a repaint has the canvas's size, and a prompt is no must there.
    assert find_problems(large.changed(prompt=""), "fill_selection", MODEL, None, situation()) == {}


def test_requests_by_what_they_are_made_from() -> None:
    state = EditorState(prompt="a boat", strength=0.4, width=64, height=96, feather=0, intent="remove")
    made: dict[str, Any] = {"model": MODEL.reference, "seed": 5}
    assert isinstance(build_request(state, action="generate", **made), TextToImage)
    refined = build_request(state, action="refine", image=BLOB, **made)
    assert isinstance(refined, ImageToImage)
    assert refined.strength == 0.4
    filled = build_request(state, action="fill_selection", image=BLOB, mask=OTHER_BLOB, **made)
    assert isinstance(filled, Inpaint)
    assert (filled.strength, filled.feather, filled.grow, filled.intent) == (1.0, 0, None, "remove")
    repainted = build_request(state, action="refine", image=BLOB, mask=OTHER_BLOB, **made)
    assert isinstance(repainted, Inpaint)
    assert repainted.strength == 0.4


def test_an_opened_recipe_keeps_its_pictures_and_takes_the_changes() -> None:
    request = Inpaint(
        model=MODEL.reference, prompt="a boat", seed=1, image=BLOB, mask=OTHER_BLOB, match_colours=False
    )
    recipe = recipe_of(request)
    state = EditorState().with_recipe(recipe).changed(prompt="a yellow boat", strength=0.5)
    again = build_again(state, opened=recipe, model=MODEL.reference, seed=2)
    assert again == request.model_copy(update={"prompt": "a yellow boat", "strength": 0.5, "seed": 2})


def test_using_a_recipes_settings_sets_all_that_the_picture_depended_on() -> None:
    request = text_request(
        "a red house",
        negative_prompt="fog",
        sampler="euler_a",
        schedule="beta",
        clip_skip=2,
        count=3,
        speed="fastest",
    )
    state = EditorState(prompt="before", count=4).with_recipe(recipe_of(request))
    again = build_request(state, action="generate", model=request.model, seed=state.seed)
    assert state.seed_fixed
    assert again == request.model_copy(update={"seed": 99, "count": 1})


def test_presets_fit_the_model_and_offer_the_canvas_where_it_can_be_painted() -> None:
    shapes = {preset.shape: (preset.width, preset.height) for preset in size_presets(MODEL, (256, 192))}
    assert shapes == {
        "square": (128, 128),
        "landscape": (192, 128),
        "portrait": (128, 192),
        "canvas": (256, 192),
    }
    assert len(size_presets(MODEL, (1920, 1080))) == 3


def test_what_will_be_sent_holds_the_selection() -> None:
    plan = plan_sending(EditorState(), situation(bounds=BOUNDS), "fill_selection", MODEL)
    assert plan is not None
    context = plan.context
    assert context.x <= 10
    assert context.y <= 10
    assert context.right >= 50
    assert context.bottom >= 40
    assert plan_sending(EditorState(), situation(), "generate", MODEL) is None


states = st.builds(
    EditorState,
    prompt=st.text(max_size=40),
    strength=st.floats(0.01, 1),
    seed=st.integers(0, 2**32 - 1),
    seed_fixed=st.booleans(),
    feather=st.none() | st.integers(0, 4096),
    count=st.integers(1, 4),
)


@given(states)
def test_a_state_is_the_same_after_saving(state: EditorState) -> None:
    assert load_state(state.model_dump(mode="json")) == state


def test_what_cannot_be_read_falls_back_alone() -> None:
    loaded = load_state({"prompt": "a boat", "steps": -3, "sampler": "of tomorrow", "unknown": 1})
    assert loaded == EditorState(prompt="a boat")


def test_the_history_is_newest_first_without_doubles() -> None:
    history: tuple[str, ...] = ()
    for prompt in ("a", "b", "  a ", " "):
        history = remembered(history, prompt)
    assert history == ("a", "b")
