"""The real engine's process with a fault: memory runs out at the second and at the third evaluation."""

import itertools

from shared.inference.__main__ import main
from shared.inference.stages import Stage

evaluations = itertools.count(1)


def run_out_of_memory(stage: Stage) -> None:
    if stage == "step" and next(evaluations) in {2, 3}:
        raise MemoryError


if __name__ == "__main__":
    main(run_out_of_memory)
