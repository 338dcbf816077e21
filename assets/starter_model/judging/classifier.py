"""A small network that tells what is in a picture. It is trained on drawn scenes, apart from the model that it
judges, and on all combinations, those that the model never sees too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assets.starter_model import checkpoint
from assets.starter_model.composing import make_scene
from assets.starter_model.drawing import render
from assets.starter_model.judging.attributes import (
    PAIRS,
    count_targets,
    general_targets,
    pair_targets,
    place_targets,
)
from assets.starter_model.scene import GROUNDS, HOURS, KINDS, STYLES

SIDE = 96
CELLS = 12
GENERAL = (len(HOURS), len(GROUNDS), len(STYLES))
FIRST_SCENE, FIRST_UNSEEN = 40_000_000, 41_000_000
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Answers:
    """What the network finds in pictures: chances of hours, grounds and styles, of pairs being there (above 0
    they are) and where (n, pairs, 12, 12).
    """

    general: tuple[Tensor, Tensor, Tensor]
    pairs: Tensor
    places: Tensor

    def counts(self) -> Tensor:
        """How many of each kind (n, kinds): places where it is found more surely than in all next to them."""
        kinds = [[index for index, pair in enumerate(PAIRS) if pair[0] == kind] for kind in KINDS]
        found = torch.stack([self.places[:, of_kind].amax(1) for of_kind in kinds], 1)
        peaks = functional.max_pool2d(found, 3, 1, 1) == found
        return (peaks & (found > 0)).sum((2, 3))


class Classifier(nn.Module):
    """Pictures (n, 3, 96, 96) in -1..1; kinds and colours are found place by place, the best place counts."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 24, 48, 96)
        layers: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [nn.Conv2d(before, after, 5, 2, 2), nn.BatchNorm2d(after), nn.ReLU()]
        for _ in range(2):
            layers += [nn.Conv2d(96, 96, 3, 1, 1), nn.BatchNorm2d(96), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.places = nn.Conv2d(96, len(PAIRS), 1)
        # Rows keep their order: sky is above, ground below.
        self.general = nn.Linear(96 * 4, sum(GENERAL))
        if self.places.bias is not None:
            nn.init.constant_(self.places.bias, -4.0)  # almost every place is empty

    def forward(self, pictures: Tensor) -> Answers:
        seen = self.body(pictures)
        places = self.places(seen)
        rows = functional.adaptive_avg_pool2d(seen, (4, 1)).flatten(1)
        general = self.general(rows).split(GENERAL, 1)
        return Answers(tuple(general), places.amax((2, 3)), places)


def as_input(pictures: list[Picture]) -> Tensor:
    """Pictures of any size as one tensor."""
    tensors = [torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1.0 for picture in pictures]
    size = (SIDE, SIDE)
    return torch.cat([functional.interpolate(one, size, mode="bilinear", antialias=True) for one in tensors])


@dataclass(frozen=True)
class Lesson:
    """Drawn scenes with what is true of them."""

    pictures: Tensor
    general: Tensor
    pairs: Tensor
    places: Tensor
    counts: Tensor


def draw_lesson(first: int, count: int, side: int = 128) -> Lesson:
    """`count` scenes from `first` on, of all combinations."""
    scenes = [make_scene(seed, everything=True) for seed in range(first, first + count)]
    return Lesson(
        torch.cat([(as_input([render(scene, side, side)]) * 127).to(torch.int8) for scene in scenes]),
        torch.from_numpy(np.stack([general_targets(scene) for scene in scenes])),
        torch.from_numpy(np.stack([pair_targets(scene) for scene in scenes])),
        torch.from_numpy(np.stack([place_targets(scene, CELLS) for scene in scenes])),
        torch.from_numpy(np.stack([count_targets(scene) for scene in scenes])),
    )


def train(lesson: Lesson, epochs: int, seed: int = 3) -> Classifier:
    """A classifier that has seen the lesson some times: mirrored, blurred, noisy and in other brightness too,
    as generated pictures are.
    """
    torch.manual_seed(seed)
    network, batch = Classifier(), 48
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    steps = epochs * (len(lesson.pictures) // batch)
    course = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    weight = torch.tensor(6.0)
    for _ in range(epochs):
        for chosen in torch.randperm(len(lesson.pictures)).split(batch)[: len(lesson.pictures) // batch]:
            pictures, places = lesson.pictures[chosen].float() / 127, lesson.places[chosen]
            if torch.rand(()) < 0.5:
                pictures, places = pictures.flip(3), places.flip(3)
            answers = network(_worn(pictures))
            loss = sum(
                functional.cross_entropy(answer, lesson.general[chosen, number])
                for number, answer in enumerate(answers.general)
            )
            loss = loss + 6.0 * functional.binary_cross_entropy_with_logits(
                answers.pairs, lesson.pairs[chosen], pos_weight=weight
            )
            # A thing may be found beside its middle, but nowhere far from it.
            near = functional.max_pool2d(places, 5, 1, 2)
            elsewhere = functional.softplus(answers.places) * (1 - near)
            loss = loss + 8.0 * elsewhere.mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            course.step()
    return network.eval()


def _worn(pictures: Tensor) -> Tensor:
    shrunk = int(torch.randint(SIDE // 2, SIDE + 1, ()))
    if shrunk < SIDE:
        small = functional.interpolate(pictures, (shrunk, shrunk), mode="bilinear", antialias=True)
        pictures = functional.interpolate(small, (SIDE, SIDE), mode="bilinear")
    count = len(pictures)
    brightness = 1 + 0.06 * torch.randn(count, 3, 1, 1)
    noisy = pictures * brightness + 0.05 * torch.randn(count, 1, 1, 1) + 0.03 * torch.randn_like(pictures)
    return noisy.clamp(-1, 1)


@torch.no_grad()
def accuracy(network: Classifier, lesson: Lesson) -> dict[str, float]:
    """Shares of a lesson's pictures, 0 to 1, in which the network is right."""
    parts = [network(pictures.float() / 127) for pictures in lesson.pictures.split(128)]
    shares = {}
    for number, name in enumerate(("hour", "ground", "style")):
        best = torch.cat([part.general[number] for part in parts]).argmax(1)
        shares[name] = float((best == lesson.general[:, number]).float().mean())
    found = torch.cat([part.pairs for part in parts]) > 0
    there = lesson.pairs > 0
    shares["things and colours found"] = float(found[there].float().mean())
    shares["things and colours not there, yet found"] = float(found[~there].float().mean())
    counts = torch.cat([part.counts() for part in parts])
    few = (lesson.counts > 0) & (lesson.counts <= 3)
    shares["count"] = float((counts == lesson.counts)[few].float().mean())
    return shares


def trained_classifier(path: Path, scenes: int, epochs: int) -> Classifier:
    """The one that is stored, or a new one."""
    state = checkpoint.load(path)
    network = Classifier()
    if state is not None:
        network.load_state_dict(state)
        return network.eval()
    network = train(draw_lesson(FIRST_SCENE, scenes), epochs)
    checkpoint.save(network.state_dict(), path)
    return network
