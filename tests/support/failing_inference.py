"""The real engine's process with a fault: memory runs out at the second and at the third evaluation."""

import itertools

from shared.inference.__main__ import main

evaluations = itertools.count(1)


def run_out_of_memory() -> None:
    if next(evaluations) in {2, 3}:
        raise MemoryError


if __name__ == "__main__":
    main(run_out_of_memory)
