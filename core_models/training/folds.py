"""Trains an episodic model on a fold's base classes, on raw features of a frozen backbone, as the papers of the field do.

An epoch has every training image as the query once, in a random order; queries that go together share a class and its shots,
1 to `most_shots` other images of that class, so that one model serves every K. SGD with momentum; the rate falls by
the polynomial rule, without warm-up. After each epoch all is saved, and the same call goes on from there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from core_models import turn
from core_models.inference.device import Device, is_out_of_memory, pick
from core_models.training import resume


@dataclass(frozen=True)
class Recipe:
    """`batch` queries a step, of which `together` share their shots. `rates`: pairs of rate and weight decay; of several, each
    is tried for `trial_epochs` on the first fold and the one that is best on held-out base classes is taken. `looks`: every
    so many epochs the model is measured. `augment`: draw a new scale, turn, shift, blur and flip each time, as the papers do,
    instead of one of eight fixed views; features are then computed each time, which wants a GPU. `dilate`: the backbone's stage 3
    at stride 8, for twice the room. `adapt`: the backbone's batch norms follow the training images, as EAMNet's authors have
    it; no features can be kept then. `minutes`: end at this wall time (0: never), with the rate's fall fitted to it."""

    epochs: int
    batch: int = 4
    together: int = 2
    rates: tuple[tuple[float, float], ...] = ((0.0025, 1e-4),)
    trial_epochs: int = 1
    momentum: float = 0.9
    power: float = 0.9
    most_shots: int = 5
    looks: int = 4
    minutes: float = 0.0
    dice: float = 0.0
    augment: bool = False
    dilate: bool = False
    adapt: bool = False

    def said(self) -> dict:
        """What differs from the defaults: the same for a recipe of before an option was there."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.default is MISSING or getattr(self, f.name) != f.default}


Part = tuple[Sequence[int], Sequence[int], Sequence[int]]  # queries, their shots, and the views of both


class Source(Protocol):
    """The training images, by number: `classes` says of which class each is."""

    classes: Sequence[str]
    views: int

    def levels(self, wanted: Sequence[tuple[int, int]]) -> list[dict[int, Tensor]]:
        """Raw levels {stride: (c, h, w)} of images, each with the number of one of its `views`; all of a part at once."""

    def mask(self, number: int, view: int) -> Tensor:
        """Its mask (H, W) in 0..1, below 0 where nothing is known and no loss is carried."""


@dataclass
class Outcome:
    """`stopped` says in a sentence why the training ended early; "" where it did not. `seconds` are of the wall clock, over all runs."""

    epochs: int
    seconds: float
    losses: list[float]
    stopped: str = ""


class FoldTraining:
    """The network, its optimizer and where it stands; `folder` holds the resume point. `adapting`: a backbone whose batch norms
    follow the images; their statistics belong to what is kept."""

    def __init__(self, net: nn.Module, source: Source, recipe: Recipe, rate: tuple[float, float], seed: int, folder: Path, device: Device,
                 adapting: nn.Module | None = None) -> None:
        self.net, self.source, self.recipe, self.seed, self.folder, self.device = net.to(device.torch), source, recipe, seed, folder, device
        self.adapting = adapting
        self.rate, decay = rate
        self.names = [name for name, _ in net.named_parameters()]
        self.optimizer = torch.optim.SGD(net.parameters(), self.rate, recipe.momentum, weight_decay=decay)
        self.outcome = Outcome(0, 0.0, [])
        self._go_on()

    def run(self, epochs: int, after: Callable[[int], None], said: Callable[[str], None]) -> Outcome:
        """Trains up to so many epochs; `after` is called with the number of every epoch that ended, once it is saved."""
        while self.outcome.epochs < epochs and not self.outcome.stopped and self._share(0) < 1:
            begun = time.monotonic()
            loss = self._epoch(said)
            if loss is None:
                self._go_on()  # the weights before the epoch
                self.outcome.stopped = f"The loss of epoch {self.outcome.epochs + 1} is no number: the training stopped, and the weights of epoch {self.outcome.epochs} are kept."
                said(self.outcome.stopped)
                self._save()
                break
            if self.adapting is not None:
                self.adapting.eval()
            self.outcome.seconds += time.monotonic() - begun
            self.outcome.epochs += 1
            self.outcome.losses.append(loss)
            self._save()
            said(f"epoch {self.outcome.epochs} of {self.recipe.epochs}: loss {loss:.4f}, {time.monotonic() - begun:.0f} s")
            after(self.outcome.epochs)
        self.net.eval()
        return self.outcome

    def _epoch(self, said: Callable[[str], None]) -> float | None:
        """The mean loss of an epoch, None as soon as one is no number. What it draws follows from seed and epoch alone."""
        number = self.outcome.epochs
        torch.manual_seed(self.seed * 1000 + number)
        rng = np.random.Generator(np.random.PCG64([self.seed, number]))
        steps, total = plan(self.source.classes, self.recipe, rng), 0.0
        self.net.train()
        if self.adapting is not None:
            self.adapting.train()
        begun = time.monotonic()
        for k, step in enumerate(steps):
            turn.pause()
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate * max(1 - self._share((k + 0.5) / len(steps), time.monotonic() - begun), 0.0) ** self.recipe.power
            value = self._gradients([(queries, shots, [int(v) for v in rng.integers(self.source.views, size=len(queries) + len(shots))]) for queries, shots in step], said)
            if not math.isfinite(value):
                return None
            self.optimizer.step()
            total += value
            if number == 0 and k == min(20, len(steps) - 1):
                said(f"{len(steps)} steps an epoch, {(time.monotonic() - begun) / (k + 1):.2f} s a step: about {(time.monotonic() - begun) / (k + 1) * len(steps) / 60:.0f} min an epoch")
        if not all(bool(torch.isfinite(p).all()) for p in self.net.parameters()):
            return None
        return total / max(len(steps), 1)

    def _gradients(self, parts: list[Part], said: Callable[[str], None]) -> float:
        """The mean loss of a step, whose gradients are then there. Where a GPU's memory is not enough, queries go one by one, and
        if that does not help, the CPU does the rest of the work."""
        weight = 1 / sum(len(queries) for queries, _, _ in parts)
        while True:
            try:
                self.optimizer.zero_grad(set_to_none=True)
                return sum(self._backward(part, weight * len(part[0])) for part in parts)
            except (torch.OutOfMemoryError, RuntimeError) as fault:
                if not is_out_of_memory(fault) or self.device.kind == "cpu":
                    raise
            if any(len(queries) > 1 for queries, _, _ in parts):
                parts = [((q,), shots, [views[k], *views[len(queries):]]) for queries, shots, views in parts for k, q in enumerate(queries)]
                continue
            said("The GPU's memory was not enough: the CPU does the rest of the work.")
            self.device = pick("cpu")
            self.net.to("cpu")
            for state in self.optimizer.state.values():
                state["momentum_buffer"] = state["momentum_buffer"].cpu()

    def _backward(self, part: Part, weight: float) -> float:
        queries, shots, views = part
        there = self.device.torch
        levels = self.source.levels(list(zip((*queries, *shots), views, strict=True)))
        masks = [self.source.mask(n, v).to(there) for n, v in zip((*queries, *shots), views, strict=True)]
        asked = {s: torch.stack([one[s] for one in levels[: len(queries)]]).to(there).float() for s in levels[0]}
        support = [{s: level[None].to(there).float() for s, level in one.items()} for one in levels[len(queries):]]
        with self.device.learning():
            shown, wanted = [m.clamp_min(0) for m in masks[len(queries):]], torch.stack(masks[: len(queries)])
            loss = self.net.episode_loss(support, shown, asked, wanted.clamp_min(0), (wanted >= 0).float(), self.recipe.dice)
        (loss * weight).backward()
        return float(loss.detach()) * weight

    def _share(self, of_epoch: float, seconds: float = 0.0) -> float:
        """How much of the training is over, 0..1, in epochs or in time."""
        done = (self.outcome.epochs + of_epoch) / self.recipe.epochs
        return max(done, (self.outcome.seconds + seconds) / (60 * self.recipe.minutes)) if self.recipe.minutes else done

    def _save(self) -> None:
        tensors = {f"net.{k}": v for k, v in self.net.state_dict().items()}
        if self.adapting is not None:
            tensors |= {f"adapting.{k}": v for k, v in self.adapting.named_buffers()}
        tensors |= resume.optimizer_tensors(self.optimizer, self.names)
        resume.save(self.folder, tensors, {"step": self.outcome.epochs, "outcome": asdict(self.outcome)})

    def _go_on(self) -> None:
        point = resume.load(self.folder)
        if point is None:
            if self.outcome.epochs == 0 and not self.optimizer.state:
                self._save()  # the weights before the first epoch, should it fail
            return
        tensors, values = point
        self.net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net.")})
        for name, buffer in self.adapting.named_buffers() if self.adapting is not None else ():
            buffer.copy_(tensors[f"adapting.{name}"])
        self.optimizer.state.clear()
        resume.restore_optimizer(self.optimizer, self.names, tensors)
        self.outcome = Outcome(**values["outcome"])


def plan(classes: Sequence[str], recipe: Recipe, rng: np.random.Generator) -> list[list[tuple[list[int], list[int]]]]:
    """The steps of one epoch: each a list of (queries, shots), image numbers of one class each, no image in both.

    Every image is a query once, but for the last ones of a class or an epoch that fill no group, which are dropped.
    """
    of_class: dict[str, list[int]] = {}
    for number, name in enumerate(classes):
        of_class.setdefault(name, []).append(number)
    groups = []
    for members in of_class.values():
        order = [members[k] for k in rng.permutation(len(members))]
        for start in range(0, len(order) - recipe.together + 1, recipe.together):
            queries = order[start : start + recipe.together]
            others = [n for n in members if n not in queries]
            if others:
                count = min(int(rng.integers(1, recipe.most_shots + 1)), len(others))
                groups.append((queries, [others[k] for k in rng.choice(len(others), count, replace=False)]))
    mixed = [groups[k] for k in rng.permutation(len(groups))]
    per_step = max(1, recipe.batch // recipe.together)
    return [mixed[k : k + per_step] for k in range(0, len(mixed) - per_step + 1, per_step)]
