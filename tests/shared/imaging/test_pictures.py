import contextlib
import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from shared.contracts.errors import InvalidPictureError, InvalidRequestError, NotFoundError
from shared.imaging.pictures import encode_png, read_mask, read_picture, read_png_texts
from shared.imaging.thumbnails import make_thumbnail
from tests.shared.imaging.strategies import document


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bomb(width: int, height: int) -> bytes:
    """A well-formed PNG of one-bit black that is small as a file and huge as a picture."""
    compressor = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(compressor.compress(row * 100) for _ in range(height // 100)) + compressor.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"tEXt", b"parameters\0found")
        + _chunk(b"IDAT", data)
        + _chunk(b"IEND", b"")
    )


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    channels=st.sampled_from([3, 4]),
    seed=st.integers(0, 999),
    texts=st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=10),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50),
        max_size=3,
    ),
    xmp=st.sampled_from(["", "<x:xmpmeta/>"]),
)
def test_png_keeps_pixels_and_texts(
    width: int, height: int, channels: int, seed: int, texts: dict[str, str], xmp: str
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    data = encode_png(pixels, texts, xmp)
    assert (read_picture(data) == pixels).all()
    assert read_png_texts(data) == (texts | {"XML:com.adobe.xmp": xmp} if xmp else texts)


def test_lossless_formats_keep_every_value(tmp_path: Path) -> None:
    pixels = document(20, 30, 1)
    image = Image.fromarray(pixels)
    for kind, options in [("TIFF", {}), ("BMP", {}), ("WEBP", {"lossless": True})]:
        path = tmp_path / f"picture.{kind.lower()}"
        path.write_bytes(_encoded(image, kind, **options))
        assert (read_picture(path) == pixels).all()
    jpeg = read_picture(_encoded(Image.new("RGB", (20, 10), (200, 100, 50)), "JPEG", quality=95))
    assert np.abs(jpeg.astype(int) - (200, 100, 50)).max() <= 3


def test_palettes_grey_and_transparency() -> None:
    grey = Image.fromarray(document(9, 9, 2)[:, :, 0])
    assert (read_picture(_encoded(grey, "PNG")) == np.array(grey)[:, :, np.newaxis]).all()
    palette = Image.fromarray(np.arange(9, dtype=np.uint8).reshape(3, 3), "P")
    palette.putpalette([value for index in range(9) for value in (index * 20, 5, 9)])
    assert (read_picture(_encoded(palette, "PNG"))[:, :, 0].ravel() == np.arange(9) * 20).all()
    clear = read_picture(_encoded(palette, "PNG", transparency=4))
    assert clear.shape == (3, 3, 4)
    assert clear[1, 1, 3] == 0
    assert clear[0, 0, 3] == 255
    several = read_picture(_encoded(palette, "PNG", transparency=bytes(range(9))))
    assert (several[:, :, 3].ravel() == np.arange(9)).all()
    keyed = read_picture(_encoded(Image.new("RGB", (2, 2), (1, 2, 3)), "PNG", transparency=(1, 2, 3)))
    assert (keyed[:, :, 3] == 0).all()
    both = Image.merge("LA", [grey, grey])
    assert (read_picture(_encoded(both, "PNG"))[:, :, 3] == np.array(grey)).all()
    one_bit = Image.fromarray(np.eye(4, dtype=bool))
    assert (read_picture(_encoded(one_bit, "PNG"))[:, :, 0] == np.eye(4) * 255).all()


def test_sixteen_bits_become_eight() -> None:
    values = np.array([[0, 257, 32768], [65535, 300, 65400]], np.uint16)
    grey = read_picture(_encoded(Image.fromarray(values), "PNG"))
    assert (grey[:, :, 0] == np.rint(values / 257)).all()
    dark = read_picture(_encoded(Image.fromarray(np.full((2, 2), 200, np.uint16)), "PNG"))
    assert dark.max() == 1
    floats = read_picture(_encoded(Image.fromarray(np.array([[0.0, 0.5], [1.0, 0.25]], np.float32)), "TIFF"))
    assert (floats[:, :, 0] == [[0, 128], [255, 64]]).all()


def test_sixteen_bit_colour() -> None:
    rows = b"".join(b"\0" + struct.pack(">6H", 0, 32768, 65535, 65535, 0, 1) for _ in range(2))
    data = (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )
    assert (read_picture(data)[0] == [[0, 128, 255], [255, 0, 0]]).all()


def test_cmyk_and_the_first_frame_of_a_gif() -> None:
    cmyk = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    red = read_picture(_encoded(cmyk, "TIFF"))[0, 0].astype(int)
    assert red[0] > 200
    assert red[1:].max() < 60
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    gif = read_picture(_encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (gif[0, 0, :3] == (255, 0, 0)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture(orientation: int) -> None:
    upright = document(3, 5, 1)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = _encoded(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert (read_picture(data) == upright).all()


def test_an_embedded_profile_is_converted_to_srgb() -> None:
    pixels = document(6, 7, 3)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = read_picture(_encoded(Image.fromarray(pixels), "PNG", icc_profile=srgb))
    assert (same == pixels).all()
    alpha = np.dstack([pixels, pixels[:, :, 0]])
    assert (read_picture(_encoded(Image.fromarray(alpha), "PNG", icc_profile=srgb)) == alpha).all()
    swapped = _swapped_profile(srgb)
    converted = read_picture(_encoded(Image.fromarray(alpha), "PNG", icc_profile=swapped))
    assert (converted[:, :, 3] == alpha[:, :, 3]).all()
    assert np.abs(converted[:, :, :3].astype(int) - pixels[:, :, ::-1]).max() <= 3
    # A profile that is damaged, or made for another kind of colour, does not stand in the way.
    assert (read_picture(_encoded(Image.fromarray(pixels), "PNG", icc_profile=b"no profile")) == pixels).all()
    grey = Image.fromarray(pixels[:, :, 0])
    assert (read_picture(_encoded(grey, "PNG", icc_profile=srgb))[:, :, 0] == pixels[:, :, 0]).all()


def _swapped_profile(profile: bytes) -> bytes:
    """The same colour space with red and blue exchanged, by exchanging the names of their columns."""
    return profile.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


def test_masks_are_read_by_brightness_and_opacity() -> None:
    mask = np.zeros((4, 6), np.uint8)
    mask[1:3, 2:4] = 255
    assert (read_mask(encode_png(mask), (6, 4)) == mask).all()
    clear = np.full((4, 6, 4), 255, np.uint8)
    clear[:, :, 3] = mask
    assert (read_mask(encode_png(clear), (6, 4)) == mask).all()
    with pytest.raises(InvalidRequestError, match="6 × 4 pixels, but the picture has 4 × 6"):
        read_mask(encode_png(mask), (4, 6))


def test_a_bomb_is_refused_at_once_and_its_texts_still_read(tmp_path: Path) -> None:
    data = _bomb(30_000, 30_000)
    assert len(data) < 200_000
    path = tmp_path / "bomb.png"
    path.write_bytes(data)
    began = time.perf_counter()
    for source in (data, path):
        with pytest.raises(InvalidPictureError, match="too large"):
            read_picture(source)
        with pytest.raises(InvalidPictureError):
            read_mask(source, (30_000, 30_000))
        assert read_png_texts(source) == {"parameters": "found"}
    with pytest.raises(InvalidPictureError):
        make_thumbnail(path, 64)
    with pytest.raises(InvalidPictureError, match="89 megapixels"):
        read_picture(_bomb(10_000, 10_000))
    assert time.perf_counter() - began < 5


def test_files_that_are_no_pictures_are_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("no picture")
    for read in (read_picture, lambda path: make_thumbnail(path, 64)):
        with pytest.raises(InvalidPictureError, match=r"notes.png can't be read as a picture"):
            read(text)
        with pytest.raises(InvalidPictureError):
            read(tmp_path)
        with pytest.raises(NotFoundError, match=r"absent.png"):
            read(tmp_path / "absent.png")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'
    text.write_bytes(svg)
    with pytest.raises(InvalidPictureError):
        make_thumbnail(text, 64)
    with pytest.raises(InvalidPictureError, match=r"The picture can't be read\."):
        read_picture(b"")
    assert read_png_texts(text) == read_png_texts(tmp_path) == read_png_texts(tmp_path / "absent.png") == {}


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_damaged_files_give_a_picture_or_an_error_in_words(
    kind: str, cut: float, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(_encoded(Image.fromarray(document(24, 32, 1)), kind))
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    source = bytes(data[: int(cut * len(data))])
    with contextlib.suppress(InvalidPictureError):
        assert read_picture(source).dtype == np.uint8
    read_png_texts(source)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_an_error(kind: str, tmp_path: Path) -> None:
    data = _encoded(Image.fromarray(document(64, 64, 1)), kind)
    path = tmp_path / "half"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InvalidPictureError):
        read_picture(path)
    with pytest.raises(InvalidPictureError):
        make_thumbnail(path, 32)


def test_texts_that_would_fill_the_memory_are_left_out() -> None:
    huge = zlib.compress(b"a" * 40_000_000, 9)
    data = encode_png(document(2, 2, 1), {"kept": "yes"})
    end = data.index(b"IDAT") - 4
    bomb = data[:end] + _chunk(b"zTXt", b"bomb\0\0" + huge) + _chunk(b"iTXt", b"odd\0") + data[end:]
    assert read_png_texts(bomb) == {"kept": "yes"}
    small = data[:end] + _chunk(b"zTXt", b"small\0\0" + zlib.compress(b"text")) + data[end:]
    assert read_png_texts(small) == {"kept": "yes", "small": "text"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_thumbnails_fit_their_side_and_are_upright(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a[1]"
    exif = Image.Exif()
    exif[0x0112] = 6
    options: dict[str, object] = {} if kind in {"BMP", "GIF"} else {"exif": exif}
    path.write_bytes(_encoded(Image.new("RGB", (300, 150), (250, 20, 20)), kind, **options))
    thumbnail = Image.open(io.BytesIO(make_thumbnail(path, 64)))
    assert thumbnail.format == "WEBP"
    assert thumbnail.size == ((32, 64) if options else (64, 32))
    assert np.abs(np.array(thumbnail.convert("RGB")).astype(int) - (250, 20, 20)).max() < 20


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    path.write_bytes(encode_png(document(10, 20, 1)))
    assert Image.open(io.BytesIO(make_thumbnail(path, 256))).size == (20, 10)
