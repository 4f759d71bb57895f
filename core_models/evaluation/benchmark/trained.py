"""Engines that are trained on each fold's base classes, on raw features, and answer as their papers have them: by arg max."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core_models.contract.opencv import cv2
from core_models.evaluation.benchmark import figures
from core_models.evaluation.benchmark.episodes import Drawing, Episode, draw
from core_models.evaluation.benchmark.figures import Answered
from core_models.evaluation.benchmark.items import BenchmarkError, Item, Pool
from core_models.evaluation.benchmark.protocol import BEST_ON_TEST, CHOSEN, LAST, Entry
from core_models.evaluation.benchmark.raw_cache import MEAN, VIEWS, RawCache, read_view, squeezed
from core_models.inference.shot_views import turned
from core_models.inference.view import resized
from core_models.models import registry
from core_models.models.backbone import RAW_CHANNELS
from core_models.training.folds import FoldTraining, Outcome, Recipe
from core_models.weights import load_folder, save_folder

_HELD_OUT_DRAWS = 2
_SCALED_BY = 32  # base images
_OF_BACKBONE = "backbone."  # before the names of what adapted there


class Images:
    """Training images of a fold by number, with their masks squeezed to the view's size."""

    views = VIEWS

    def __init__(self, pool: Pool, names: Sequence[str], cache: RawCache) -> None:
        self.items = [item for name in names for item in pool.classes[name] if item.share() > 0]
        self.classes = [name for name in names for item in pool.classes[name] if item.share() > 0]
        self.cache = cache

    def levels(self, wanted: Sequence[tuple[int, int]]) -> list[dict[int, Tensor]]:
        if self.cache.keeps:
            return [self.cache.get(self.items[number], view) for number, view in wanted]
        return self.cache.levels_of([self.view(number, view) for number, view in wanted])

    def view(self, number: int, view: int) -> np.ndarray:
        """What the backbone sees (side, side[, 3]), values in 0..1."""
        return squeezed(read_view(self.items[number], view), self.cache.side)

    def mask(self, number: int, view: int) -> Tensor:
        return torch.from_numpy(turned(_squeezed(self.items[number], self.cache.side), view))


class Augmented(Images):
    """The same in as many views as there are seeds, as PFENet and those after it draw them: scale 0.9 to 1.1, turned by up to 10
    degrees, shifted within what that leaves, a blur and a flip for each second one. Beyond the image there is the mean
    colour, of which nothing is known."""

    views = 2**31

    def levels(self, wanted: Sequence[tuple[int, int]]) -> list[dict[int, Tensor]]:
        return self.cache.levels_of([self.view(number, view) for number, view in wanted])

    def view(self, number: int, view: int) -> np.ndarray:
        place, blur = self._drawn(number, view)
        values, side = super().view(number, 0), self.cache.side
        border = MEAN if values.ndim == 3 else float(np.mean(MEAN))
        values = cv2.warpAffine(values, place, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
        return cv2.GaussianBlur(values, (5, 5), 0) if blur else values

    def mask(self, number: int, view: int) -> Tensor:
        place, _ = self._drawn(number, view)
        known, side = _squeezed(self.items[number], self.cache.side), self.cache.side
        return torch.from_numpy(cv2.warpAffine(known, place, (side, side), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=-1.0))

    def _drawn(self, number: int, view: int) -> tuple[np.ndarray, bool]:
        """The view's affine map (2, 3), and whether it is blurred."""
        rng, side = np.random.default_rng([number, view]), self.cache.side
        scale, angle = rng.uniform(0.9, 1.1), rng.uniform(-10, 10)
        place = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, scale)
        place[:, 2] += rng.uniform(-1, 1, 2) * abs(scale - 1) * side / 2
        if rng.random() < 0.5:
            place[0] = [-place[0, 0], -place[0, 1], side - 1 - place[0, 2]]
        return place, bool(rng.random() < 0.5)


@functools.lru_cache(maxsize=4096)
def _squeezed(item: Item, side: int) -> np.ndarray:
    """The mask at the view's size (side, side), 1 where more than half of a pixel is covered, or, of a mask that is finer than
    that everywhere, half of what is covered most: a thin defect must not vanish."""
    share = resized(item.truth().astype(np.float32), side, side)
    return (share > min(0.5, 0.5 * float(share.max()))).astype(np.float32)


