"""What each amount does to a picture, and what none of them touches."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import Rectangle
from shared.imaging.background import remove_background
from shared.imaging.enhancing import enhance
from shared.imaging.lines import preprocess
from shared.imaging.pixels import Pixels


def scene(noise: float = 0.0) -> Pixels:
    """A red disc on soft green, as a photograph with that much noise."""
    rows, columns = np.mgrid[0:150, 0:200]
    picture = np.dstack([90 + rows // 4, 130 + columns // 8, 80 + rows // 6]).astype(float)
    picture[(rows - 75) ** 2 + (columns - 100) ** 2 <= 40**2] = (190, 50, 40)
    picture += np.random.default_rng(0).normal(0, noise, picture.shape)
    rounded: Pixels = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return rounded


def enhanced(picture: Pixels, **amounts: float) -> Pixels:
    result = None
    for piece in enhance(picture, **{"denoise": 0.0, "sharpen": 0.0, "colour": 0.0, **amounts}):
        result = piece
    assert result is not None
    return result


def test_noise_goes_and_edges_stay() -> None:
    clean, noisy = scene(), scene(12)

    result = enhanced(noisy, denoise=1.0)

    assert np.abs(result.astype(int) - clean).mean() < 0.6 * np.abs(noisy.astype(int) - clean).mean()
    assert int(result[75, 100, 0]) - int(result[75, 40, 0]) > 60


def test_a_large_picture_has_no_seams_between_its_strips() -> None:
    noisy = np.tile(scene(12), (4, 1, 1))
    whole = cv2.fastNlMeansDenoisingColored(noisy, None, 12.0, 12.0, 7, 21)

    assert np.array_equal(enhanced(noisy, denoise=1.0), whole)


def test_sharpness_and_colour_grow_with_their_amounts() -> None:
    def edge(picture: Pixels) -> float:
        return float(np.abs(np.diff(picture[75, 50:70].astype(int), axis=0)).max())

    def saturation(picture: Pixels) -> float:
        return float(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)[:, :, 1].mean())

    picture = cv2.GaussianBlur(scene(), (5, 5), 0)
    sharp = [edge(enhanced(picture, sharpen=amount)) for amount in (0.0, 0.5, 1.0)]
    colourful = [saturation(enhanced(picture, colour=amount)) for amount in (0.0, 0.5, 1.0)]

    assert sharp == sorted(set(sharp))
    assert colourful == sorted(set(colourful))


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    channels=st.sampled_from([3, 4]),
    seed=st.integers(0, 9),
)
def test_a_picture_of_any_size_keeps_its_size_and_its_transparency(
    width: int, height: int, channels: int, seed: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, channels)).astype(np.uint8)

    result = enhanced(picture, denoise=0.5, sharpen=0.5, colour=0.5)

    assert result.shape == picture.shape
    assert (result[:, :, 3:] == picture[:, :, 3:]).all()
    assert (enhanced(picture) == picture).all()


def disc_share(cut: Pixels) -> tuple[float, float]:
    """How opaque the disc of `scene` is, and what lies far from it."""
    rows, columns = np.mgrid[0:150, 0:200]
    distance = np.hypot(rows - 75, columns - 100)
    alpha = cut[:, :, 3] / 255
    return float(alpha[distance < 36].mean()), float(alpha[distance > 46].mean())


@pytest.mark.parametrize("hint", [None, Rectangle(x=50, y=25, width=100, height=100)])
def test_a_subject_is_cut_out_with_its_own_colours(hint: Rectangle | None) -> None:
    picture = scene(4)

    cut = remove_background(picture, hint=hint)

    inside, outside = disc_share(cut)
    assert inside > 0.97
    assert outside < 0.03
    opaque = cut[:, :, 3] == 255
    assert (cut[opaque][:, :3] == picture[opaque]).all()
    assert (cut[cut[:, :, 3] == 0] == 0).all()
    assert (remove_background(picture, hint=hint) == cut).all()


def test_a_mask_says_where_the_subject_is_and_transparency_stays() -> None:
    picture = np.dstack([scene(4), np.full((150, 200), 255, np.uint8)])
    picture[:, :90, 3] = 0
    mask = np.zeros((150, 200), np.uint8)
    mask[20:130, 45:155] = 255

    cut = remove_background(picture, mask=mask)

    assert cut[75, 120, 3] == 255
    assert (cut[:, :90, 3] == 0).all()
    assert (cut[mask == 0][:, 3] < 30).all()


@pytest.mark.parametrize(
    "options",
    [
        {"hint": Rectangle(x=150, y=0, width=100, height=50)},
        {"mask": np.zeros((150, 200), np.uint8)},
    ],
)
def test_a_hint_that_shows_no_subject_is_refused_in_words(options: dict[str, object]) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        remove_background(scene(), **options)  # type: ignore[arg-type]
    assert caught.value.report.advice


def test_a_picture_of_one_colour_has_no_subject() -> None:
    with pytest.raises(InvalidRequestError):
        remove_background(np.full((60, 60, 3), 90, np.uint8), hint=Rectangle(x=30, y=30, width=1, height=1))


@pytest.mark.parametrize("preprocessor", ["canny", "scribble"])
def test_lines_are_white_on_black_and_lie_where_the_outline_is(preprocessor: str) -> None:
    lines = preprocess(scene(2), preprocessor)  # type: ignore[arg-type]

    assert lines.shape == (150, 200, 3)
    assert set(np.unique(lines)) == {0, 255}
    rows, columns = np.mgrid[0:150, 0:200]
    distance = np.abs(np.hypot(rows - 75, columns - 100) - 40)
    assert distance[lines[:, :, 0] > 0].mean() < 4
    assert (lines[:, :, 0] > 0).mean() < 0.12


def test_lines_that_are_lines_already_stay() -> None:
    picture = scene()

    assert preprocess(picture, "none") is picture
