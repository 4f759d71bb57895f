"""Trains a backbone's laterals on by generated episodes, compares them with the ones it began with, and writes the better ones.

Usage: python -m core_models.training.laterals --work FOLDER --out FOLDER --development FOLDER [--start FOLDER] [--steps N] [--seed S]

The stages stay frozen. Every level must tell defect from ground by itself: a query's cell is what its nearest neighbours
among the support's cells are (a soft nearest neighbour, as in O. Vinyals et al., "Matching Networks", NeurIPS 2016), since
that is how engines use it. FOLDER of --work keeps the resume point; stopped, the same command goes on. Both sets of laterals
are then measured with support_head on the development folder: the even groups choose, the odd ones are reported. The trained
ones are taken where they gain a point or more: other laterals make every stored feature and every model on them useless.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_models.contract.card import read_card
from core_models.contract.job import Compute, ModelRef
from core_models.inference.view import normalised, planes, resized
from core_models.models.backbone import STRIDES, Backbone
from core_models.models.segmentation.base import at_cells
from core_models.training import resume
from core_models.training.development import figures
from core_models.training.episode_source import SIDE, SIZES, fast_bfloat16
from core_models.training.episodic import load_backbone
from core_models.training.schedule import warmed_cosine
from core_models.weights import BUNDLED, save_folder
from data.surfaces.episode import draw_episode

RATE, PER_STEP, MOST_SHOTS, QUERIES = 5e-4, 2, 3, 2
_WARMTH = 0.07  # of the soft neighbours' cosines
_CELLS = 1024  # of the support's defect, and of its ground, that are looked at
_SAVE_EVERY = 50
_WARM = 0.05  # share of the steps in which the rate rises
_LEAST_GAIN = 0.01  # of the mean IoU on the even groups
LIMITS = ("No stage 4. Laterals fitted to generated grey surfaces: colour counts for little. Levels of stride 4 and more: defects of one "
          "or two pixels of the view are seen by the shallow channels that the program adds, if at all.")


def episode_loss(network: Backbone, seed: int) -> Tensor:
    """Cross-entropy of each level's answer on the queries of one episode, defect and ground weighing the same."""
    episode = draw_episode(seed, size=SIZES[seed % len(SIZES)], max_shots=MOST_SHOTS, queries=QUERIES)
    pictures = [*episode.support_images, *episode.query_images]
    masks = [torch.from_numpy(m.astype(np.float32)) for m in (*episode.support_masks, *episode.query_masks)]
    views = torch.from_numpy(np.stack([planes(resized(normalised(p), SIDE, SIDE)) for p in pictures])).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        with torch.no_grad():
            raw = network.stages(views)
        levels = {s: network.laterals[str(s)](raw[s].detach()) for s in STRIDES}
    shots = len(episode.support_images)
    return sum(level_loss(levels[s].float(), [at_cells(m, (SIDE // s, SIDE // s)) for m in masks], shots) for s in STRIDES)


def level_loss(level: Tensor, shares: list[Tensor], shots: int) -> Tensor:
    """Of one level (n, c, h, w), whose first `shots` pictures are the support, with each cell's share of defect (h, w)."""
    cells = F.normalize(level, dim=1).flatten(2).transpose(1, 2)
    share = torch.stack(shares).flatten(1)
    known, asked = cells[:shots].reshape(-1, cells.shape[-1]), cells[shots:].reshape(-1, cells.shape[-1])
    given, wanted = share[:shots].reshape(-1), share[shots:].reshape(-1)
    inside = known[given >= min(0.5, float(given.max()))]
    outside = known[given < 0.02]
    if not len(inside) or not len(outside):
        return level.sum() * 0
    logits = _neighbours(asked, inside) - _neighbours(asked, outside)
    loss = F.binary_cross_entropy_with_logits(logits, (wanted > 0.5).float(), reduction="none")
    sure = [loss[wanted > 0.5], loss[wanted < 0.02]]
    return sum(part.mean() for part in sure if len(part))


def _neighbours(asked: Tensor, known: Tensor) -> Tensor:
    """How near each cell is to its neighbours: the logarithm of the mean of exp(cosine / warmth)."""
    known = known[torch.linspace(0, len(known) - 1, min(_CELLS, len(known))).round().long()]
    return torch.logsumexp(asked @ known.T / _WARMTH, 1) - math.log(len(known))


class Training:
    """The laterals, their optimizer and where they stand."""

    def __init__(self, network: Backbone, arguments: argparse.Namespace) -> None:
        self.network, self.folder, self.steps, self.seed = network, arguments.work / "state", arguments.steps, arguments.seed
        self.laterals: nn.ModuleDict = network.laterals.requires_grad_(True)
        self.names = [name for name, _ in self.laterals.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.laterals.parameters(), RATE, weight_decay=0.0)
        self.step, self.recent = 0, 2.0
        point = resume.load(self.folder)
        if point is not None:
            self.laterals.load_state_dict({name: point[0][f"net.{name}"] for name in self.names})
            resume.restore_optimizer(self.optimizer, self.names, point[0])
            self.step, self.recent = point[1]["step"], point[1]["recent"]

    def run(self) -> None:
        started = time.monotonic()
        while self.step < self.steps:
            self.advance()
            if self.step % _SAVE_EVERY == 0 or self.step == self.steps:
                print(f"step {self.step} loss {self.recent:.3f} {time.monotonic() - started:.0f} s", flush=True)

    def advance(self) -> None:
        """One step; now and then, and at the end, the resume point is renewed."""
        share = self.step / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(RATE, share, _WARM)
        first = self.seed * 10_000_019 + self.step * PER_STEP
        loss = sum(episode_loss(self.network, first + k) for k in range(PER_STEP)) / PER_STEP
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        self.recent += 0.02 * (float(loss.detach()) - self.recent)
        if self.step % _SAVE_EVERY == 0 or self.step == self.steps:
            self._save()

    def _save(self) -> None:
        tensors = {f"net.{name}": value for name, value in self.laterals.state_dict().items()}
        resume.save(self.folder, tensors | resume.optimizer_tensors(self.optimizer, self.names), {"step": self.step, "recent": self.recent})


def measured(folder: Path, arguments: argparse.Namespace, half: str) -> dict:
    """support_head's figures on the backbone of a folder."""
    found = figures(ModelRef(0, "support_head", str(folder)), Compute("auto", str(arguments.work / "features"), 40 * 2**30), arguments.development, half)
    print(folder, half, found, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--development", type=Path, required=True, help="folder with magnetic_tile and sd_saliency_900")
    parser.add_argument("--start", type=Path, default=BUNDLED / "backbone")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    network, _ = load_backbone(arguments.start)
    training = Training(network, arguments)
    training.run()
    card = {k: v for k, v in read_card(arguments.start).items() if k not in ("files", "figures")}
    trained = {**card, "laterals": f"{card['laterals']}; then trained on {training.steps * PER_STEP} generated episodes (AdamW {RATE}, seed {arguments.seed})"}
    save_folder(arguments.work / "trained", network.state_dict(), trained)
    sides = {"principal axes": arguments.start, "trained on": arguments.work / "trained"}
    even = {name: measured(folder, arguments, "even") for name, folder in sides.items()}
    odd = {name: measured(folder, arguments, "odd") for name, folder in sides.items()}
    chosen = "trained on" if even["trained on"]["mean_iou"] - even["principal axes"]["mean_iou"] >= _LEAST_GAIN else "principal axes"
    report = {"chosen laterals": chosen, "trained on": f"{training.steps * PER_STEP} generated episodes (AdamW {RATE}, seed {arguments.seed})",
              "support_head, even groups (they chose)": even, "support_head, odd groups (they chose nothing)": odd}
    weights, _ = load_backbone(sides[chosen])
    save_folder(arguments.out, weights.state_dict(), {**(trained if chosen == "trained on" else card), "figures": report, "limits": LIMITS})


if __name__ == "__main__":
    main()