class Answers:
    """A network on raw features: the pixels whose logits are above 0 are its answer."""

    def __init__(self, net: nn.Module, cache: RawCache) -> None:
        self.net, self.cache, self.device = net.to(cache.device.torch), cache, cache.device

    def prepare(self, items: list[Item]) -> None:
        self.cache.fill(dict.fromkeys(items, 1))

    @torch.inference_mode()
    def learn(self, class_name: str, support: list[Item]) -> dict[str, Tensor]:
        self.net.eval()
        self.cache.network.eval()
        masks = [torch.from_numpy(_squeezed(item, self.cache.side)).to(self.device.torch) for item in support]
        with self.device.fast():
            return self.net.encode_support([self._levels(item) for item in support], masks, None, len(support))

    def mask(self, learnt: dict[str, Tensor], item: Item) -> np.ndarray:
        return self.logits(learnt, item) > 0

    @torch.inference_mode()
    def logits(self, learnt: dict[str, Tensor], item: Item) -> np.ndarray:
        """(h, w), float32, of the image's own size."""
        with self.device.fast():
            logits = self.net.segment(self._levels(item), learnt).float()
        height, width = item.truth().shape
        whole = F.interpolate(logits[None], size=(self.cache.side, self.cache.side), mode="bilinear", align_corners=False)
        return F.interpolate(whole, size=(height, width), mode="bilinear", align_corners=False)[0, 0].cpu().numpy()

    def _levels(self, item: Item) -> dict[int, Tensor]:
        return {s: level[None].to(self.device.torch).float() for s, level in self.cache.get(item, 0).items()}


def answered(engine, pool: dict[str, dict[str, Item]], episode: Episode, clock: Callable[[], float]) -> Answered:
    """What an engine answers to an episode; features are prepared before the clock runs."""
    there = pool[episode.class_name]
    support, queries, clean = ([there[n] for n in names] for names in (episode.support, episode.queries, episode.clean))
    engine.prepare([*support, *queries, *clean])
    begun = clock()
    learnt = engine.learn(episode.class_name, support)
    learn_s, answer_s, counts, alarms = clock() - begun, 0.0, [], []
    for item in (*queries, *clean):
        begun = clock()
        proposed = engine.mask(learnt, item)
        answer_s += clock() - begun
        if item.mask is None:
            alarms.append(int(proposed.sum()))
        else:
            counts.append(figures.counts_of(proposed, item.truth()))
    return Answered(episode.fold, episode.class_name, episode.shots, episode.draw, tuple(i.group for i in queries),
                    np.array(counts, np.int64).reshape(-1, 4), np.array(alarms, np.int64), learn_s, answer_s / max(len(queries) + len(clean), 1))


@dataclass(frozen=True)
class Look:
    """What the weights of an epoch reach: mean class mIoU over the Ks, on held-out base classes and on the test classes' first draw."""

    epoch: int
    held_out: float | None
    test: dict[str, float]


@dataclass(frozen=True)
class Trained:
    """A fold's training: `epochs` by the way of choosing them, and what it took. `rate`, of `tried` ones (with their held-out figures)."""

    epochs: dict[str, int]
    looks: list[Look]
    outcome: Outcome
    rate: tuple[float, float]
    tried: list[dict]


