"""The Models page as an artist uses it: every button does what it says."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMessageBox, QPushButton, QToolButton, QWidget

from desktop.models.downloads import DownloadFile, Downloads
from desktop.models.hashing import HashTaking
from desktop.models.hub.client import Hub
from desktop.models.hub.keys import HubKeys
from desktop.models.service import ModelLibrary
from desktop.models.viewmodel import ModelList
from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.models.views.models_view import ModelsView
from desktop.widgets.tasks import TaskOwner
from shared.engine.model_index import ModelIndex
from tests.conftest import QtRun
from tests.support.hub_simulator import HubSimulator
from tests.support.model_files import write_checkpoint, write_lora, write_safetensors


class Room:
    """The page over a real library, and over a Hub at `endpoint`."""

    def __init__(self, root: Path, *, endpoint: str = "http://127.0.0.1:9") -> None:
        self.root = root
        self.own = root / "models"
        index = root / "models.sqlite"
        self.library = ModelLibrary(own_folder=self.own, starter=root / "starter", index=ModelIndex(index))
        self.errors: list[object] = []
        self.tasks = TaskOwner(on_error=self.errors.append)
        self.models = ModelList(
            library=self.library,
            tasks=self.tasks,
            hashing=HashTaking(library=self.library, index=index),
            to_trash=self._to_trash,
        )
        hub = Hub(keys=HubKeys(), endpoint=endpoint)
        downloads = Downloads(
            hub=hub, folder=self.own, file=DownloadFile(root / "downloads.json"), new_id=lambda: "download"
        )
        self.hub = DownloadPanel(
            hub=hub, keys=HubKeys(), downloads=downloads, library=self.library, tasks=self.tasks
        )
        self.view = ModelsView(models=self.models, hub=self.hub)
        self.view.resize(1280, 760)
        self.view.show()

    async def look(self) -> None:
        self.models.look_again()
        await self.until_quiet()

    async def until_quiet(self) -> None:
        await until(lambda: not self.tasks.busy and not self.models.previews.busy)
        assert not self.errors

    async def choose(self, path: Path) -> None:
        self.models.choose(path)
        await self.until_quiet()

    def button(self, name: str, within: QWidget | None = None) -> QPushButton:
        (found,) = (within or self.view.details).findChildren(QPushButton, name)
        return found

    def texts(self, within: QWidget | None = None) -> str:
        return "\n".join(label.text() for label in (within or self.view.details).findChildren(QLabel))

    @property
    def names(self) -> list[str]:
        return [entry.name for entry in self.models.rows.entries]

    async def close(self) -> None:
        await self.tasks.close()
        await self.models.close()
        await self.hub.close()
        self.view.close()
        self.view.deleteLater()

    def _to_trash(self, path: Path) -> bool:
        (self.root / "trash").mkdir(exist_ok=True)
        path.rename(self.root / "trash" / path.name)
        return True


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def test_an_empty_page_teaches_and_leads_to_more_models(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        await room.look()
        assert "None of this kind is here yet" in room.texts(room.view.empty)
        next(button for button in room.view.empty.findChildren(QPushButton)).click()
        assert room.view.page == "hub"
        assert "Larger models" in room.texts(room.view.hub_page)
        await room.close()

    qt_run(story())


def test_models_are_filtered_searched_and_ordered(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_checkpoint(room.own / "Painter.safetensors")
        write_lora(room.own / "ink.safetensors", width=2048)
        write_lora(room.own / "Clay.safetensors", metadata={"modelspec.trigger_phrase": "soft clay"})
        await room.look()
        assert room.names == ["Clay", "ink", "Painter"]
        room.view.sections.button("lora").click()
        assert room.names == ["Clay", "ink"]
        room.view.family.setCurrentIndex(room.view.family.findData("stable_diffusion_xl"))
        room.view.family.activated.emit(room.view.family.currentIndex())
        assert room.names == ["ink"]
        room.view.search.setText("soft")
        assert room.names == []
        assert "No model answers to that" in room.texts(room.view.empty)
        room.view.empty.findChildren(QPushButton)[0].click()
        assert room.names == ["Clay", "ink"]
        room.view.order.setCurrentIndex(1)
        room.view.order.activated.emit(1)
        assert room.names == ["ink", "Clay"]
        await room.close()

    qt_run(story())


def test_a_lora_shows_its_words_and_picture_and_goes_into_the_prompt(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        frequency = json.dumps({"1_x": {"ink wash": 9, "brush": 8}})
        write_lora(room.own / "ink.safetensors", metadata={"ss_tag_frequency": frequency})
        image = QImage(40, 60, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        assert image.save(str(room.own / "ink.png"))
        await room.look()
        await room.choose(room.own / "ink.safetensors")
        await until(
            lambda: any(not label.pixmap().isNull() for label in room.view.details.findChildren(QLabel))
        )
        assert "ink wash, brush" in room.texts()
        assert "there is no such model here" in room.texts()
        words: list[str] = []
        room.models.words_chosen.connect(words.append)
        room.button("insert").click()
        assert words == ["<lora:ink:1>, ink wash, brush"]
        next(each for each in room.view.details.findChildren(QPushButton) if "Copy" in each.text()).click()
        assert QGuiApplication.clipboard().text() == "ink wash, brush"
        await room.close()

    qt_run(story())


def test_a_checkpoint_tells_what_it_needs_and_is_painted_with(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_checkpoint(room.own / "Painter.safetensors", in_channels=9)
        await room.look()
        await room.choose(room.own / "Painter.safetensors")
        assert "about 1.5 GB" in room.texts()
        assert "512 × 512" in room.texts()
        chosen: list[str] = []
        room.models.model_chosen.connect(chosen.append)
        room.button("paint").click()
        assert chosen == [room.library.models[0].id]
        await room.close()

    qt_run(story())


def test_what_a_file_does_not_say_is_chosen_and_kept(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_checkpoint(room.own / "second.safetensors", text_encoder="cond_stage_model.model.")
        write_safetensors(room.own / "vae.safetensors", {"decoder.conv_in.weight": (8, 4, 3, 3)})
        await room.look()
        for name, value in (("second", "epsilon"), ("vae", "stable_diffusion_xl")):
            await room.choose(room.own / f"{name}.safetensors")
            (choice,) = room.view.details.findChildren(QComboBox)
            choice.setCurrentIndex(choice.findData(value))
            choice.activated.emit(choice.currentIndex())
            await room.until_quiet()
        assert room.library.models[0].prediction_type == "epsilon"
        assert {file.family for file in room.library.files if file.kind == "vae"} == {"stable_diffusion_xl"}
        await room.close()

    qt_run(story())


def test_problems_pickles_and_folders_that_are_away_each_have_a_button(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_lora(room.own / "fine.safetensors")
        (room.own / "broken.safetensors").write_bytes(b"no header")
        (room.own / "old.ckpt").write_bytes(b"pickle")
        room.models.add_folder(tmp_path / "away")
        await room.until_quiet()
        room.view.sections.button("problems").click()
        assert room.names == ["away", "broken.safetensors", "old"]
        await room.choose(room.own / "old.ckpt")
        assert "This file is a pickle" in room.texts()
        room.button("search").click()
        assert (room.view.page, room.hub.words) == ("hub", "old")
        await until(room.view.error.isVisible)
        assert "could not be reached" in room.texts(room.view.error)
        room.view.show_section("problems")
        await room.choose(tmp_path / "away")
        room.button("forget_folder").click()
        await room.until_quiet()
        assert room.models.added_folders == ()
        (room.own / "broken.safetensors").unlink()
        await room.choose(room.own / "old.ckpt")
        room.view.look_again.click()
        await room.until_quiet()
        assert room.names == ["old"]
        await room.close()

    qt_run(story(), timeout=30)


def test_a_duplicate_goes_to_the_trash_when_that_is_confirmed(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        for name in ("a", "b"):
            write_lora(room.own / f"{name}.safetensors")
        await room.look()
        room.view.sections.button("duplicates").click()
        assert room.names == ["a", "b"]
        await room.choose(room.own / "b.safetensors")
        assert "The same content lies in" in room.texts()
        room.button("trash").click()
        question = room.view.findChild(QMessageBox, "trash_question")
        assert question is not None
        assert (room.own / "b.safetensors").exists()
        next(each for each in question.buttons() if "trash" in each.text()).click()
        await room.until_quiet()
        assert (tmp_path / "trash" / "b.safetensors").exists()
        assert (room.names, room.models.filter.section) == (["a"], "all")
        await room.close()

    qt_run(story())


def test_what_is_missing_is_told_and_forgotten_when_asked(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        for name in ("a", "b", "c"):
            write_lora(room.own / f"{name}.safetensors", metadata={"ss_output_name": name})
        await room.look()
        for name in ("a", "b"):
            (room.own / f"{name}.safetensors").unlink()
        (room.own / "c.safetensors").rename(room.own / "moved.safetensors")
        await room.look()
        room.view.sections.button("missing").click()
        assert room.names == ["a", "b"], "what was moved is recognised"
        await room.choose(room.own / "a.safetensors")
        room.button("forget").click()
        await room.until_quiet()
        assert room.names == ["b"]
        assert room.view.forget_all.isVisible()
        room.view.forget_all.click()
        await room.until_quiet()
        assert room.names == ["moved"]
        await room.close()

    qt_run(story(), timeout=20)


def test_folders_are_listed_with_what_was_found_and_taken_off(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_lora(tmp_path / "elsewhere" / "a.safetensors")
        kept: list[object] = []
        room.models.folders_changed.connect(kept.append)
        room.models.add_folder(tmp_path / "elsewhere")
        await room.until_quiet()
        room.view.sections.button("folders").click()
        assert kept == [(tmp_path / "elsewhere",)]
        assert "Added  ·  1 found" in room.texts(room.view.folders)
        room.view.folders.findChildren(QToolButton)[0].click()
        await room.until_quiet()
        assert kept[-1] == ()
        assert (tmp_path / "elsewhere" / "a.safetensors").exists()
        await room.close()

    qt_run(story())


def test_a_model_of_the_hub_is_found_fetched_and_here(qt_run: QtRun, tmp_path: Path) -> None:
    simulator = HubSimulator()
    write_lora(tmp_path / "made.safetensors", metadata={"filler": "x" * 2000})
    simulator.add(
        "artist/ink", {"ink.safetensors": (tmp_path / "made.safetensors").read_bytes()}, licence="mit"
    )

    async def story() -> None:
        room = Room(tmp_path / "room", endpoint=address)
        page = room.view.hub_page
        room.view.show_page("hub")
        page.search.setText("ink")
        page.search_button.click()
        await until(lambda: page.results.count() == 1)
        page.results.setCurrentRow(0)
        await until(lambda: room.hub.offers)
        assert "licence: mit" in room.texts(page)
        download = next(each for each in page.findChildren(QPushButton) if each.text() == "Download")
        download.click()
        await until(lambda: [each.state for each in room.hub.downloads] == ["done"])
        await until(lambda: room.names == ["ink"])
        await room.until_quiet()
        (row,) = page.downloads.rows
        row.cancel.click()
        await room.until_quiet()
        assert page.downloads.rows == []
        assert (room.own / "ink.safetensors").exists()
        await room.close()

    with simulator.running() as address:
        qt_run(story(), timeout=30)


@pytest.mark.parametrize("page", ["list", "folders", "hub"])
def test_every_control_has_a_name(qt_run: QtRun, tmp_path: Path, page: str) -> None:
    async def story() -> None:
        room = Room(tmp_path)
        write_lora(room.own / "a.safetensors")
        await room.look()
        await room.choose(room.own / "a.safetensors")
        if page != "list":
            room.view.show_page(page)
        for button in (*room.view.findChildren(QPushButton), *room.view.findChildren(QToolButton)):
            inside_a_field = isinstance(button.parent(), QLineEdit)
            assert button.accessibleName() or not button.isVisible() or inside_a_field
        await room.close()

    qt_run(story())
