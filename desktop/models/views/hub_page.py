"""Models of the Hub: what to look for, what a search found, what a model offers, and what is on its way."""

from functools import partial

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.models.hub.messages import HubModel
from desktop.models.offers import Offer
from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.models.views.download_rows import DownloadRows
from desktop.models.views.hub_access import HubAccessFields
from desktop.models.words import size_text
from desktop.widgets.icons import icon
from desktop.widgets.parts import ElidedLabel, Fold
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense, set_role
from desktop.widgets.translations import tr

RESULTS_WIDTH = 80 * SPACE
READING_WIDTH = 200 * SPACE
SUGGESTED = (
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "stable-diffusion-v1-5/stable-diffusion-inpainting",
    "stabilityai/stable-diffusion-xl-base-1.0",
)
"""Where a newcomer may begin."""
HUB_PAGE = "https://huggingface.co/"
MODEL_ROLE = Qt.ItemDataRole.UserRole


class HubPage(QWidget):
    def __init__(self, panel: DownloadPanel) -> None:
        super().__init__()
        self._panel = panel
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", role="quiet_text"), QLineEdit.ActionPosition.LeadingPosition)
        self.search_button = QPushButton()
        self.results = QListWidget()
        self.results.setFrameShape(QFrame.Shape.NoFrame)
        self.results.setFixedWidth(RESULTS_WIDTH)
        self.results.setUniformItemSizes(True)
        self.results.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self._about = QScrollArea()
        self._about.setWidgetResizable(True)
        self._about.setFrameShape(QFrame.Shape.NoFrame)
        self.downloads = DownloadRows(panel)
        self.access = HubAccessFields(panel)
        self._access_fold = Fold(tr("Token and address"), self.access)
        self._lay_out()
        self.search.returnPressed.connect(self._ask)
        self.search_button.clicked.connect(self._ask)
        self.results.currentItemChanged.connect(self._chosen)
        panel.found.connect(self._show_results)
        panel.repository_changed.connect(self.show_about)
        panel.busy_changed.connect(self._show_busy)
        self.write_texts()

    def write_texts(self) -> None:
        self.search.setPlaceholderText(tr("Words, or an owner and a name: artist/model"))
        self.search.setAccessibleName(tr("Search the Hub"))
        self.results.setAccessibleName(tr("Found on the Hub"))
        self._access_fold.set_text(tr("Token and address"))
        self._show_busy(busy=False)
        self.show_about()

    def ask_for(self, words: str) -> None:
        self.search.setText(words)
        self._ask()

    def open_access(self) -> None:
        """Where a token is asked for, the field for it is at hand."""
        self._access_fold.set_open(is_open=True)
        self.access.token.setFocus()

    def show_about(self) -> None:
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(4 * SPACE, 0, 2 * SPACE, 2 * SPACE)
        self._column.setSpacing(2 * SPACE)
        content.setMaximumWidth(READING_WIDTH)
        if self._panel.repository is not None:
            self._fill_repository()
        elif self._panel.results is None:
            self._fill_welcome()
        elif not self._panel.results:
            self._text(tr("Nothing was found for “{words}”.", words=self._panel.words), "title")
            self._text(tr("Try fewer words, or the name as it stands on the model's page."), "quiet")
        else:
            self._text(tr("Choose a model to see its files, its licence and what it needs."), "quiet")
        self._column.addStretch()
        self._about.setWidget(content)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(2 * SPACE)
        line.addWidget(self.search, 1)
        line.addWidget(self.search_button)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.results)
        middle.addWidget(self._about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * SPACE, 2 * SPACE, 4 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(line)
        column.addLayout(middle, 1)
        column.addWidget(self.downloads)
        column.addWidget(self._access_fold)

    def _fill_welcome(self) -> None:
        self.results.hide()
        self._text(tr("Larger models paint larger and richer pictures"), "title")
        self._text(
            tr(
                "The starter model is small, so that you can paint at once. A Stable Diffusion model knows far more: "
                "people, animals, styles, thousands of things. It is one download of 2 to 7 GB, and needs about as much "
                "memory as its size, best on a graphics card. After that it works without a connection."
            ),
            "quiet",
        )
        texts = (
            tr("A good beginning. 512 × 512, some 2 GB, 4 GB of memory."),
            tr("The same for filling selections: it sees what is around them."),
            tr("Larger and finer. 1024 × 1024, some 7 GB, 8 GB of memory and a graphics card."),
        )
        for repo, text in zip(SUGGESTED, texts, strict=True):
            row = QFrame()
            row.setProperty("surface", "panel")
            about = QLabel(text)
            about.setWordWrap(True)
            set_role(about, "quiet")
            look = QPushButton(tr("Look at it"))
            look.setAccessibleName(tr("Look at {name}", name=repo))
            look.setToolTip(repo)
            look.clicked.connect(partial(self._look_at, repo))
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(ElidedLabel(repo))
            words.addWidget(about)
            line = QHBoxLayout(row)
            line.setContentsMargins(3 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
            line.addLayout(words, 1)
            line.addWidget(look)
            self._column.addWidget(row)
        self._text(
            tr(
                "Models that you have already can stay where they are: add their folder under Folders. "
                "LoRAs change a model's style or teach it one thing; they are small, and made for one family."
            ),
            "quiet",
        )

    def _fill_repository(self) -> None:
        repository = self._panel.repository
        assert repository is not None  # noqa: S101 - asked for only then
        model = repository.model
        self._text(model.id, "title")
        self._text(_facts(model), "quiet")
        if model.gate:
            self._text(
                tr(
                    "Its makers ask for your consent: open its page, accept the terms, "
                    "and enter a token of your account below."
                ),
                "quiet",
            )
        page = QPushButton(tr("Open its page"))
        page.setAccessibleName(page.text())
        page.setToolTip(tr("In your browser: licence, pictures, how to use it"))
        page.clicked.connect(partial(self._open_page, model.id))
        set_dense(page)
        self._column.addWidget(page, 0, Qt.AlignmentFlag.AlignLeading)
        if not self._panel.offers:
            self._text(tr("It holds nothing that Pentimento can use: no .safetensors files."), "quiet")
        for offer in self._panel.offers:
            self._column.addWidget(self._offer(offer))

    def _offer(self, offer: Offer) -> QWidget:
        row = QFrame()
        row.setProperty("surface", "panel")
        name = tr("The whole model") if offer.kind == "folder" else offer.name
        size = size_text(offer.size)
        about = QLabel(
            tr("{size}, {count} files", size=size, count=len(offer.files)) if offer.kind == "folder" else size
        )
        set_role(about, "quiet")
        button = QPushButton(icon("arrow-down"), tr("Download"))
        button.setAccessibleName(tr("Download {name}", name=name))
        button.setToolTip(tr("Into your models folder"))
        button.clicked.connect(partial(self._download, offer))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(name))
        words.addWidget(about)
        line = QHBoxLayout(row)
        line.setContentsMargins(3 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        line.addLayout(words, 1)
        line.addWidget(button)
        return row

    def _show_results(self) -> None:
        self.results.blockSignals(True)
        self.results.clear()
        for model in self._panel.results or ():
            item = QListWidgetItem(model.id)
            item.setData(MODEL_ROLE, model)
            item.setToolTip(_facts(model))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{model.id}, {_facts(model)}")
            if model.gate:
                item.setIcon(icon("lock", role="quiet_text"))
            self.results.addItem(item)
        self.results.blockSignals(False)
        self.results.setVisible(bool(self._panel.results))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._panel.look_at(item.data(MODEL_ROLE).id)

    def _show_busy(self, busy: bool) -> None:  # noqa: FBT001 - Qt's signal passes it so
        self.search_button.setText(tr("Searching…") if busy else tr("Search"))
        self.search_button.setAccessibleName(tr("Search"))
        self.search_button.setToolTip(tr("Search the Hub"))

    def _ask(self) -> None:
        self._panel.search(self.search.text())

    def _look_at(self, repo: str, _checked: object = None) -> None:
        self._panel.look_at(repo)

    def _download(self, offer: Offer, _checked: object = None) -> None:
        self._panel.download(offer)

    def _open_page(self, repo: str, _checked: object = None) -> None:
        QDesktopServices.openUrl(QUrl(f"{self._panel.endpoint or HUB_PAGE.rstrip('/')}/{repo}"))

    def _text(self, text: str, role: str) -> None:
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        self._column.addWidget(label)


def _facts(model: HubModel) -> str:
    parts = [
        tr("licence: {name}", name=model.licence) if model.licence else tr("no licence is stated"),
        tr("{count} downloads", count=f"{model.downloads:,}"),
    ]
    if model.gate:
        parts.append(tr("asks for consent"))
    return "  ·  ".join(parts)
