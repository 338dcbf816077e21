"""The filters and the order, each a list to choose from; whatever is set is seen at a glance."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QSizePolicy, QWidget

from desktop.library.picture import LABELS, MOST_STARS, Label
from desktop.library.query import Query
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr

Choice = tuple[str, Any]
_LEAST_LETTERS = 4
_COLUMNS = 5
SIDES = (512, 1024, 2048, 4096)


def label_name(label: Label) -> str:
    names: dict[Label, str] = {
        "red": tr("Red"),
        "orange": tr("Orange"),
        "yellow": tr("Yellow"),
        "green": tr("Green"),
        "blue": tr("Blue"),
        "purple": tr("Purple"),
    }
    return names.get(label, tr("No label"))


class FilterBar(QWidget):
    changed = Signal(object)
    """Fields of a Query and their values."""
    cleared = Signal()
    save_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._boxes: dict[str, QComboBox] = {}
        self._clear = QPushButton(tr("Clear filters"))
        self._clear.setAccessibleName(self._clear.text())
        self._clear.setToolTip(tr("Show all pictures"))
        self._clear.clicked.connect(self.cleared)
        self._save = icon_button("save", tr("Save this search…"))
        self._save.clicked.connect(self.save_asked)
        grid = QGridLayout(self)
        grid.setContentsMargins(2 * SPACE, 0, 3 * SPACE, 2 * SPACE)
        grid.setSpacing(SPACE)
        for place, (name, title, choices) in enumerate(_fixed_choices()):
            grid.addWidget(self._box(name, title, choices), place // _COLUMNS, place % _COLUMNS)
            grid.setColumnStretch(place % _COLUMNS, 1)
        for line, widget in enumerate((self._save, self._clear)):
            set_dense(widget)
            grid.addWidget(widget, line, _COLUMNS)

    def box(self, name: str) -> QComboBox:
        return self._boxes[name]

    def show_models_and_tags(
        self, models: Sequence[tuple[str, int]], tags: Sequence[tuple[str, int]]
    ) -> None:
        for name, every, found in (("model", tr("Any model"), models), ("tag", tr("Any tag"), tags)):
            chosen = self._boxes[name].currentData()
            choices = [(every, ""), *((f"{each} ({count})", each) for each, count in found)]
            self._fill(self._boxes[name], choices, chosen)

    def show_query(self, query: Query) -> None:
        values = {**query.model_dump(), "first_day": query.first_day}
        for name, box in self._boxes.items():
            with QSignalBlocker(box):
                place = box.findData(values[name])
                if place < 0:  # a model or tag that is gone, or a day of a saved search
                    box.addItem(str(values[name]), values[name])
                    place = box.count() - 1
                box.setCurrentIndex(place)
        filtered = query.is_filtered and query != Query(board=query.board, place=query.place, sort=query.sort)
        self._clear.setVisible(filtered)
        self._save.setEnabled(filtered)

    def _box(self, name: str, title: str, choices: Sequence[Choice]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(title)
        box.setToolTip(title)
        box.setMinimumContentsLength(_LEAST_LETTERS)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_dense(box)
        self._fill(box, choices, choices[0][1])
        box.currentIndexChanged.connect(lambda: self.changed.emit({name: box.currentData()}))
        self._boxes[name] = box
        return box

    def _fill(self, box: QComboBox, choices: Sequence[Choice], chosen: Any) -> None:
        with QSignalBlocker(box):
            box.clear()
            for text, value in choices:
                box.addItem(text, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))


def _fixed_choices() -> list[tuple[str, str, list[Choice]]]:
    now = QDate.currentDate()
    today = date(now.year(), now.month(), now.day())
    stars = [(tr("{count} stars or more", count=count), count) for count in range(1, MOST_STARS + 1)]
    return [
        (
            "sort",
            tr("Order"),
            [
                (tr("Newest first"), "newest"),
                (tr("Oldest first"), "oldest"),
                (tr("Best first"), "best"),
                (tr("Largest first"), "largest"),
                (tr("By prompt"), "name"),
                (tr("My order on the board"), "arranged"),
            ],
        ),
        ("least_rating", tr("Rating"), [(tr("Any rating"), 0), *stars]),
        ("label", tr("Label"), [(tr("Any label"), ""), *((label_name(label), label) for label in LABELS)]),
        (
            "kind",
            tr("Kind"),
            [
                (tr("Any kind"), ""),
                (tr("From words"), "text_to_image"),
                (tr("From a picture"), "image_to_image"),
                (tr("Inpainted"), "inpaint"),
                (tr("Variations"), "variations"),
                (tr("Extended"), "outpaint"),
                (tr("Enlarged"), "upscale"),
                (tr("Enhanced"), "enhance"),
                (tr("Background removed"), "remove_background"),
                (tr("Imported"), "imported"),
            ],
        ),
        ("model", tr("Model"), [(tr("Any model"), "")]),
        ("tag", tr("Tag"), [(tr("Any tag"), "")]),
        (
            "shape",
            tr("Shape"),
            [
                (tr("Any shape"), ""),
                (tr("Landscape"), "landscape"),
                (tr("Portrait"), "portrait"),
                (tr("Square"), "square"),
            ],
        ),
        (
            "least_side",
            tr("Size"),
            [(tr("Any size"), 0), *((tr("{side} pixels or more", side=side), side) for side in SIDES)],
        ),
        (
            "first_day",
            tr("Date"),
            [
                (tr("Any time"), None),
                (tr("Today"), today),
                (tr("Last 7 days"), today - timedelta(days=6)),
                (tr("Last 30 days"), today - timedelta(days=29)),
                (tr("This year"), today.replace(month=1, day=1)),
            ],
        ),
    ]
