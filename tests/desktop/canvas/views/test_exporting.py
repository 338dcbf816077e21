"""The export dialog: it says what the file will be, and the file is that."""

import asyncio
from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QFileDialog

from desktop.canvas.views.export_dialog import ExportDialog
from shared.contracts.generation import Placement
from shared.imaging.encoding import PictureKind
from tests.desktop.canvas.builders import recipe
from tests.desktop.canvas.views.conftest import Studio
from tests.desktop.canvas.views.test_documents import GREY_PNG


def opened(studio: Studio) -> ExportDialog:
    dialog = studio.page.dialogs.export()
    assert isinstance(dialog, ExportDialog)
    return dialog


def pick(dialog: ExportDialog, kind: PictureKind) -> None:
    dialog.kind.show_value(kind)
    dialog.kind.activated.emit(dialog.kind.currentIndex())


def estimated(studio: Studio) -> int:
    exporting = studio.viewmodel.exporting

    async def wait() -> int:
        while exporting.estimate is None:
            await asyncio.sleep(0.01)
        return exporting.estimate

    size: int = studio.run(wait())
    return size


def test_the_file_is_as_large_and_of_the_kind_that_the_dialog_said(studio: Studio) -> None:
    studio.new(200, 150)
    studio.drag((20, 20), (120, 90))
    dialog = opened(studio)
    pick(dialog, PictureKind.JPEG)
    dialog.picture_width.setValue(100)
    assert dialog.picture_height.value() == 75
    assert dialog.quality.isVisible()
    assert not dialog.lossless.isVisible()
    size = estimated(studio)
    assert f"{round(size / 1000)} KB" in dialog.estimate.text()
    dialog.accept()
    names = [child for child in studio.page.findChildren(QFileDialog) if child.isVisible()]
    file = studio.folder / "out.jpg"
    names[0].fileSelected.emit(str(file))
    names[0].close()
    studio.run(studio.finish_tasks())
    assert abs(file.stat().st_size - size) < 8
    with Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (100, 75))
    assert not studio.errors


def test_the_mark_is_on_by_default_and_told_in_words(studio: Studio) -> None:
    studio.new(120, 90)
    studio.drag((20, 20), (60, 60))
    dialog = opened(studio)
    assert dialog.marked.isChecked()
    assert "made by a person" in dialog.mark_text.text()
    assert not dialog.with_recipe.isEnabled()
    dialog.reject()
    made = recipe("a" * 64, "b" * 64)
    studio.run(studio.viewmodel.add_result(GREY_PNG, placement=Placement(), recipe=made, name="sea"))
    dialog = opened(studio)
    assert "parts from a model" in dialog.mark_text.text()
    assert dialog.with_recipe.isChecked()
    dialog.marked.click()
    assert "will say nothing" in dialog.mark_text.text()
    file = Path(studio.folder / "unmarked.png")
    studio.run(studio.viewmodel.files.export(file, studio.viewmodel.exporting.options))
    assert b"digitalsourcetype" not in file.read_bytes()
    dialog.reject()


def test_a_kind_without_transparency_offers_none(studio: Studio) -> None:
    studio.new(60, 40)
    dialog = opened(studio)
    pick(dialog, PictureKind.WEBP)
    assert dialog.lossless.isVisible()
    dialog.lossless.click()
    assert not dialog.quality.isVisible()
    assert dialog.background.currentText() == "Transparent"
    pick(dialog, PictureKind.JPEG)
    assert dialog.background.value == (255, 255, 255)
    dialog.reject()
