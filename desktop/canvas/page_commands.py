"""Commands on the document as a whole: its selection, its guides, its size."""

from dataclasses import replace

from desktop.canvas import selection as selections
from desktop.canvas.document_state import DocumentState
from desktop.canvas.history import DocumentSnapshot, Guides
from desktop.canvas.selection import Selection, SelectionMode


class PageCommands(DocumentState):
    # Selection

    def select(self, new: Selection | None, mode: SelectionMode = SelectionMode.REPLACE) -> None:
        self.set_selection(selections.combine(self._selection, new, mode), "Select")

    def select_all(self) -> None:
        self.set_selection(selections.everything(self.width, self.height), "Select all")

    def deselect(self) -> None:
        self.set_selection(None, "Deselect")

    def invert_selection(self) -> None:
        """Of no selection, this selects everything."""
        if self._selection is None:
            self.set_selection(selections.everything(self.width, self.height), "Invert selection")
        else:
            self.set_selection(self._selection.inverted(), "Invert selection")

    def set_selection(self, new: Selection | None, label: str) -> None:
        if new is not self._selection:
            with self._edit(label):
                self._selection = new

    # Guides

    def set_guides(self, guides: Guides, label: str = "Move guides") -> None:
        if guides != self._guides:
            with self._edit(label):
                self._guides = guides

    # Everything

    def become(self, target: DocumentSnapshot, label: str) -> None:
        """Take over a state that was made from this one elsewhere (another size, layers turned), as one step."""
        with self._edit(label):
            self._restore(target)

    # Size

    def set_page(self, width: int, height: int, *, dx: int, dy: int, label: str = "Canvas size") -> None:
        """Another size of the document; all that is on it moves by (dx, dy), and nothing is cut off the layers.

        Locked layers move too, as they keep their place in the picture.
        """
        with self._edit(label):
            self.width, self.height = width, height
            self._origin = (self._origin[0] + dx, self._origin[1] + dy)
            for layer in self._layers:
                layer.change(x=layer.properties.x + dx, y=layer.properties.y + dy)
            if self._selection is not None:
                self._selection = selections.moved(self._selection, dx, dy, width, height)
            self._guides = replace(
                self._guides,
                vertical=tuple(x + dx for x in self._guides.vertical),
                horizontal=tuple(y + dy for y in self._guides.horizontal),
            )
