"""Trains the strip_steel that ships: by episodes, on the frozen features of the bundled backbone. Can be stopped and gone on with.

Usage: python -m core_models.training.episodic --work FOLDER --out FOLDER [--steps N] [--seed S] [--pool N]
           [--backbone FOLDER] [--boards FOLDER --real-every N] [--start FOLDER] [--development FOLDER]

FOLDER of --work holds the features of the episodes and the resume point; --out becomes the model folder. Every episode is
generated (data/surfaces), but for every N-th of --boards, the training part of deeppcb_subset. With --development (a folder
with magnetic_tile and sd_saliency_900) the weights of several moments are measured on the even groups; the best are
written, with their figures on the odd groups, which chose nothing.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core_models.models.backbone import ResNet50V2
from core_models.models.segmentation.strip_steel import StripSteel, StripSteelParams
from core_models.training import confidence, resume
from core_models.training.development import Development
from core_models.training.episode_source import EpisodeFeatures, EpisodeSource, answer, batches, fast_bfloat16
from core_models.training.schedule import warmed_cosine
from core_models.training.targets import masked_loss
from core_models.weights import BUNDLED, checksum, load_folder, save_folder

RATE, DECAY, PER_STEP, QUERIES_EACH = 5e-4, 1e-2, 4, 2
HELD_OUT = 900_000  # episodes from this index on are never trained on
_SAVE_EVERY, _LOOK_EVERY = 100, 500
_WARM = 0.05  # share of the steps in which the rate rises


def load_backbone(folder: Path) -> tuple[nn.Module, str]:
    """The frozen network of a backbone folder, and the checksum its weights are known by."""
    state, card = load_folder(folder)
    network = ResNet50V2()
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last).requires_grad_(False), checksum(card)


def loss_of_step(net: StripSteel, episodes: list[EpisodeFeatures], rng: np.random.Generator) -> Tensor:
    total = torch.zeros(())
    for episode in episodes:
        count = int(rng.integers(1, episode.shots + 1))
        shots = [int(k) for k in rng.permutation(episode.shots)[:count]]
        queries = [int(k) for k in episode.shots + rng.permutation(len(episode.masks) - episode.shots)[:QUERIES_EACH]]
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            logits, shares = answer(net, episode, shots, queries)
        total = total + masked_loss(logits, shares, torch.ones_like(shares)) / len(episodes)
    return total


@torch.no_grad()
def held_out_iou(net: StripSteel, source: EpisodeSource, episodes: int) -> float:
    """Pooled IoU over the queries of generated episodes that were never trained on, with all of their shots."""
    net.eval()
    both = either = 0
    for k in range(episodes):
        episode = source.get(HELD_OUT + k)
        logits, shares = answer(net, episode, list(range(episode.shots)), list(range(episode.shots, len(episode.masks))))
        both += int(((logits > 0) & (shares > 0.5)).sum())
        either += int(((logits > 0) | (shares > 0.5)).sum())
    return both / max(either, 1)


class Training:
    """The network, its optimizer and where it stands; saved whole into the work folder."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.folder, self.steps, self.seed = arguments.work, arguments.steps, arguments.seed
        torch.manual_seed(self.seed)
        self.net = StripSteel(StripSteelParams()).to(memory_format=torch.channels_last)
        if arguments.start:
            self.net.load_state_dict(load_folder(arguments.start)[0])
        self.names = [name for name, _ in self.net.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.net.parameters(), RATE, weight_decay=DECAY)
        self.rng = np.random.Generator(np.random.PCG64(self.seed))
        self.step, self.recent, self.looks = 0, 1.0, []
        self._go_on()

    def _go_on(self) -> None:
        point = resume.load(self.folder / "state")
        if point is None:
            return
        tensors, values = point
        self.net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net.")})
        resume.restore_optimizer(self.optimizer, self.names, tensors)
        torch.set_rng_state(tensors["torch_rng"])
        self.rng = resume.restore_rng(values["rng"])
        self.step, self.recent, self.looks = values["step"], values["recent"], values["looks"]

    def save(self) -> None:
        tensors = {f"net.{k}": v for k, v in self.net.state_dict().items()} | {"torch_rng": torch.get_rng_state()}
        tensors |= resume.optimizer_tensors(self.optimizer, self.names)
        resume.save(self.folder / "state", tensors, {"step": self.step, "recent": self.recent, "looks": self.looks, "rng": resume.rng_state(self.rng)})

    def take_step(self, episodes: list[EpisodeFeatures]) -> None:
        share = self.step / self.steps
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(RATE, share, _WARM)
        self.net.train()
        loss = loss_of_step(self.net, episodes, self.rng)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.recent += 0.02 * (float(loss.detach()) - self.recent)


def train(arguments: argparse.Namespace) -> None:
    network, backbone = load_backbone(arguments.backbone)
    source = EpisodeSource(arguments.work / f"episodes-{backbone[:8]}-{arguments.real_every}", network, arguments.seed, arguments.boards, arguments.real_every)
    development = Development(arguments.development, network, arguments.work / f"development-{backbone[:8]}") if arguments.development else None
    training, started = Training(arguments), time.monotonic()
    for episodes in batches(source, training.steps, training.step, PER_STEP, arguments.pool, training.rng):
        training.take_step(episodes)
        last = training.step == training.steps
        if training.step % _SAVE_EVERY == 0 or last:
            training.save()
            print(f"step {training.step} loss {training.recent:.3f} {time.monotonic() - started:.0f} s", flush=True)
        if training.step % _LOOK_EVERY == 0 or last:
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
        training.net.confidence.copy_(torch.tensor(confidence.fit(development.regions(training.net, "even"), training.net.peak, training.net.spread)))
        figures |= {"even groups (they chose the step)": best["even"], "odd groups (they chose nothing)": development.measure(training.net, "odd")}
    save_folder(arguments.out, training.net.state_dict(), card(training, arguments, backbone, best["step"], figures))
    print(figures, flush=True)


def card(training: Training, arguments: argparse.Namespace, backbone: str, step: int, figures: dict) -> dict:
    real = f", every {arguments.real_every}th from the training part of deeppcb_subset (MIT)" if arguments.boards and arguments.real_every else ""
    return {
        "name": "strip_steel",
        "kind": "segment",
        "engine": "strip_steel",
        "params": {},
        "parameters": sum(p.numel() for p in training.net.parameters()),
        "backbone": backbone,
        "data": f"episodes of surfaces generated by this project (data/surfaces){real}; no public image is stored",
        "recipe": f"AdamW {RATE}, weight decay {DECAY}, cosine, {PER_STEP} episodes a step with 1 to 5 shots and {QUERIES_EACH} queries each, "
                  f"cross-entropy + Dice, pool of {arguments.pool} episodes; step {step} of {training.steps} chosen",
        "seed": training.seed,
        "figures": figures,
        "limits": "Trained on generated surfaces: on a real surface it proposes coarsely (cells of 8 px of the view) until it is fine-tuned on "
                  "the project's own labels. Pooled IoU at the level of 0.5, without the calibration that the program adds.",
        "licence": "Apache-2.0",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pool", type=int, default=3000, help="number of different episodes")
    parser.add_argument("--held-out", type=int, default=60, help="episodes to measure on")
    parser.add_argument("--backbone", type=Path, default=BUNDLED / "backbone")
    parser.add_argument("--boards", type=Path, help="the folder deeppcb_subset")
    parser.add_argument("--real-every", type=int, default=0)
    parser.add_argument("--start", type=Path, help="model folder to start from")
    parser.add_argument("--development", type=Path)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
