"""Layers as files for other programs, written on a thread while the hand is still on its way."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from threading import Thread

from desktop.canvas.copying import copied_picture
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import roots_of, with_descendants

LONGEST_NAME = 80


class DraggedFiles:
    """One PNG for each layer or group, as it is seen alone; marked with how it was made."""

    def __init__(self, *, snapshot: DocumentSnapshot, layer_ids: Collection[str], folder: Path) -> None:
        """`folder` is there, and is the caller's to clear away."""
        self._files: list[Path] = []
        self._thread: Thread | None = None
        self._arguments = snapshot, frozenset(layer_ids), folder

    def prepare(self) -> None:
        """The hand leaves the list: somebody may want them soon."""
        if self._thread is None:
            self._thread = Thread(target=self._write, args=self._arguments, name="dragged layers")
            self._thread.start()

    def files(self) -> list[Path]:
        """Waits until they are written; without those that hold nothing, and none where the disk is full."""
        self.prepare()
        if self._thread is not None:
            self._thread.join()
        return self._files

    def _write(self, snapshot: DocumentSnapshot, layer_ids: frozenset[str], folder: Path) -> None:
        try:
            for layer in roots_of(snapshot.layers, layer_ids):
                alone = with_descendants(snapshot.layers, {layer.id})
                alone[-1] = replace(
                    alone[-1],
                    properties=replace(alone[-1].properties, visible=True, clipped=False, parent=None),
                )
                copied = copied_picture(replace(snapshot, layers=tuple(alone), selection=None))
                if copied is not None:
                    file = _free(folder, layer.properties.name)
                    file.write_bytes(copied.png)
                    self._files.append(file)
        except OSError:
            # A drop that brings nothing is all that a program on the other side can be told.
            self._files.clear()


def _free(folder: Path, name: str) -> Path:
    """A name that every system takes and that is not there yet."""
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name).strip(" .")[:LONGEST_NAME] or "layer"
    file, number = folder / f"{stem}.png", 2
    while file.exists():
        file, number = folder / f"{stem} {number}.png", number + 1
    return file
