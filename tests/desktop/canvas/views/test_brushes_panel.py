"""Choosing, changing and keeping brushes by hand."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.canvas.brushes.brush import Effect
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.brushes import BrushRole
from desktop.canvas.views.brushes_panel import BrushesPanel
from tests.desktop.canvas.views.conftest import Studio


@pytest.fixture
def panel(studio: Studio) -> Iterator[BrushesPanel]:
    viewmodel = studio.viewmodel
    panel = BrushesPanel(brushes=viewmodel.brushes, tools=viewmodel.tools, tasks=viewmodel.tasks)
    panel.resize(304, 500)
    yield panel
    panel.close()
    panel.deleteLater()


def row_of(studio: Studio, preset_id: str) -> int:
    return next(row for row, preset in enumerate(studio.viewmodel.brushes.presets) if preset.id == preset_id)


def names(studio: Studio) -> list[str]:
    return [preset.name for preset in studio.viewmodel.brushes.presets if preset.own]


def test_a_click_takes_the_brush_and_its_tool(studio: Studio, panel: BrushesPanel) -> None:
    panel.search.setText("hard eraser")
    assert panel.grid.found.rowCount() == 1
    place = panel.grid.visualRect(panel.grid.found.index(0, 0)).center()
    QTest.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    tools = studio.viewmodel.tools
    assert [tools.tool] == [ToolName.ERASER]
    assert tools.brush.effect is Effect.ERASE
    studio.viewmodel.brushes.choose(row_of(studio, "chalk"))
    assert [tools.tool] == [ToolName.BRUSH]
    assert studio.viewmodel.tools.brush.tip == "chalk"


def test_a_changed_brush_is_kept_under_a_name_and_taken_away_and_put_back(
    studio: Studio, panel: BrushesPanel
) -> None:
    brushes = studio.viewmodel.brushes
    brushes.choose(row_of(studio, "ink"))
    panel.editor.sliders["size"].value_changed.emit(77)
    assert panel.name_label.text() == "Ink pen (changed)"
    panel.add.click()
    studio.run(studio.finish_tasks())
    assert names(studio) == ["My Ink pen"]
    assert brushes.chosen is not None
    assert brushes.chosen.brush.size == 77
    index = brushes.index(brushes.chosen_row)
    assert brushes.setData(index, "Thick ink")
    panel.editor.sliders["opacity"].value_changed.emit(40)
    panel.save.click()
    studio.run(studio.finish_tasks())
    assert [file.suffix for file in (studio.folder / "brushes").iterdir()] == [".json"]
    panel.delete.click()
    studio.run(studio.finish_tasks())
    assert not names(studio)
    panel.errors._act()
    studio.run(studio.finish_tasks())
    assert names(studio) == ["Thick ink"]
    (kept,) = [preset for preset in brushes.presets if preset.own]
    assert (kept.brush.size, kept.brush.opacity) == (77, 0.4)


def test_supplied_brushes_cannot_be_renamed_or_deleted(studio: Studio, panel: BrushesPanel) -> None:
    brushes = studio.viewmodel.brushes
    assert not brushes.setData(brushes.index(0), "other")
    brushes.choose(0)
    assert not panel.delete.isEnabled()
    assert not panel.save.isEnabled()


def test_a_bad_file_is_told_in_the_panel(studio: Studio, panel: BrushesPanel, tmp_path: Path) -> None:
    file = tmp_path / "bad.brushes"
    file.write_text("no")
    studio.run(studio.viewmodel.brushes.import_file(file))
    assert panel.errors.report is not None
    assert panel.errors.report.code == "BRUSH_FILE"


def test_export_and_import_by_the_panel(studio: Studio, panel: BrushesPanel, tmp_path: Path) -> None:
    brushes = studio.viewmodel.brushes
    panel.search.setText("eraser")
    rows = panel.grid.shown_rows
    assert len(rows) == 2
    studio.run(brushes.export_file(tmp_path / "erasers", rows))
    studio.run(brushes.import_file(tmp_path / "erasers.brushes"))
    assert names(studio) == ["Hard eraser", "Soft eraser"]


def test_previews_are_drawn_and_the_editors_follows_changes(studio: Studio, panel: BrushesPanel) -> None:
    panel.show()
    studio.run(studio.finish_tasks(), timeout=60)
    brushes = studio.viewmodel.brushes
    assert all(brushes.index(row).data(BrushRole.PREVIEW) is not None for row in range(brushes.rowCount()))
    panel.edit.click()
    studio.run(studio.finish_tasks())
    before = panel.editor.preview.image
    assert not before.isNull()
    studio.viewmodel.tools.set_brush(size=300, hardness=0.0)
    studio.run(asyncio.sleep(0.3))
    studio.run(studio.finish_tasks())
    assert panel.editor.preview.image != before


def test_a_curve_is_bent_by_hand(studio: Studio, panel: BrushesPanel) -> None:
    panel.show()
    panel.edit.click()
    panel.editor.folds["pen"].set_open(is_open=True)
    row = panel.editor.curves["flow_pressure"]
    row.on.click()
    curve = row.curve
    curve.resize(200, 96)
    QTest.mousePress(curve, Qt.MouseButton.LeftButton, pos=QPoint(100, 30))
    QTest.mouseRelease(curve, Qt.MouseButton.LeftButton, pos=QPoint(100, 30))
    bent = studio.viewmodel.tools.brush.flow_pressure
    assert bent is not None
    assert len(bent.points) == 3
    assert bent.at(0.5) > 0.6
    QTest.keyClick(curve, Qt.Key.Key_Delete)
    straight = studio.viewmodel.tools.brush.flow_pressure
    assert straight is not None
    assert len(straight.points) == 2
    row.on.click()
    assert studio.viewmodel.tools.brush.flow_pressure is None
    studio.run(studio.finish_tasks(), timeout=60)
