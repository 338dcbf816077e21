"""Measures a model: `python -m assets.starter_model.evaluate`; prints a table and writes it into the card.

The classifier is trained on the first run and kept in the work folder.
"""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from PIL import Image

from assets.starter_model.config import EVALUATION, FOLDER, MODEL, NATIVE_SIDE, THREADS, WORK
from assets.starter_model.judging.asking import draw_questions, held_out_combinations
from assets.starter_model.judging.card import Row, share_row, table, write_section
from assets.starter_model.judging.classifier import (
    FIRST_UNSEEN,
    Classifier,
    accuracy,
    draw_lesson,
    trained_classifier,
)
from assets.starter_model.judging.engine import Engine, Pixels
from assets.starter_model.judging.measures import (
    autoencoder_noise,
    judge_inpainting,
    judge_pictures,
)

STEPS = 20


def classifier_rows(classifier: Classifier) -> list[Row]:
    """How far the judge itself can be trusted."""
    shares = accuracy(classifier, draw_lesson(FIRST_UNSEEN, EVALUATION.unseen_scenes))
    return [
        Row(f"the judge on drawn scenes: {name}", f"{100 * share:.1f} %") for name, share in shares.items()
    ]


def model_rows(
    model: Path, classifier: Classifier, options: argparse.Namespace, keep: list[Pixels]
) -> list[Row]:
    """The model's figures."""
    questions = draw_questions(options.pictures, first_world=options.first_world)
    drawn = draw_questions(options.inpainted, first_world=options.first_world, seed=6)
    with closing(Engine(model, guidance=options.guidance, steps=STEPS, side=NATIVE_SIDE)) as engine:
        made = judge_pictures(engine, classifier, questions, keep)
        inpainted = judge_inpainting(engine, classifier, drawn, keep)
    noise = autoencoder_noise(model, EVALUATION.autoencoder_scenes)
    worst = min(noise.values())
    by_style = ", ".join(f"{style} {value:.1f}" for style, value in noise.items())
    seconds = float(np.median(engine.seconds[1:]))
    return [
        share_row("hour and ground as asked", made["hour and ground"], 95),
        share_row("of these the hour", made["hour"]),
        share_row("of these the ground", made["ground"]),
        share_row("thing as asked", made["thing"]),
        share_row("thing with its colour as asked", made["thing and colour"], 85),
        share_row("count as asked", made["count"]),
        share_row("style as asked", made["style"]),
        share_row("inpainted thing in place", inpainted["thing in place"]),
        share_row("inpainted thing in place with its colour", inpainted["thing and colour in place"], 85),
        Row("autoencoder, dB by style", by_style, "30 dB", worst >= 30),
        Row(f"{STEPS} steps at 256x256, median", f"{seconds:.1f} s", "4 s", seconds < 4),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--pictures", type=int, default=EVALUATION.pictures)
    parser.add_argument("--inpainted", type=int, default=EVALUATION.inpainted)
    parser.add_argument("--guidance", type=float, default=EVALUATION.guidance)
    parser.add_argument("--first-world", action="store_true", help="ask only for what the first model knew")
    parser.add_argument("--sheet", type=Path, help="a PNG of every picture that was judged")
    parser.add_argument("--keep-card", action="store_true", help="print only")
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    classifier = trained_classifier(
        options.work / "classifier.pt", EVALUATION.classifier_scenes, EVALUATION.classifier_epochs
    )
    keep: list[Pixels] = []
    rows = model_rows(options.model, classifier, options, keep) + classifier_rows(classifier)
    combinations = len(held_out_combinations(first_world=options.first_world))
    text = (
        f"{options.pictures} generated and {options.inpainted} inpainted pictures of {combinations} combinations "
        f"kept out of training, guidance {options.guidance:g}.\n\n{table(rows)}"
    )
    print(text)
    if options.sheet:
        missing = -len(keep) % 10
        tiles = keep + [np.zeros_like(keep[0])] * missing
        lines = [np.concatenate(tiles[first : first + 10], 1) for first in range(0, len(tiles), 10)]
        Image.fromarray(np.concatenate(lines, 0)).save(options.sheet)
    if not options.keep_card:
        write_section(FOLDER / "README.md", text)


if __name__ == "__main__":
    main()
