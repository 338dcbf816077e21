"""From news of the cloud to the events of an engine: each step once and in order, whatever was skipped on the way."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from desktop.generation.cloud.api import JobNews
from shared.contracts.events import GenerationEvent, Loading, Progress
from shared.contracts.generation import GenerationRequest, Placement

PREVIEW_SIDE = 96
_TOLD_WITHOUT_PREVIEW = 5


@dataclass
class StepTeller:
    """The cloud tells some steps of a second; `finish` tells those that it had no time for."""

    request: GenerationRequest
    step: int = 0
    steps: int = 0
    preview: bytes = b""
    place: tuple[int, int, int, int] = (0, 0, 0, 0)
    _waiting_for: Loading | None = None

    def tell(self, news: JobNews) -> Iterator[GenerationEvent]:
        if news.preview:
            self.preview = news.preview
            self.place = news.place or self.place
        if news.status in {"pending", "queued"}:
            self.step = 0  # another worker begins it anew
            yield from self.wait_for(Loading(stage="queued"))
        elif news.stage == "loading" and not news.step:
            yield from self.wait_for(Loading(stage="model"))
        elif news.stage == "generating" and (self.preview or news.step >= _TOLD_WITHOUT_PREVIEW):
            # The first few wait for a preview, which mostly comes with them.
            yield from self._steps_up_to(news.step, news.steps)

    def wait_for(self, loading: Loading) -> Iterator[Loading]:
        """Once, until something else is told."""
        if loading != self._waiting_for:
            self._waiting_for = loading
            yield loading

    def finish(self, preview: bytes, size: tuple[int, int]) -> Iterator[Progress]:
        """With the finished picture, small, where no preview was seen."""
        if not self.preview:
            self.preview, self.place = preview, (0, 0, *size)
        steps = self.steps or self.request.steps * self.request.count
        yield from self._steps_up_to(steps, steps)

    def _steps_up_to(self, step: int, steps: int) -> Iterator[Progress]:
        self._waiting_for = None
        self.steps = max(steps, 1)
        each = max(1, self.steps // self.request.count)
        x, y, width, height = self.place
        for number in range(self.step + 1, min(step, self.steps) + 1):
            yield Progress(
                step=number,
                steps=self.steps,
                picture=min((number - 1) // each, self.request.count - 1),
                preview=self.preview,
                preview_placement=Placement(x=x, y=y),
                preview_width=width,
                preview_height=height,
            )
        self.step = max(self.step, min(step, self.steps))


def small_preview(png: bytes) -> bytes:
    """Blocks: call it in a thread."""
    # Pillow would slow the app's start.
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()
