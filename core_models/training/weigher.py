"""Trains the network that weighs evidence (weighing.py) of the engines that have one. Can be stopped and gone on with.

Usage: python -m core_models.training.weigher --engine NAME --work FOLDER --out FOLDER [--episodes N] [--steps N] [--seed S]
           [--part K/N] [--backbone FOLDER] [--development FOLDER]

FOLDER of --work holds the evidence of the episodes and the resume point; --out becomes the model folder. Every episode is generated
(data/surfaces), and its shots are seen in the orientations that the engine sees a user's in. Evidence does not depend on what is trained,
so it is computed once for a state of the engine's code, by --part K/N in several processes beside each other; the training itself is a
matter of minutes. With --development (a folder with magnetic_tile and sd_saliency_900) the card says what the engine reaches there; the
weights are the last ones, chosen by nothing. A loss that is no number ends the training with the weights that were saved last.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core_models import sources
from core_models.contract.job import Compute, ModelRef
from core_models.inference.shot_views import turned
from core_models.models import registry
from core_models.models.losses import masked_loss
from core_models.models.segmentation.base import Features, FewShotSegmenter
from core_models.training import resume
from core_models.training.development import figures
from core_models.training.episode_source import MOST_SHOTS, SIDE, SIZES, fast_bfloat16, levels_of, shares
from core_models.training.episodic import load_backbone
from core_models.training.gradients import clipped
from core_models.training.schedule import warmed_cosine
from core_models.weights import BUNDLED, save_folder
from data.surfaces.episode import draw_episode

ENGINES = ("support_head", "in_context")
RATE, DECAY, WARM = 1e-3, 1e-2, 0.05
TOGETHER, QUERIES_EACH = 4, 2  # episodes of a step, and queries of each
HELD_OUT = 60  # the first episodes, which are never trained on
_QUERIES, _ONE_SHOT = 4, 0.4  # of an episode; share of the episodes of which only one shot is shown
_SAVE_EVERY = 500
_KEPT_BYTES = 8 * 2**30  # of evidence in memory


class Evidence:
    """What an engine is told of the queries of generated episodes, by index; the same index is always the same episode."""

    def __init__(self, folder: Path, net: FewShotSegmenter, network: nn.Module, seed: int) -> None:
        self.folder, self.net, self.network, self.seed = folder, net, network, seed
        self._kept: dict[int, tuple[Tensor, Tensor]] = {}
        self._bytes = 0
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, index: int) -> tuple[Tensor, Tensor]:
        """Evidence (q, c, 72, 72) and the share of each cell that is defect (q, 72, 72), half precision."""
        if index in self._kept:
            return self._kept[index]
        try:
            found = load_file(self.path(index))
        except (OSError, SafetensorError):
            found = self.compute(index)
        pair = found["evidence"], found["shares"]
        self._bytes += sum(t.nbytes for t in pair)
        if self._bytes < _KEPT_BYTES:
            self._kept[index] = pair
        return pair

    def path(self, index: int) -> Path:
        return self.folder / f"{index:06d}.safetensors"

    def compute(self, index: int) -> dict[str, Tensor]:
        """The same, drawn anew and written."""
        one = np.random.default_rng((11 * self.seed, index)).random() < _ONE_SHOT
        episode = draw_episode(self.seed * 10_000_019 + index, size=SIZES[index % len(SIZES)], max_shots=MOST_SHOTS, queries=_QUERIES)
        shots = 1 if one else len(episode.support_images)
        shown = [[turned(picture, turn) for picture in pictures[:shots] for turn in range(self.net.orientations)]
                 for pictures in (episode.support_images, episode.support_masks)]
        levels, views = levels_of(self.network, [*shown[0], *episode.query_images]), len(shown[0])
        masks = [shares(mask, SIDE // 4) for mask in (*shown[1], *episode.query_masks)]
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            support = self.net.encode_support([_one(levels, k) for k in range(views)], masks[:views], None, shots)
        evidence = self.net.evidence({s: level[views:].float() for s, level in levels.items()}, support)
        found = {"evidence": evidence.half().contiguous(), "shares": torch.stack(masks[views:]).half()}
        part = self.path(index).with_suffix(f".{os.getpid()}")
        save_file(found, part)
        part.replace(self.path(index))
        return found


def _one(levels: Features, k: int) -> Features:
    return {s: level[k : k + 1].float() for s, level in levels.items()}


class Training:
    """The network, its optimizer and where it stands; saved whole into a folder."""

    def __init__(self, net: FewShotSegmenter, folder: Path, steps: int, seed: int) -> None:
        torch.manual_seed(seed)  # what is dropped is drawn by it
        self.folder, self.steps = folder, steps
        self.weigh = net.weigh.to(memory_format=torch.channels_last)
        self.names = [name for name, _ in self.weigh.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.weigh.parameters(), RATE, weight_decay=DECAY)
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.step, self.recent, self.broken = 0, 1.0, False
        self.go_on()

    def go_on(self) -> None:
        """Takes up the last resume point, where there is one."""
        point = resume.load(self.folder)
        if point is None:
            return
        tensors, values = point
        resume.restore_learner(self.weigh, self.optimizer, self.names, tensors)
        self.rng = resume.restore_rng(values["rng"])
        self.step, self.recent = values["step"], values["recent"]

    def save(self) -> None:
        tensors = resume.learner_tensors(self.weigh, self.optimizer, self.names)
        resume.save(self.folder, tensors, {"step": self.step, "recent": self.recent, "rng": resume.rng_state(self.rng)})

    def take_step(self, evidence: Tensor, wanted: Tensor) -> None:
        """One step; a loss or gradient that is no number ends the training at the last resume point."""
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(RATE, self.step / self.steps, WARM)
        self.weigh.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            logits = self.weigh(evidence)
        loss = masked_loss(logits, wanted, torch.ones_like(wanted))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if not clipped(self.weigh, float(loss.detach())):
            print(f"step {self.step + 1}: the loss is no number; the training ends with the weights that were saved last", flush=True)
            self.go_on()
            self.broken = True
            return
        self.optimizer.step()
        self.step += 1
        self.recent += 0.01 * (float(loss.detach()) - self.recent)


def drawn(source: Evidence, episodes: int, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Evidence (n, c, 72, 72) and shares of steps without end, each episode turned and flipped in one of eight ways."""
    while True:
        parts = []
        for index in HELD_OUT + rng.choice(episodes - HELD_OUT, TOGETHER):
            evidence, wanted = source.get(int(index))
            chosen = rng.permutation(len(evidence))[:QUERIES_EACH]
            turns, flips = int(rng.integers(4)), rng.random() < 0.5
            pair = [torch.rot90(t[chosen].float(), turns, (-2, -1)) for t in (evidence, wanted)]
            parts.append([t.flip(-1) if flips else t for t in pair])
        yield torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


