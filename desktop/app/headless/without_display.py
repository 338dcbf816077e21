"""What `pentimento` does where no window can open: the main job, with the starter model, into the library."""

import asyncio
from pathlib import Path

import numpy as np

from desktop.app.container import Container
from desktop.app.headless.generate import GenerateOptions, generate
from desktop.app.headless.inpaint import InpaintOptions, inpaint
from desktop.app.headless.terminal import ProgressLine, say
from shared.imaging.pictures import encode_png, read_picture

_PROMPT = "a red house in a snowy field at night"
_NEW_PROMPT = "a snowy field with a lake at night"


async def paint_without_window(container: Container, progress: ProgressLine) -> None:
    """A picture, then its lower right quarter painted anew. Says where both lie."""
    picture = await generate(container, GenerateOptions(prompt=_PROMPT, seed=7), progress)
    progress.clear()
    say(f"A picture of “{_PROMPT}”: {picture}")
    mask = container.folders.blobs / await asyncio.to_thread(_quarter_mask, container, picture)
    options = InpaintOptions(picture=picture, mask=mask, prompt=_NEW_PROMPT, seed=3)
    repainted = await inpaint(container, options, progress)
    progress.clear()
    say(f"The same, partly repainted as “{_NEW_PROMPT}”: {repainted}")
    say("Paint more of them with: pentimento generate PROMPT -o FILE (see: pentimento --help)")


def _quarter_mask(container: Container, picture: Path) -> str:
    height, width = read_picture(picture).shape[:2]
    mask = np.zeros((height, width), np.uint8)
    mask[height // 2 :, width // 2 :] = 255
    return container.blobs.put(encode_png(mask))
