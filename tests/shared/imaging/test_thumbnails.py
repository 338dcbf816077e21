import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from shared.imaging.pictures import read_picture
from shared.imaging.thumbnails import make_thumbnail, thumbnail_of


def seen(thumbnail: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert image.format == "WEBP"
        return np.asarray(image.convert("RGBA")).astype(np.int16)


def save(path: Path, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def halves(channels: int = 3) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Orange at the left, blue at the right; of 4 channels, the left is transparent."""
    pixels = np.zeros((300, 600, channels), dtype=np.uint8)
    pixels[:, :300, :3], pixels[:, 300:, :3] = (220, 120, 20), (20, 60, 200)
    if channels == 4:
        pixels[:, 300:, 3] = 255
    return pixels


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "bmp", "gif"])
def test_of_a_file_and_of_its_pixels_it_is_the_same_picture(tmp_path: Path, kind: str) -> None:
    file = save(tmp_path / f"picture.{kind}", halves())
    of_file, of_pixels = seen(make_thumbnail(file, 256)), seen(thumbnail_of(read_picture(file), 256))
    assert of_file.shape == of_pixels.shape == (128, 256, 4)
    assert np.abs(of_file - of_pixels)[:, [10, -10]].max() <= 4
    assert np.abs(of_file[64, 10] - (220, 120, 20, 255)).max() <= 12


def test_what_is_seen_through_stays_so(tmp_path: Path) -> None:
    file = save(tmp_path / "picture.png", halves(4))
    for thumbnail in (make_thumbnail(file, 256), thumbnail_of(read_picture(file), 256)):
        pixels = seen(thumbnail)
        assert (pixels[64, 10, 3], pixels[64, -10, 3]) == (0, 255)
        assert np.abs(pixels[64, -10, :3] - (20, 60, 200)).max() <= 12


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    file = save(tmp_path / "picture.png", np.full((9, 5, 3), 90, dtype=np.uint8))
    assert (
        seen(make_thumbnail(file, 256)).shape
        == seen(thumbnail_of(read_picture(file), 256)).shape
        == (9, 5, 4)
    )


def test_colours_of_another_profile_come_out_as_srgb(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    lab = Image.fromarray(halves()).convert("RGB")
    transformed = ImageCms.profileToProfile(lab, ImageCms.createProfile("sRGB"), profile, outputMode="LAB")
    assert transformed is not None
    transformed.save(tmp_path / "picture.tif", icc_profile=profile.tobytes())
    pixels = seen(make_thumbnail(tmp_path / "picture.tif", 256))
    assert np.abs(pixels[64, 10] - (220, 120, 20, 255)).max() <= 14


def test_cmyk_comes_out_as_srgb(tmp_path: Path) -> None:
    Image.fromarray(halves()).convert("CMYK").save(tmp_path / "picture.jpg", quality=95)
    expected = read_picture(tmp_path / "picture.jpg").astype(np.int16)[150, 20]
    assert np.abs(seen(make_thumbnail(tmp_path / "picture.jpg", 256))[64, 10, :3] - expected).max() <= 40
