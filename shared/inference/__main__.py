"""`python -m shared.inference`: the engine's process. Speaks over its standard input and output alone."""

import os
import sys
from typing import BinaryIO

from shared.engine.protocol import Start
from shared.imaging.blob_folder import BlobFolder
from shared.inference.service_loop import Runner, serve
from shared.inference.stages import BeforeStage


def main(before_stage: BeforeStage = lambda _stage: None) -> None:
    """`before_stage`: see `JobRunner`."""
    incoming, outgoing = private_pipes()

    def make_runner(start: Start) -> Runner:
        # Only now, since the imports take seconds and the pipe is already watched.
        import diffusers
        import torch
        import transformers

        from shared.inference.job_runner import JobRunner
        from shared.inference.loading import ModelKeeper
        from shared.inference.memory import plan_device

        diffusers.utils.logging.disable_progress_bar()
        transformers.utils.logging.disable_progress_bar()
        device = plan_device()
        # Beside a GPU the CPU has only small sums to do, and waking threads for each takes longer than the sum.
        torch.set_num_threads(start.threads if device.device.type == "cpu" else 1)
        return JobRunner(
            blobs=BlobFolder(start.blob_folder),
            device=device,
            models=ModelKeeper(device),
            before_stage=before_stage,
        )

    serve(incoming, outgoing, make_runner)


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Duplicates of standard input and output. What libraries print goes to standard error instead."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return incoming, outgoing


if __name__ == "__main__":
    main()
