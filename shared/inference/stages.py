"""The stages of a job, at each of which memory may run out."""

from collections.abc import Callable
from typing import Literal

Stage = Literal["load", "text", "encode", "control", "step", "decode", "upscale", "preview"]
BeforeStage = Callable[[Stage], None]
"""Called before each stage, and *step* before each evaluation of a UNet: it may raise, to stop the job."""
