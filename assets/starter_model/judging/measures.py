"""What is measured of a model: pictures from words, things inpainted in place, the autoencoder, the time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL

from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.config import NATIVE_SIDE
from assets.starter_model.drawing import render
from assets.starter_model.judging.asking import Asked
from assets.starter_model.judging.attributes import PAIRS, middle
from assets.starter_model.judging.classifier import CELLS, Classifier, as_input
from assets.starter_model.judging.engine import Engine, Pixels
from assets.starter_model.scene import GROUNDS, HOURS, KINDS, STYLES

FIRST_SCENE = 42_000_000


@dataclass(frozen=True)
class Share:
    """How often something was as asked."""

    right: int = 0
    asked: int = 0

    def plus(self, *, right: bool) -> Share:
        """One more."""
        return Share(self.right + right, self.asked + 1)

    @property
    def percent(self) -> float:
        return 100 * self.right / self.asked if self.asked else float("nan")


@torch.no_grad()
def judge_pictures(
    engine: Engine, classifier: Classifier, questions: list[Asked], keep: list[Pixels]
) -> dict[str, Share]:
    """Shares of generated pictures that are as asked; the pictures go to `keep`."""
    shares: dict[str, Share] = defaultdict(Share)
    for number, asked in enumerate(questions):
        picture = engine.generate(asked.prompt, 1000 + number)
        keep.append(picture)
        answers = classifier(as_input([picture]))
        hour, ground, style = (int(answer.argmax()) for answer in answers.general)
        hour_right, ground_right = HOURS[hour] == asked.hour, GROUNDS[ground] == asked.ground
        shares["hour"] = shares["hour"].plus(right=hour_right)
        shares["ground"] = shares["ground"].plus(right=ground_right)
        shares["hour and ground"] = shares["hour and ground"].plus(right=hour_right and ground_right)
        shares["style"] = shares["style"].plus(right=STYLES[style] == asked.style)
        found = answers.pairs[0]
        of_kind = [index for index, (kind, _) in enumerate(PAIRS) if kind == asked.kind]
        shares["thing"] = shares["thing"].plus(right=bool((found[of_kind] > 0).any()))
        pair = PAIRS.index((asked.kind, asked.colour))
        shares["thing and colour"] = shares["thing and colour"].plus(right=bool(found[pair] > 0))
        count = int(answers.counts()[0, KINDS.index(asked.kind)])
        shares["count"] = shares["count"].plus(right=count == asked.count)
    return dict(shares)


@torch.no_grad()
def judge_inpainting(
    engine: Engine, classifier: Classifier, questions: list[Asked], keep: list[Pixels]
) -> dict[str, Share]:
    """The same for one thing that is asked for in a part of a drawn scene, which had none of its kind."""
    shares: dict[str, Share] = defaultdict(Share)
    for number, asked in enumerate(questions):
        wish = Wish(asked.hour, asked.ground, asked.style, asked.kind, asked.colour, 1)
        scene = make_scene(FIRST_SCENE + number, everything=True, wish=wish)
        wanted = scene.of_kind(asked.kind)[0]
        others = tuple(thing for thing in scene.things if thing.kind != asked.kind)
        side = engine.side
        picture = render(replace(scene, things=others), side, side)
        x, y = middle(asked.kind, wanted.x, wanted.y, wanted.size)
        mask = np.zeros(picture.shape[:2], np.uint8)
        half = 0.65 * wanted.size if asked.kind != "bridge" else 0.45
        tall = half if asked.kind != "bridge" else 0.2
        corners = np.clip(np.array([x - half, y - tall, x + half, y + tall]) * side, 0, side)
        left, top, right, bottom = corners.round().astype(int)
        mask[top:bottom, left:right] = 255
        single = replace(asked, count=1)
        result = engine.inpaint(picture, mask, single.thing, 2000 + number)
        keep += [
            cv2.rectangle(picture.copy(), (left, top), (right - 1, bottom - 1), (255, 0, 200), 2),
            result,
        ]
        places = classifier(as_input([result])).places[0]
        place = cv2.resize(mask, (CELLS, CELLS), interpolation=cv2.INTER_AREA) > 0
        inside = places[:, torch.from_numpy(place)].amax(1) > 0
        of_kind = [index for index, (kind, _) in enumerate(PAIRS) if kind == asked.kind]
        shares["thing in place"] = shares["thing in place"].plus(right=bool(inside[of_kind].any()))
        pair = PAIRS.index((asked.kind, asked.colour))
        shares["thing and colour in place"] = shares["thing and colour in place"].plus(
            right=bool(inside[pair])
        )
    return dict(shares)


@torch.inference_mode()
def autoencoder_noise(model: Path, scenes: int) -> dict[str, float]:
    """Peak signal to noise ratio in dB at the native side, of scenes that no training drew, by style."""
    network = AutoencoderKL.from_pretrained(model / "vae").float().eval()
    decibels = {}
    for style in STYLES:
        values = []
        for number in range(scenes):
            scene = make_scene(FIRST_SCENE + number, everything=True, wish=Wish(style=style))
            picture = render(scene, NATIVE_SIDE, NATIVE_SIDE)
            wanted = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
            made = network.decode(network.encode(wanted).latent_dist.mode()).sample
            missed = ((made.clamp(-1, 1) - wanted) * 127.5).square().mean()
            values.append(10 * float(torch.log10(255**2 / missed)))
        decibels[style] = sum(values) / len(values)
    return decibels
