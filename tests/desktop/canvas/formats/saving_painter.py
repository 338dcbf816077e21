"""Run by the kill test as a process of its own: saves one document and the other over one file, for ever."""

import itertools
import sys
from pathlib import Path

from desktop.canvas.document import Document
from desktop.canvas.formats.ora import save_ora
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import blank, noise_tiles


def document_of(number: int) -> Document:
    document = blank(width=300, height=200)
    for seed in range(3):
        document.add_layer(f"layer {number}", tiles=noise_tiles(10 * number + seed, 300, 200))
    return document


def run(file: Path) -> None:
    documents = [document_of(number) for number in range(2)]
    blobs = BlobFolder(file.parent / "blobs")
    for number in itertools.count():
        save_ora(documents[number % 2].snapshot(), file, blobs=blobs, progress=lambda _part: None)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
