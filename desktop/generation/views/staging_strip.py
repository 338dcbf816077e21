"""The results side by side under the canvas: look at each, take one, drop the rest."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from desktop.generation.jobs import Candidate
from desktop.generation.staging import Staging
from desktop.generation.views.compare_slider import CompareSlider
from desktop.generation.views.rows import bare_scroll_area, name_control
from desktop.widgets.icons import icon
from desktop.widgets.parts import icon_button
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import FOCUS_RING, SPACE, theme_of
from desktop.widgets.translations import tr

THUMBNAIL_SIDE = 18 * SPACE


class StagingStrip(QWidget):
    """Hidden while nothing is staged. Arrow keys walk, Enter takes, Delete drops."""

    candidate_shown = Signal(Path, object, QSize)
    """The picture's file, its Placement on the document, and its size in pixels of the document."""
    candidate_hidden = Signal()

    def __init__(self, parent: QWidget | None = None, *, staging: Staging, tasks: TaskOwner) -> None:
        super().__init__(parent)
        self._staging = staging
        self._tasks = tasks
        self._thumbnails: dict[Candidate, QToolButton] = {}
        self.setObjectName("staging_strip")
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._group = QButtonGroup(self)
        self.previous = icon_button("chevron-left", tr("Previous result"), shortcut="←")
        self.next = icon_button("chevron-right", tr("Next result"), shortcut="→")
        self.take = QPushButton(icon("check"), "", self)
        self.again = QPushButton(icon("repeat"), "", self)
        self.drop = QPushButton(icon("x"), "", self)
        self.drop_all = icon_button("trash-2", tr("Drop all results"))
        self.compare = CompareSlider(self, staging=staging)
        self._lay_out()
        self.previous.clicked.connect(lambda: staging.step(-1))
        self.next.clicked.connect(lambda: staging.step(1))
        self.take.clicked.connect(self._take)
        self.again.clicked.connect(lambda: tasks.start(staging.again()))
        self.drop.clicked.connect(self._drop)
        self.drop_all.clicked.connect(lambda: tasks.start(staging.drop_all()))
        staging.candidates_changed.connect(self._show_candidates)
        staging.current_changed.connect(self._show_current)
        self._write_texts()
        self._show_candidates()
        self._show_current(staging.current)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {
            Qt.Key.Key_Left: lambda: self._staging.step(-1),
            Qt.Key.Key_Right: lambda: self._staging.step(1),
            Qt.Key.Key_Return: self._take,
            Qt.Key.Key_Enter: self._take,
            Qt.Key.Key_Delete: self._drop,
        }
        run = keys.get(Qt.Key(event.key()))
        if run is None:
            super().keyPressEvent(event)
        else:
            run()

    def _take(self) -> None:
        self._tasks.start(self._staging.take())

    def _drop(self) -> None:
        self._tasks.start(self._staging.drop())

    def _lay_out(self) -> None:
        content = QWidget()
        self._row = QHBoxLayout(content)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE)
        self._row.addStretch(1)
        self._scroll = bare_scroll_area(self)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._scroll.setWidget(content)
        content.setAutoFillBackground(False)
        self._scroll.setFixedHeight(THUMBNAIL_SIDE + 4 * SPACE)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        layout.setSpacing(SPACE)
        layout.addWidget(self.previous)
        layout.addWidget(self._scroll, 1)
        for part in (self.next, self.compare, self.take, self.again, self.drop, self.drop_all):
            layout.addWidget(part)

    def _write_texts(self) -> None:
        self.setAccessibleName(tr("Results"))
        self.take.setText(tr("Take"))
        name_control(
            self.take, tr("Take"), tr("Put this result onto the canvas as a layer"), shortcut="Enter"
        )
        self.again.setText(tr("Try again"))
        name_control(self.again, tr("Try again"), tr("The same once more, with another seed"))
        self.drop.setText(tr("Drop"))
        name_control(self.drop, tr("Drop"), tr("Not this one; it stays in the gallery"), shortcut="Del")
        name_control(self.previous, tr("Previous result"), tr("Previous result"), shortcut="←")
        name_control(self.next, tr("Next result"), tr("Next result"), shortcut="→")
        name_control(self.drop_all, tr("Drop all results"), tr("Drop all results; they stay in the gallery"))
        self._name_thumbnails()

    def _show_candidates(self) -> None:
        candidates = self._staging.candidates
        for candidate in [known for known in self._thumbnails if known not in candidates]:
            button = self._thumbnails.pop(candidate)
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.deleteLater()
        for candidate in candidates:
            if candidate not in self._thumbnails:
                self._thumbnails[candidate] = self._new_thumbnail(candidate)
        self._name_thumbnails()
        self.setVisible(bool(candidates))

    def _new_thumbnail(self, candidate: Candidate) -> QToolButton:
        button = _Thumbnail(self)
        button.setCheckable(True)
        button.setFixedSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        button.setIconSize(QSize(THUMBNAIL_SIDE - 2 * SPACE, THUMBNAIL_SIDE - 2 * SPACE))
        # The strip walks with the arrow keys, so that Tab passes it in one step.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._staging.show(candidate))
        self._group.addButton(button)
        self._row.insertWidget(self._row.count() - 1, button)
        self._tasks.start(self._load(candidate, self._staging.file_of(candidate)))
        return button

    async def _load(self, candidate: Candidate, file: Path) -> None:
        side = round((THUMBNAIL_SIDE - 2 * SPACE) * self.devicePixelRatioF())
        image = await asyncio.to_thread(_read_small, file, side)
        button = self._thumbnails.get(candidate)
        if button is not None and not image.isNull():
            image.setDevicePixelRatio(self.devicePixelRatioF())
            button.setIcon(QIcon(QPixmap.fromImage(image)))

    def _name_thumbnails(self) -> None:
        for number, button in enumerate(self._thumbnails.values(), start=1):
            name = tr("Result {number} of {count}", number=number, count=len(self._thumbnails))
            name_control(button, name, name)

    def _show_current(self, candidate: Candidate | None) -> None:
        if candidate is None:
            self.candidate_hidden.emit()
            return
        button = self._thumbnails[candidate]
        button.setChecked(True)
        self._scroll.ensureWidgetVisible(button)
        place = self._staging.candidates.index(candidate)
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place < len(self._staging.candidates) - 1)
        size = QSize(candidate.width, candidate.height)
        self.candidate_shown.emit(self._staging.file_of(candidate), candidate.placement, size)


class _Thumbnail(QToolButton):
    """A ring around the one that is shown: a change of background would hardly be seen beside a picture."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            painter = QPainter(self)
            painter.setPen(QPen(theme_of(self).colour("ring"), FOCUS_RING))
            inset = FOCUS_RING // 2
            painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))
            painter.end()


def _read_small(file: Path, side: int) -> QImage:
    image = QImage(str(file))
    if image.isNull():
        return image
    return image.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
