"""What is on its way from the Hub: how far each download is, and how to pause, go on or stop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.models.downloads import Download
from desktop.models.viewmodels.download_panel import DownloadPanel
from desktop.models.words import size_text
from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr, tr_error

_STEPS = 1000


class DownloadRows(QWidget):
    """A row stays while its download does, so that a button is not swapped under the pointer."""

    def __init__(self, panel: DownloadPanel) -> None:
        super().__init__()
        self._panel = panel
        self._rows: dict[str, DownloadRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        panel.downloads_changed.connect(self.refresh)
        self.refresh()

    @property
    def rows(self) -> list["DownloadRow"]:
        return list(self._rows.values())

    def refresh(self) -> None:
        downloads = {download.id: download for download in self._panel.downloads}
        for gone in self._rows.keys() - downloads.keys():
            row = self._rows.pop(gone)
            self._column.removeWidget(row)
            row.deleteLater()
        for download_id, download in downloads.items():
            if download_id not in self._rows:
                self._rows[download_id] = DownloadRow(self._panel, download_id)
                self._column.addWidget(self._rows[download_id])
            self._rows[download_id].show_download(download)
        self.setVisible(bool(downloads))


class DownloadRow(QWidget):
    def __init__(self, panel: DownloadPanel, download_id: str) -> None:
        super().__init__()
        self._name = ElidedLabel()
        self._state = QLabel()
        set_role(self._state, "quiet")
        self._state.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self.pause = icon_button("pause", tr("Pause"))
        self.resume = icon_button("play", tr("Go on"))
        self.cancel = icon_button("x", tr("Stop, and remove what was fetched"))
        self.pause.clicked.connect(lambda: panel.pause(download_id))
        self.resume.clicked.connect(lambda: panel.resume(download_id))
        self.cancel.clicked.connect(lambda: panel.cancel(download_id))
        texts = QVBoxLayout()
        texts.setSpacing(SPACE // 2)
        upper = QHBoxLayout()
        upper.setSpacing(3 * SPACE)
        upper.addWidget(self._name, 1)
        upper.addWidget(self._state, 2)
        texts.addLayout(upper)
        texts.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addLayout(texts, 1)
        for button in (self.pause, self.resume, self.cancel):
            set_dense(button)
            row.addWidget(button)

    def show_download(self, download: Download) -> None:
        self._name.setText(f"{download.model.id}  ·  {download.offer.name}")
        self._state.setWordWrap(download.state == "failed")
        self._state.setText(_state_text(download))
        self._state.setProperty("role", "danger" if download.state == "failed" else "quiet")
        self._state.style().polish(self._state)
        self._bar.setValue(round(_STEPS * download.received / max(1, download.size)))
        self._bar.setAccessibleName(tr("Downloaded"))
        self.pause.setVisible(download.state in {"waiting", "running", "checking", "offline"})
        self.resume.setVisible(download.state in {"paused", "failed"})
        tip = tr("Take it off this list") if download.is_over else tr("Stop, and remove what was fetched")
        self.cancel.setToolTip(tip)
        self.cancel.setAccessibleName(tip)
        self.setAccessibleName(f"{download.offer.name}, {self._state.text()}")


def _state_text(download: Download) -> str:
    if download.error is not None:
        return tr_error(download.error)
    far = tr("{done} of {size}", done=size_text(download.received), size=size_text(download.size))
    texts = {
        "waiting": tr("waiting"),
        "running": far,
        "checking": tr("comparing the checksum"),
        "offline": tr("waiting for the Hub, {far}", far=far),
        "paused": tr("paused, {far}", far=far),
        "failed": tr("failed"),
        "done": tr("here, {size}", size=size_text(download.size)),
    }
    return texts[download.state]
