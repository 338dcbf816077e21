"""OpenRaster with another implementation, pyora: ours opens there, theirs here."""

from pathlib import Path

import numpy as np
from PIL import Image
from pyora import Project
from PySide6.QtCore import QRect

from desktop.canvas.formats.ora import load_ora, save_ora
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.layers import BlendMode
from desktop.canvas.tiles import image_from_tiles
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import counting_ids
from tests.desktop.canvas.formats.test_psd import with_everything


def test_ours_opens_in_pyora_with_its_tree_and_pixels(tmp_path: Path) -> None:
    snapshot = with_everything()
    save_ora(snapshot, tmp_path / "a.ora", blobs=BlobFolder(tmp_path / "b"), progress=lambda _part: None)
    project = Project.load(str(tmp_path / "a.ora"))
    assert project.dimensions == (snapshot.width, snapshot.height)
    names = [child.name for child in project.root.children]
    assert sorted(names) == ["layer 1", "layer 2", "outer"]
    (outer,) = [child for child in project.root.children if child.name == "outer"]
    assert sorted(child.name for child in outer.children) == ["group 그룹", "layer 5"]
    (first,) = [child for child in project.root.children if child.name == "layer 1"]
    assert first.offsets == (10, 20)
    assert abs(first.opacity - 0.4) < 1e-6
    alone = straight_pixels(image_from_tiles(snapshot.layers[0].tiles, QRect(0, 0, 60, 40)))
    assert np.array_equal(np.asarray(first.get_image_data(raw=True)), alone)


def test_theirs_opens_here(tmp_path: Path) -> None:
    project = Project.new(64, 48)
    rng = np.random.default_rng(2)
    picture = Image.fromarray(rng.integers(0, 256, (20, 30, 4), dtype=np.uint8))
    project.add_layer(picture, "group/dots", offsets=(5, 7), composite_op="svg:multiply")
    project.add_layer(Image.new("RGBA", (64, 48), (10, 200, 30, 255)), "ground", z_index=1)
    project.save(str(tmp_path / "a.ora"))
    loaded = load_ora(
        tmp_path / "a.ora",
        blobs=BlobFolder(tmp_path / "b"),
        new_id=counting_ids(),
        progress=lambda _part: None,
    ).snapshot
    by_name = {layer.properties.name: layer for layer in loaded.layers}
    dots = by_name["dots"]
    assert dots.properties.blend is BlendMode.MULTIPLY
    assert (dots.properties.x, dots.properties.y) == (5, 7)
    assert by_name["group"].is_group
    assert dots.properties.parent == by_name["group"].id
