"""Trains an episodic engine that ships, on the frozen features of the bundled backbone. Can be stopped and gone on with.

Usage: python -m core_models.training.episodic --engine NAME --work FOLDER --out FOLDER [--steps N | --minutes M] [--seed S]
           [--episodes N] [--pool N] [--looks N] [--backbone FOLDER] [--boards FOLDER --real-every N] [--start FOLDER]
           [--development FOLDER [--draws N] [--queries N]]

FOLDER of --work holds the features of the episodes and the resume point; --out becomes the model folder. Every episode is
generated (data/surfaces), but for every N-th of --boards, the training part of deeppcb_subset. With --development (a folder
with magnetic_tile and sd_saliency_900) the weights of several moments are measured on the even groups; the best are
written, with their figures on the odd groups, which chose nothing. A loss that is no number ends the training with the
weights that were good last.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core_models.models import registry
from core_models.models.backbone import ResNet50V2
from core_models.models.segmentation.base import TrainedSegmenter
from core_models.training import resume
from core_models.training.development import DRAWS, QUERIES, Development
from core_models.training.episode_source import SIDE, EpisodeFeatures, EpisodeSource, batches, fast_bfloat16, loss_of
from core_models.training.gradients import clipped
from core_models.training.schedule import warmed_cosine
from core_models.weights import BUNDLED, checksum, load_folder, save_folder

RATE, DECAY, QUERIES_EACH = 5e-4, 1e-2, 2
HELD_OUT = 900_000  # episodes from this index on are never trained on
_SAVE_EVERY = 50
_WARM = 0.05  # share of the way in which the rate rises
_VALUES = ("step", "spent_s", "recent", "looks")  # of a training, that a resume point holds


def load_backbone(folder: Path) -> tuple[nn.Module, str]:
    """The frozen network of a backbone folder, and the checksum its weights are known by."""
    state, card = load_folder(folder)
    network = ResNet50V2()
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last).requires_grad_(False), checksum(card)


def loss_of_step(net: TrainedSegmenter, episodes: list[EpisodeFeatures], rng: np.random.Generator) -> Tensor:
    total = torch.zeros(())
    for episode in episodes:
        count = int(rng.integers(1, episode.shots + 1))
        shots = [int(k) for k in rng.permutation(episode.shots)[:count]]
        queries = [int(k) for k in rng.permutation(episode.queries)[:QUERIES_EACH]]
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            total = total + loss_of(net, episode, shots, queries, net.CROP, rng) / len(episodes)
    return total


@torch.no_grad()
def held_out_iou(net: TrainedSegmenter, source: EpisodeSource, episodes: int) -> float:
    """Pooled IoU over the queries of generated episodes that were never trained on, with all of their shots."""
    net.eval()
    both = either = 0
    for k in range(episodes):
        episode, cpu = source.get(HELD_OUT + k), torch.device("cpu")
        query, shares = episode.query(episode.queries, cpu)
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            logits = net.segment(query, net.encode_support(*episode.support(list(range(episode.shots)), cpu)))
        both += int(((logits > 0) & (shares > 0.5)).sum())
        either += int(((logits > 0) | (shares > 0.5)).sum())
    return both / max(either, 1)


class Training:
    """The network, its optimizer and where it stands; saved whole into the work folder."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.folder, self.steps, self.minutes, self.seed = arguments.work, arguments.steps, arguments.minutes, arguments.seed
        self.looks_wanted = arguments.looks
        torch.manual_seed(self.seed)
        self.net = registry.create(arguments.engine).to(memory_format=torch.channels_last)
        if arguments.start:
            self.net.load_state_dict(load_folder(arguments.start)[0])
        self.names = [name for name, _ in self.net.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.net.parameters(), RATE, weight_decay=DECAY)
        self.rng = np.random.Generator(np.random.PCG64(self.seed))
        self.step, self.spent_s, self.recent, self.looks, self.broken = 0, 0.0, 1.0, [], False
        self.go_on()

    def go_on(self) -> None:
        """Takes up the last resume point, where there is one."""
        point = resume.load(self.folder / "state")
        if point is None:
            return
        tensors, values = point
        resume.restore_learner(self.net, self.optimizer, self.names, tensors)
        self.rng = resume.restore_rng(values["rng"])
        for name in _VALUES:
            setattr(self, name, values[name])

    def save(self) -> None:
        tensors = resume.learner_tensors(self.net, self.optimizer, self.names)
        resume.save(self.folder / "state", tensors, {**{name: getattr(self, name) for name in _VALUES}, "rng": resume.rng_state(self.rng)})

    def share_done(self) -> float:
        """How much of the way lies behind, 0..1, by steps or by the minutes spent on them."""
        return 1.0 if self.broken else min(1.0, self.spent_s / (60 * self.minutes) if self.minutes else self.step / self.steps)

    def due(self) -> bool:
        """Whether it is time to look at the weights."""
        return int(self.share_done() * self.looks_wanted) > len(self.looks) or self.share_done() >= 1

    def take_step(self, episodes: list[EpisodeFeatures]) -> None:
        """One step; a loss or gradient that is no number ends the training at the last resume point."""
        started = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(RATE, self.share_done(), _WARM)
        self.net.train()
        loss = loss_of_step(self.net, episodes, self.rng)
        loss.backward()
        if not clipped(self.net, float(loss.detach())):
            print(f"step {self.step + 1}: the loss is no number; the training ends with the weights that were saved last", flush=True)
            self.go_on()
            self.broken = True
            return
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.recent += 0.02 * (float(loss.detach()) - self.recent)
        self.spent_s += time.monotonic() - started