class FoldEngine:
    """An entry with a recipe on one fold: trains (or goes on), and gives the weights of an epoch back."""

    def __init__(self, entry: Entry, pool: Pool, fold: str, held_out: tuple[str, ...], drawing: Drawing, cache: RawCache, folder: Path, seed: int,
                 said: Callable[[str], None]) -> None:
        pool = pool.apart(fold)
        self.entry, self.pool, self.fold, self.cache, self.folder, self.seed, self.said = entry, pool, fold, cache, folder, seed, said
        self.held_out = held_out
        _same_training(folder / "recipe.json", {"engine": entry.engine, "params": entry.params, "recipe": entry.recipe.said(), "held_out": held_out})
        self.base = [name for name in pool.base(fold) if name not in held_out]
        self.images = (Augmented if entry.recipe.augment else Images)(pool, self.base, cache)
        self.looking = {
            "held_out": draw(pool, replace(drawing, draws=_HELD_OUT_DRAWS, clean=1, half="all", queries=20, supports="per draw"), {fold: held_out}) if held_out else [],
            "test": draw(pool, replace(drawing, draws=1, clean=1, supports="per draw"), {fold: pool.folds[fold]}),
        }
        self.by_name = pool.by_name()

    def fill(self) -> None:
        """Computes the features that training and looks need, and says before how much room they take."""
        self.cache.reset()
        if self.cache.keeps:
            self._keep_features()
        self.cache.scale = self._scale()

    def _scale(self) -> dict[int, float]:
        """What brings each level to a root mean square of 1 over some of the base images: measured once for a fold, then read."""
        kept = self.folder / "scale.json"
        if kept.is_file():
            return {int(s): value for s, value in json.loads(kept.read_text(encoding="utf-8")).items()}
        self.cache.scale = dict.fromkeys(self.cache.strides, 1.0)
        items = self.images.items[:: max(1, len(self.images.items) // _SCALED_BY)]
        seen = [self.cache.get(item, 0) for item in items]
        squares = {s: np.mean([float(levels[s].float().square().mean()) for levels in seen]) for s in self.cache.strides}
        found = {s: float(1 / max(math.sqrt(square), 1e-6)) for s, square in squares.items()}
        kept.write_text(json.dumps(found), encoding="utf-8")
        self.said(f"levels are multiplied by {', '.join(f'{value:.3g}' for value in found.values())}")
        return found

    def _keep_features(self) -> None:
        wanted = {} if self.entry.recipe.augment else dict.fromkeys(self.images.items, VIEWS)
        for episode in (*self.looking["held_out"], *self.looking["test"]):
            for name in (*episode.support, *episode.queries):
                wanted.setdefault(self.by_name[episode.class_name][name], 1)
        size = sum(self.cache.bytes_of(1, views) for views in wanted.values())
        self.said(f"fold {self.fold}: features of {len(wanted)} images, {size / 2**30:.1f} GB of at most {self.cache.limit / 2**30:.0f} GB in {self.cache.folder}")
        self.cache.fill(wanted, lambda done, of: self.said(f"features {done}/{of}") if done % 100 == 0 else None)

    def new_net(self) -> nn.Module:
        torch.manual_seed(self.seed)
        return registry.create(self.entry.engine, raw_params(self.entry.engine, self.entry.params)).to(memory_format=torch.channels_last)

    def train(self, rate: tuple[float, float], tried: list[dict]) -> Trained:
        net, looks = self.new_net(), self._known_looks()
        recipe = self.entry.recipe
        training = self._training(net, recipe, rate, self.folder / "state")

        def after(epoch: int) -> None:
            if (epoch % recipe.looks == 0 or epoch == recipe.epochs) and epoch not in [look.epoch for look in looks]:
                looks.append(self._look(net, epoch))
                self._keep_epoch(net, epoch, looks)
                self.said(f"fold {self.fold} {looks[-1]}")

        if training.outcome.epochs:
            after(training.outcome.epochs)  # ended between an epoch and its look
        outcome = training.run(recipe.epochs, after, self.said)
        if not looks or looks[-1].epoch != outcome.epochs:
            looks.append(self._look(net, outcome.epochs))
            self._keep_epoch(net, outcome.epochs, looks)
        return Trained(chosen_epochs(looks), looks, outcome, rate, tried)

    def trial(self, rate: tuple[float, float], epochs: int) -> dict:
        """What a rate and decay come to after a few epochs: "held_out", their class mIoU on held-out base classes (None without such,
        or where the loss became no number), and "stopped", why they ended early."""
        folder = self.folder / f"trial-{rate[0]}-{rate[1]}"
        kept = folder / "trial.json"
        if kept.is_file():
            return json.loads(kept.read_text(encoding="utf-8"))
        net = self.new_net()
        recipe = replace(self.entry.recipe, epochs=epochs, minutes=0.0)
        outcome = self._training(net, recipe, rate, folder / "state").run(epochs, lambda epoch: None, self.said)
        value = None if outcome.stopped or not self.held_out else self._measure(net, "held_out")
        found = {"rate": rate[0], "decay": rate[1], "epochs": epochs, "held_out": value, "loss": outcome.losses[-1] if outcome.losses else math.inf, "stopped": outcome.stopped, "seconds": outcome.seconds}
        kept.write_text(json.dumps(found), encoding="utf-8")
        self.said(f"trial {found}")
        return found

    def at(self, epoch: int) -> Answers:
        """The engine with the weights of an epoch; CardError where they were altered."""
        state, _ = load_folder(self.folder / f"epoch-{epoch}")
        self.cache.scale = self._scale()
        net = self.new_net()
        try:
            for name, buffer in self.cache.network.named_buffers() if self.entry.recipe.adapt else ():
                buffer.copy_(state.pop(_OF_BACKBONE + name))
            net.load_state_dict(state)
        except (RuntimeError, KeyError) as fault:
            raise BenchmarkError(f"The weights in {self.folder / f'epoch-{epoch}'} are not those of {self.entry.label}. Delete that folder, and it is trained anew.") from fault
        return Answers(net.eval(), self.cache)

    def _look(self, net: nn.Module, epoch: int) -> Look:
        test = {str(k): self._measure(net, "test", k) for k in sorted({e.shots for e in self.looking["test"]})}
        return Look(epoch, self._measure(net, "held_out") if self.looking["held_out"] else None, test)

    def _measure(self, net: nn.Module, which: str, shots: int = 0) -> float:
        """Class mIoU on the held-out or the test classes, with so many shots (0: the mean over every K)."""
        engine = Answers(net, self.cache)
        found: dict[int, list[Answered]] = {}
        for episode in self.looking[which]:
            if not shots or episode.shots == shots:
                found.setdefault(episode.shots, []).append(answered(engine, self.by_name, replace(episode, clean=()), lambda: 0.0))
        return float(np.mean([figures.class_miou(part) for part in found.values()]))

    def _known_looks(self) -> list[Look]:
        try:
            return [Look(**look) for look in json.loads((self.folder / "looks.json").read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def _training(self, net: nn.Module, recipe: Recipe, rate: tuple[float, float], folder: Path) -> FoldTraining:
        self.cache.reset()
        return FoldTraining(net, self.images, recipe, rate, self.seed, folder, self.cache.device, self.cache.network if recipe.adapt else None)

    def _keep_epoch(self, net: nn.Module, epoch: int, looks: list[Look]) -> None:
        state = dict(net.state_dict())
        if self.entry.recipe.adapt:
            state |= {_OF_BACKBONE + name: buffer for name, buffer in self.cache.network.named_buffers()}
        save_folder(self.folder / f"epoch-{epoch}", state, {"kind": "segment", "engine": self.entry.engine, "params": self.entry.params, "epoch": epoch})
        (self.folder / "looks.json").write_text(json.dumps([look.__dict__ for look in looks]), encoding="utf-8")


def _same_training(path: Path, wanted: dict) -> None:
    """BenchmarkError where a folder's training was begun in another way."""
    text = json.dumps(wanted, sort_keys=True)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != text:
        raise BenchmarkError(f"The training in {path.parent} was begun with other parameters or another recipe. Name another folder with --state, or delete that one.")


def chosen_epochs(looks: list[Look]) -> dict[str, int]:
    """The epoch of each way of choosing it; the earliest of equals."""
    found = {LAST: looks[-1].epoch}
    if all(look.held_out is not None for look in looks):
        found[CHOSEN] = max(looks, key=lambda look: (look.held_out, -look.epoch)).epoch
    found[BEST_ON_TEST] = max(looks, key=lambda look: (np.mean(list(look.test.values())), -look.epoch)).epoch
    return found


def raw_params(engine: str, given: dict) -> dict:
    """The engine's parameters with the channels of the raw stages, where it has such."""
    known = {f"channels_{stride}": channels for stride, channels in RAW_CHANNELS.items()}
    fields = registry.engine(engine).params.__dataclass_fields__
    return {**{k: v for k, v in known.items() if k in fields}, **given}


def strides_of(engine: str) -> tuple[int, ...]:
    return tuple(registry.engine(engine).build.STRIDES)


def pick_rate(engine: FoldEngine, kept: Path) -> tuple[tuple[float, float], list[dict]]:
    """The rate and decay that did best on held-out base classes after the trial, and all trials; without such classes, the first
    that did not diverge. One alone needs no trial. What was chosen is kept in a file, for the other folds and for a later run."""
    rates = [tuple(pair) for pair in engine.entry.recipe.rates]
    if len(rates) == 1:
        return rates[0], []
    if kept.is_file():
        said = json.loads(kept.read_text(encoding="utf-8"))
        return tuple(said["rate"]), said["tried"]
    tried = []
    for rate in rates:
        tried.append(engine.trial(rate, engine.entry.recipe.trial_epochs))
        if not engine.held_out and not tried[-1]["stopped"]:
            break
    # Of trials that found nothing yet, the one that learnt more.
    rate = rates[max(range(len(tried)), key=lambda k: (not tried[k]["stopped"], tried[k]["held_out"] or 0.0, -tried[k]["loss"], -k))]
    kept.write_text(json.dumps({"rate": rate, "tried": tried}), encoding="utf-8")
    return rate, tried