@torch.no_grad()
def held_out_iou(net: nn.Module, source: Evidence) -> float:
    """Pooled IoU over the queries of the episodes that are never trained on."""
    net.eval()
    both = either = 0
    for index in range(HELD_OUT):
        evidence, wanted = source.get(index)
        found, truth = net(evidence.float()) > 0, wanted > 0.5
        both += int((found & truth).sum())
        either += int((found | truth).sum())
    return both / max(either, 1)


def train(arguments: argparse.Namespace) -> None:
    network, backbone = load_backbone(arguments.backbone)
    torch.manual_seed(arguments.seed)
    net, code = registry.create(arguments.engine).eval(), sources.digest(sources.of_engine(arguments.engine))
    source = Evidence(arguments.work / f"evidence-{backbone[:8]}-{arguments.engine}-{code[:8]}-{arguments.seed}", net, network, arguments.seed)
    first, of = arguments.part
    for index in range(first - 1, arguments.episodes, of):
        if not source.path(index).exists():
            source.compute(index)
            if index // of % 50 == 0:
                print(f"evidence {index} of {arguments.episodes}", flush=True)
    if of > 1:
        return  # whoever is started without --part trains, once all is there
    training = Training(net, arguments.work / f"state-{arguments.engine}", arguments.steps, arguments.seed)
    if training.step == 0:
        training.save()  # something to fall back on from the first step
    steps, begun = drawn(source, arguments.episodes, training.rng), time.monotonic()
    while training.step < arguments.steps and not training.broken:
        training.take_step(*next(steps))
        if training.step % _SAVE_EVERY == 0 and not training.broken:
            training.save()
            print(f"step {training.step} loss {training.recent:.3f} {time.monotonic() - begun:.0f} s", flush=True)
    write(net.eval(), source, arguments, backbone)


def write(net: FewShotSegmenter, source: Evidence, arguments: argparse.Namespace, backbone: str) -> None:
    """The model folder, with what it reaches on its card."""
    seen: dict = {"generated episodes held out, pooled IoU": round(held_out_iou(net.weigh, source), 4)}
    if arguments.development:
        save_folder(arguments.out, net.state_dict(), card(net, arguments, backbone, seen))  # to be measured as users meet it
        model, compute = ModelRef(0, arguments.engine, str(arguments.out)), Compute("cpu", str(arguments.work / "features"), 40 * 2**30)
        seen |= {f"{half} groups, as users meet it": figures(model, compute, arguments.development, half) for half in ("even", "odd")}
    save_folder(arguments.out, net.state_dict(), card(net, arguments, backbone, seen))
    print(seen, flush=True)


def card(net: FewShotSegmenter, arguments: argparse.Namespace, backbone: str, seen: dict) -> dict:
    return {
        "name": arguments.engine,
        "kind": "segment",
        "engine": arguments.engine,
        "params": {},
        "parameters": sum(p.numel() for p in net.parameters()),
        "backbone": backbone,
        "data": "episodes of surfaces generated by this project (data/surfaces); no public image is stored",
        "recipe": f"AdamW {RATE}, weight decay {DECAY}, cosine, {arguments.steps} steps of {TOGETHER} episodes with 1 to {MOST_SHOTS} shots and {QUERIES_EACH} queries each, "
                  f"turned and flipped, cross-entropy + Dice, {arguments.episodes - HELD_OUT} episodes",
        "seed": arguments.seed,
        "figures": seen,
        "limits": "Trained on generated surfaces, by comparisons of features alone: it knows no class. Answers in cells of 4 px of the view.",
        "licence": "Apache-2.0",
    }


def _part(word: str) -> tuple[int, int]:
    first, _, of = word.partition("/")
    if not (first.isdigit() and of.isdigit() and 1 <= int(first) <= int(of)):
        raise argparse.ArgumentTypeError(f"{word} is no part, as 1/2 is")
    return int(first), int(of)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default=ENGINES[0], choices=ENGINES)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--episodes", type=int, default=3000)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part", type=_part, default=(1, 1), help="K/N: compute only the evidence of every N-th episode from the K-th on")
    parser.add_argument("--backbone", type=Path, default=BUNDLED / "backbone")
    parser.add_argument("--development", type=Path)
    train(parser.parse_args(words))


if __name__ == "__main__":
    main()