def train(arguments: argparse.Namespace) -> None:
    network, backbone = load_backbone(arguments.backbone)
    source = EpisodeSource(arguments.work / f"episodes-{backbone[:8]}-{arguments.real_every}", network, arguments.seed, arguments.boards, arguments.real_every)
    development = None
    if arguments.development:
        development = Development(arguments.development, network, arguments.work / f"development-{backbone[:8]}", arguments.draws, arguments.queries)
    training, drawn = Training(arguments), None
    if training.step == 0:
        training.save()  # something to fall back on from the first step
    while training.share_done() < 1:
        drawn = drawn or batches(source, training.step, arguments.episodes, arguments.pool, training.rng)
        training.take_step(next(drawn))
        if training.step % _SAVE_EVERY == 0 and not training.broken:
            training.save()
            print(f"step {training.step} loss {training.recent:.3f} {training.spent_s:.0f} s", flush=True)
        if training.due():
            look(training, source, development, arguments)
    write(training, source, development, arguments, backbone)


def look(training: Training, source: EpisodeSource, development: Development | None, arguments: argparse.Namespace) -> None:
    """Measures the weights of this moment, and keeps them beside the resume point."""
    seen = {"step": training.step, "held_out_iou": round(held_out_iou(training.net, source, arguments.held_out), 4)}
    if development:
        seen["even"] = development.measure(training.net, "even")
    training.looks.append(seen)
    save_folder(training.folder / f"step-{training.step}", training.net.state_dict(), {"look": seen})
    training.save()
    print(seen, flush=True)


def write(training: Training, source: EpisodeSource, development: Development | None, arguments: argparse.Namespace, backbone: str) -> None:
    """Writes the best weights by the even groups (by held-out episodes without development data) as the model folder."""
    def value(seen: dict) -> float:
        return seen["even"]["mean_iou"] if "even" in seen else seen["held_out_iou"]

    best = max(training.looks, key=value)
    training.net.load_state_dict(load_folder(training.folder / f"step-{best['step']}")[0])
    training.net.eval()
    figures = {"generated episodes held out, pooled IoU": best["held_out_iou"]}
    if development:
        drawn = f"{arguments.draws} draws of {arguments.queries} queries a class"
        figures |= {f"even groups (they chose the step), {drawn}": best["even"],
                    f"odd groups (they chose nothing), {drawn}": development.measure(training.net, "odd")}
    save_folder(arguments.out, training.net.state_dict(), card(training, arguments, backbone, best["step"], figures))
    print(figures, flush=True)


def card(training: Training, arguments: argparse.Namespace, backbone: str, step: int, figures: dict) -> dict:
    real = f", every {arguments.real_every}th from the training part of deeppcb_subset (MIT)" if arguments.boards and arguments.real_every else ""
    return {
        "name": arguments.engine,
        "kind": "segment",
        "engine": arguments.engine,
        "params": {},
        "parameters": sum(p.numel() for p in training.net.parameters()),
        "backbone": backbone,
        "data": f"episodes of surfaces generated by this project (data/surfaces){real}; no public image is stored",
        "recipe": f"AdamW {RATE}, weight decay {DECAY}, cosine, {arguments.episodes} episodes a step with 1 to 5 shots and {QUERIES_EACH} queries each"
                  f"{f' ({training.net.CROP} px of them)' if training.net.CROP < SIDE else ''}, the engine's own loss + Dice, pool of {arguments.pool} "
                  f"episodes; step {step} of {training.step} chosen",
        "seed": training.seed,
        "figures": figures,
        "limits": f"Trained on generated surfaces: on a real surface it proposes coarsely (cells of {min(training.net.STRIDES)} px of the view) until it is "
                  "fine-tuned on the project's own labels. No stage 4 in its backbone. Pooled IoU at the level of 0.5, without the calibration "
                  "that the program adds.",
        "licence": "Apache-2.0",
    }


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="strip_steel", choices=[e["name"] for e in registry.describe() if e["trained"] and not hasattr(registry.engine(e["name"]).build, "evidence")])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=0.0, help="train for so long instead; looks and what is read from the disk apart")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--episodes", type=int, default=4, help="of a step")
    parser.add_argument("--pool", type=int, default=3000, help="number of different episodes")
    parser.add_argument("--held-out", type=int, default=60, help="episodes to measure on")
    parser.add_argument("--looks", type=int, default=12, help="how often the weights are measured on the way")
    parser.add_argument("--backbone", type=Path, default=BUNDLED / "backbone")
    parser.add_argument("--boards", type=Path, help="the folder deeppcb_subset")
    parser.add_argument("--real-every", type=int, default=0)
    parser.add_argument("--start", type=Path, help="model folder to start from")
    parser.add_argument("--development", type=Path)
    parser.add_argument("--draws", type=int, default=DRAWS, help="of each class of the development data")
    parser.add_argument("--queries", type=int, default=QUERIES, help="of each draw")
    train(parser.parse_args(words))


if __name__ == "__main__":
    main()
