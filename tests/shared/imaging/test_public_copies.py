"""What others may have of a picture: every pixel, the mark, and not a word of what its file said."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import read_picture
from shared.imaging.provenance import read_origin
from shared.imaging.public_copies import public_copy, public_preview

FORMS: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("PNG", {}),
    ("TIFF", {}),
]


def telling(form: str, *, turned: int = 6, **options: Any) -> bytes:
    """A picture whose file says where, with what and by whom it was taken."""
    pixels = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = turned, "Secret Camera", "Secret Person"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, exif=exif, **options)
    data = buffer.getvalue()
    return data + b"a Secret after the end" if form == "JPEG" else data


@pytest.mark.parametrize(("form", "options"), FORMS)
@pytest.mark.parametrize("turned", [1, 6])
def test_every_pixel_stays_and_every_word_goes(form: str, options: dict[str, Any], turned: int) -> None:
    data = telling(form, turned=turned, **options)
    assert b"Secret" in data
    copy = public_copy(data, "generated")
    assert b"Secret" not in copy.data
    assert np.array_equal(read_picture(copy.data), read_picture(data)), "as it was held, too"
    assert read_origin(copy.data) == "generated"
    with Image.open(io.BytesIO(copy.data)) as image:
        assert set(image.getexif()) <= {0x0112}
        assert Image.MIME[image.format or ""] == copy.mime_type
    assert read_origin(public_copy(data, None).data) is None


@pytest.mark.parametrize(("form", "options"), FORMS)
def test_a_preview_is_small_and_marked(form: str, options: dict[str, Any]) -> None:
    data = telling(form, **options)
    preview = public_preview(data, "composite", 32)
    assert b"Secret" not in preview
    assert read_origin(preview) == "composite"
    with Image.open(io.BytesIO(preview)) as image:
        assert (image.format, max(image.size)) == ("WEBP", 32)
        height, width = read_picture(data).shape[:2]
        assert (image.width < image.height) == (width < height)


def test_an_animation_stays_one() -> None:
    frames = [Image.new("RGBA", (20, 10), colour) for colour in ("red", "blue", "green")]
    for form in ("PNG", "WEBP"):
        buffer = io.BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:], lossless=True)
        with Image.open(io.BytesIO(public_copy(buffer.getvalue(), "generated").data)) as image:
            assert getattr(image, "n_frames", 1) == 3


@settings(max_examples=150, deadline=None)
@given(form=some.sampled_from(FORMS), place=some.floats(0, 1), change=some.binary(max_size=8))
def test_damage_is_refused_or_copied_but_never_worse(
    form: tuple[str, dict[str, Any]], place: float, change: bytes
) -> None:
    data = telling(form[0], **form[1])
    at = int(place * len(data))
    damaged = data[:at] + change + data[at + len(change) :] if change else data[:at]
    try:
        copy = public_copy(damaged, "generated")
    except InvalidPictureError:
        return
    assert copy.data
