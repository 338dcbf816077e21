"""Which models are here, what each needs, and how to bring another."""

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.models.entries import Entry, Section
from desktop.models.hashing import HashProgress
from desktop.models.row_list import ENTRY_ROLE, Previews, RowList
from desktop.models.viewmodel import ModelList
from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.models.views.details_panel import DetailsPanel
from desktop.models.views.entry_delegate import EntryDelegate
from desktop.models.views.folders_page import FoldersPage
from desktop.models.views.hub_page import HubPage
from desktop.models.views.sections_column import SectionsColumn
from desktop.models.words import FAMILY_NAMES, size_text
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.icons import icon
from desktop.widgets.parts import EmptyState
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport

FAMILY_WIDTH = 48 * SPACE
_NEEDS_TOKEN = {"HUB_CONSENT", "HUB_TOKEN"}


class ModelsView(QWidget):
    def __init__(self, parent: QWidget | None = None, *, models: ModelList, hub: DownloadPanel) -> None:
        super().__init__(parent)
        self._models = models
        self._hub = hub
        self.setObjectName("models_view")
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sections = SectionsColumn()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", role="quiet_text"), QLineEdit.ActionPosition.LeadingPosition)
        self.family = QComboBox()
        self.family.setFixedWidth(FAMILY_WIDTH)
        self.order = QComboBox()
        self.look_again = QPushButton(icon("refresh-cw"), "")
        self.forget_all = QPushButton(icon("x"), "")
        self.list = make_list(models.rows, models.previews, self)
        self.empty = EmptyState(
            icon_name="box",
            title=tr("None of this kind is here yet"),
            text=tr("Looking…"),
            button=tr("Get more models"),
            run=self._act_on_empty,
        )
        self.details = DetailsPanel(models)
        self.folders = FoldersPage(models)
        self.hub_page = HubPage(hub)
        self.error = ErrorLine()
        self._status = QLabel()
        set_role(self._status, "small")
        self.pause = QPushButton()
        set_dense(self.pause)
        self._stack = QStackedWidget()
        self._found = QStackedWidget()
        self._lay_out()
        self._connect()
        self._write_texts()
        self.show_section("all")

    @property
    def page(self) -> str:
        return ("list", "folders", "hub")[self._stack.currentIndex()]

    def show_section(self, section: Section) -> None:
        self._stack.setCurrentIndex(0)
        self.sections.show_chosen(section)
        self._models.show(section=section)
        self._show_found()

    def show_page(self, page: str) -> None:
        self._stack.setCurrentIndex({"folders": 1, "hub": 2}[page])
        self.sections.show_chosen(page)

    def choose_folder(self) -> None:
        dialog = QFileDialog(self, tr("Add a folder with models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._models.add_folder(Path(folder)))
        dialog.open()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()

    def _connect(self) -> None:
        models, hub = self._models, self._hub
        self.sections.section_chosen.connect(self.show_section)
        self.sections.page_chosen.connect(self.show_page)
        self.search.textChanged.connect(lambda text: self._narrow(words=text))
        self.family.activated.connect(lambda _: self._narrow(family=self.family.currentData()))
        self.order.activated.connect(lambda _: self._narrow(order=self.order.currentData()))
        self.look_again.clicked.connect(models.look_again)
        self.forget_all.clicked.connect(models.forget_missing)
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.activated.connect(self._activated)
        self.details.hub_search_asked.connect(self._search_hub)
        self.details.add_folder_asked.connect(self.choose_folder)
        self.folders.add_folder_asked.connect(self.choose_folder)
        self.pause.clicked.connect(self._pause_or_go_on)
        models.previews.ready.connect(lambda _: self.list.viewport().update())
        models.entries_changed.connect(self._show_entries)
        models.looking_changed.connect(self._show_looking)
        models.headers_read.connect(self._show_reading)
        models.hashing_changed.connect(self._show_hashing)
        models.own_folder_ready.connect(_open_outside)
        models.current_changed.connect(self._follow_current)
        for failed in (models.failed, hub.failed):
            failed.connect(self._show_error)

    def _narrow(self, **values: object) -> None:
        self._models.show(**values)
        self._show_found()

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        self._models.choose(entry.path if isinstance(entry, Entry) else None)

    def _activated(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if isinstance(entry, Entry) and entry.state == "here":
            if entry.kind == "checkpoint":
                self._models.paint_with(entry)
            elif entry.kind in {"lora", "embedding"}:
                self._models.insert_words(entry.prompt_text)

    def _follow_current(self, entry: Entry | None) -> None:
        """Another copy may be chosen in the details."""
        row = self._models.rows.row_of(entry.path) if entry is not None else None
        if row is not None and row != self.list.currentIndex().row():
            self.list.setCurrentIndex(self._models.rows.index(row))

    def _search_hub(self, words: str) -> None:
        self.show_page("hub")
        self.hub_page.ask_for(words)

    def _show_entries(self) -> None:
        self.sections.show_counts(self._models.counts)
        if self.page == "list":
            self.sections.show_chosen(self._models.filter.section)
        self._show_found()

    def _show_found(self) -> None:
        """Nothing found is told by what to do about it."""
        models = self._models
        self.forget_all.setVisible(models.filter.section == "missing")
        if models.rows.entries:
            self._found.setCurrentWidget(self.list)
            return
        narrowed = bool(models.filter.words or models.filter.family)
        if narrowed:
            title, text = tr("No model answers to that"), tr("Take a word away, or choose another family.")
            button = tr("Show all")
        else:
            title = tr("None of this kind is here yet")
            text = tr(
                "Bring one from the Hub, or add the folder where your models lie: "
                "of A1111, Forge, ComfyUI or any other. Nothing is copied."
            )
            button = tr("Get more models")
        self.empty.set_texts(title=title, text=text, button=button)
        self._found.setCurrentWidget(self.empty)

    def _act_on_empty(self) -> None:
        if self._models.filter.words or self._models.filter.family:
            self.search.clear()
            self.family.setCurrentIndex(0)
            self._narrow(words="", family=None)
        else:
            self.show_page("hub")

    def _show_looking(self, is_looking: bool) -> None:  # noqa: FBT001 - Qt's signal passes it so
        self.look_again.setEnabled(not is_looking)
        self.look_again.setText(tr("Looking…") if is_looking else tr("Look again"))
        self._status.setText("")

    def _show_reading(self, done: int, of: int) -> None:
        self._status.setText(tr("Reading what is new: {done} of {count}", done=done, count=of))

    def _show_hashing(self, progress: HashProgress) -> None:
        paused = self._models.hashing_paused
        self.pause.setVisible(bool(progress.files_left) or paused)
        self.pause.setText(tr("Go on") if paused else tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        if progress.files_left:
            self._status.setText(
                tr(
                    "Reading whole files to tell duplicates, {count} left ({size}): {name}",
                    count=progress.files_left,
                    size=size_text(progress.bytes_left),
                    name=progress.current,
                )
            )
        else:
            self._status.setText(tr("Reading whole files is paused.") if paused else "")

    def _pause_or_go_on(self) -> None:
        if self._models.hashing_paused:
            self._models.resume_hashing()
        else:
            self._models.pause_hashing()

    def _show_error(self, report: ErrorReport) -> None:
        if report.code in _NEEDS_TOKEN:
            self.error.show_error(report, button=tr("Enter a token"), run=self._enter_token)
        elif report.code.startswith("HUB_") and self._hub.words:
            self.error.show_error(
                report, button=tr("Try again"), run=lambda: self._hub.search(self._hub.words)
            )
        else:
            self.error.show_error(report)

    def _enter_token(self) -> None:
        self.show_page("hub")
        self.hub_page.open_access()

    def _write_texts(self) -> None:
        self.sections.write_texts()
        self.hub_page.write_texts()
        self.folders.fill()
        self.search.setPlaceholderText(tr("Search models"))
        self.search.setAccessibleName(tr("Search models"))
        self.search.setToolTip(tr("Names, trigger words, hashes and folders"))
        self.list.setAccessibleName(tr("Models"))
        for choice, name in ((self.family, tr("Family")), (self.order, tr("Order"))):
            choice.clear()
            choice.setAccessibleName(name)
            choice.setToolTip(name)
        self.family.addItem(tr("Every family"), None)
        for family, name in FAMILY_NAMES.items():
            self.family.addItem(name, family)
        self.order.addItem(tr("By name"), "name")
        self.order.addItem(tr("Largest first"), "size")
        self.forget_all.setText(tr("Forget all of these"))
        for button, tip in (
            (self.look_again, tr("Read the folders anew")),
            (self.forget_all, tr("Take them off the list; nothing on disk is touched")),
            (self.pause, tr("Reading whole files takes time and finds duplicates and moved models")),
        ):
            button.setAccessibleName(tip)
            button.setToolTip(tip)
        self._show_looking(self._models.is_looking)
        self._show_hashing(HashProgress())
        self._show_found()

    def _lay_out(self) -> None:
        self._found.addWidget(self.list)
        self._found.addWidget(self.empty)
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        line.addWidget(self.search, 1)
        for control in (self.family, self.order, self.forget_all, self.look_again):
            line.addWidget(control)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 0)
        column.setSpacing(2 * SPACE)
        column.addLayout(line)
        column.addWidget(self._found, 1)
        listing = QWidget()
        both = QHBoxLayout(listing)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(page, 1)
        both.addWidget(self.details)
        for widget in (listing, self.folders, self.hub_page):
            self._stack.addWidget(widget)
        status = QHBoxLayout()
        status.setContentsMargins(3 * SPACE, 0, 2 * SPACE, SPACE)
        status.addWidget(self._status, 1)
        status.addWidget(self.pause)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.sections)
        middle.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.error)
        whole.addLayout(middle, 1)
        whole.addLayout(status)


def make_list(rows: RowList, previews: Previews, parent: QWidget | None = None) -> QListView:
    view = QListView(parent)
    view.setModel(rows)
    view.setItemDelegate(EntryDelegate(previews, view))
    view.setUniformItemSizes(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setProperty("surface", "window")
    return view


def _open_outside(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
