"""Background fine-tuning: an episodic model goes on learning from a project's own labels, and keeps its best step."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core_models import turn
from core_models.contract.card import SHARE, TOGETHER, read_card
from core_models.contract.job import Cancelled, EvaluateSpec, Event, Failed, FineTuneSpec, Finished, ItemFailed, Metric, Progress, Started
from core_models.evaluation import compare
from core_models.inference.calibration import smallest_area
from core_models.inference.device import is_out_of_memory
from core_models.inference.features import UnreadableImage
from core_models.inference.postprocess import quantised
from core_models.models.losses import masked_loss
from core_models.models.registry import create, engines
from core_models.models.segmentation.base import Features
from core_models.training import confidence, resume, trying
from core_models.training.episode_source import Replay, loss_of
from core_models.training.gradients import clipped
from core_models.training.maps import Maps, inside
from core_models.training.project_episodes import ProjectEpisodes, Question, TooFewLabels
from core_models.training.schedule import warmed_cosine
from core_models.training.targets import Target, target

MODEL, RESUME = "model", "resume"
_WARM = 0.1  # share of a run in which the rate rises
_SHOT = 96  # cells of stride 8: a side of what is seen of a large shot
_LEAST_SIDE = 16  # cells of stride 8: parts are not halved below
BROKEN = "The loss was no number any more, so the training ended with the best weights it had."
NOT_COMPARED = "The new version was not compared: the fine-tune was cancelled before. Compare it with: defectloop models PROJECT --compare NEW OLD"


@dataclass(frozen=True)
class Recipe:
    """`rate` is AdamW's highest, reached after a tenth of the way and lowered by a cosine;
    `replayed` of the `questions` of a step are generated ones, of a pool of `pool` episodes."""

    rate: float = 1e-3
    decay: float = 1e-2
    questions: int = 4
    replayed: int = 1
    pool: int = 40
    looks: int = 8
    save_every_s: float = 20.0


RECIPE = Recipe()


class NotANumber(ArithmeticError):
    """A loss, or its gradient, that is no number."""


class FineTune:
    """One run of fine-tuning: the network in training, the best state so far, and where it stands."""

    def __init__(self, spec: FineTuneSpec, folder: Path, recipe: Recipe | None = None) -> None:
        self.spec, self.folder, self.recipe = spec, folder, recipe or RECIPE
        self.episodes = ProjectEpisodes(spec.train, spec.supports, spec.compute.seed)
        self.maps = Maps(spec.compute)
        self.net = self.maps.segmenter(spec.model)
        self.replay = Replay(self.maps.store.extractor, spec.compute.seed + 7, self.recipe.pool)
        self.began = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        self.names = [name for name, _ in self.net.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.net.parameters(), self.recipe.rate, weight_decay=self.recipe.decay)
        self.rng = np.random.Generator(np.random.PCG64(spec.compute.seed + 1))
        torch.manual_seed(spec.compute.seed)
        self.step, self.spent_s, self.best_step, self.looked_at = 0, 0.0, -1, -1
        self.best: dict[str, Tensor] = {}
        self.notice, self.broken, self.answers = "", False, {}
        self.side = self.net.CROP // 8
        self.best_value, self.losses, self.curve = -math.inf, [], []
        self._load_resume_point()

    def read(self) -> Iterator[Event]:
        """Puts every labelled image through the backbone once (or finds its features in the cache)."""
        images = sorted(self.episodes.images.values(), key=lambda image: image.id)
        for done, image in enumerate(images):
            turn.pause()
            try:
                self.maps.levels(image)
            except UnreadableImage as fault:
                self.episodes.drop(image.id)
                yield ItemFailed(image.id, str(fault))
            yield Progress(done + 1, len(images), "reading the labelled images")

    def train(self) -> Iterator[Event]:
        """Trains until the steps or the minutes are spent; looks at the kept-aside images now and then."""
        questions = self._to_choose_by()
        saved = started = time.monotonic()
        before = self.spent_s
        while True:
            share = self.share_done()
            if self.looked_at < 0 or int(share * self.recipe.looks) > self.looked_at:
                self.looked_at = int(share * self.recipe.looks)
                yield self._look(questions)
            if share >= 1:
                return
            try:
                self.losses.append(self._step_that_fits(share))
            except NotANumber:
                self.broken = True
                yield Progress(self.step * self.recipe.questions, max(1, self.step * self.recipe.questions), BROKEN)
                return
            self.step += 1
            self.spent_s = before + time.monotonic() - started
            yield self._progress()
            if time.monotonic() - saved > self.recipe.save_every_s:
                self.save_resume_point()
                saved = time.monotonic()

    def share_done(self) -> float:
        """How much of the run lies behind, 0..1, by steps and by minutes, whichever is further."""
        by_steps = self.step / self.spec.steps if self.spec.steps else 0.0
        return min(1.0, max(by_steps, self.spent_s / (60 * self.spec.minutes) if self.spec.minutes else 0.0))

    def _progress(self) -> Progress:
        """How many images the network has been asked about, of how many (by what the minutes have brought so far)."""
        asked = self.step * self.recipe.questions
        of = self.spec.steps * self.recipe.questions if self.spec.steps else round(asked / max(self.share_done(), 1e-6))
        return Progress(asked, max(asked, of), self._says())

    def _says(self) -> str:
        where = f"step {self.step} of {self.spec.steps}" if self.spec.steps else f"step {self.step}, minute {self.spent_s / 60:.0f} of {self.spec.minutes:.0f}"
        return where + self.notice

    def _step_that_fits(self, share: float) -> float:
        """One step. Where the GPU's memory is not enough for it, on parts of half the side from then on, and in the end on the CPU."""
        while True:
            try:
                return self._train_step(share)
            except (torch.OutOfMemoryError, RuntimeError) as fault:
                if not is_out_of_memory(fault) or not self._makes_room():
                    raise
            # Outside of the handler: the fault's traceback would keep the step's memory.
            self.optimizer.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _makes_room(self) -> bool:
        """Halves the side of what a step sees, or goes over to the CPU; False where nothing is left to be done. A question is one
        image already: its part is the batch."""
        if self.side > _LEAST_SIDE:
            self.side = self.side // 4 * 2
            self.notice = f" (on parts of {8 * self.side} px, for the memory was not enough)"
            return True
        if not self.maps.fall_back():
            return False
        self.notice = " (on the CPU, for the GPU's memory was not enough)"
        self.side = self.net.CROP // 8
        self.net.to("cpu")
        for state in self.optimizer.state.values():
            state.update({k: v.cpu() for k, v in state.items()})
        return True

    def _train_step(self, share: float) -> float:
        """The step's loss; NotANumber where that or its gradient is none, with the weights as they were."""
        self.net.train()
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(self.recipe.rate, share, _WARM)
        total = 0.0
        for k in range(self.recipe.questions):
            turn.pause()
            asked = self._replayed() if k < self.recipe.replayed else self._asked(self.episodes.draw(self.rng))
            loss = asked / self.recipe.questions
            if loss.requires_grad:
                loss.backward()
            total += float(loss.detach())
        if not clipped(self.net, total):
            raise NotANumber
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return total

    def _replayed(self) -> Tensor:
        """The loss on the queries of a generated episode."""
        episode = self.replay.draw(self.step, self.rng)
        with self.maps.autocast():
            return loss_of(self.net, episode, list(range(episode.shots)), episode.queries, 8 * self.side, self.rng)

    def _asked(self, question: Question) -> Tensor:
        """The loss on an image of the project, on a part of it where it is large."""
        features, masks = self._shots(question)
        rows, columns = self.maps.cells(question.image)
        whole = self._target(question)
        top, left = crop_at(whole.share, whole.weight, self.side, self.rng)
        rows, columns = min(self.side, rows), min(self.side, columns)
        fine = slice(2 * top, 2 * (top + rows)), slice(2 * left, 2 * (left + columns))
        query, device = self.maps.part(question.image, top, left, rows, columns), self.maps.device.torch
        with self.maps.autocast():
            return self.net.episode_loss(features, masks, query, whole.share[fine].to(device), whole.weight[fine].to(device), dice=1.0)

    def _target(self, question: Question) -> Target:
        """What the whole image teaches, at stride 4."""
        rows, columns = self.maps.cells(question.image)
        return target(question.label, question.image.height, question.image.width, inside(question.image), (2 * rows, 2 * columns))

    def _answer(self, question: Question) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, target shares and weights (1, h, w) at stride 4 of the whole image."""
        features, masks = self._shots(question)
        whole, device = self._target(question), self.maps.device.torch
        with self.maps.autocast():
            logits = self.net.segment(self.maps.part(question.image, 0, 0, *self.maps.cells(question.image)), self.net.encode_support(features, masks))
        return logits.float(), whole.share[None].to(device), whole.weight[None].to(device)

    def _shots(self, question: Question) -> tuple[list[Features], list[Tensor]]:
        """Features and masks of the examples; around its mask where an image is large."""
        features, masks = [], []
        for example in question.shots:
            rows, columns = self.maps.cells(example.image)
            mask = self.maps.mask(example.mask, example.image, (2 * rows, 2 * columns))
            top, left = crop_at(mask, mask, _SHOT, None)
            rows, columns = min(rows, _SHOT), min(columns, _SHOT)
            features.append(self.maps.part(example.image, top, left, rows, columns))
            masks.append(mask[2 * top : 2 * (top + rows), 2 * left : 2 * (left + columns)].to(self.maps.device.torch))
        return features, masks

    def _look(self, questions: list[Question]) -> Metric:
        """Judges the weights as they are, and halfway between where they began and there; keeps those that are the best so far."""
        self.net.eval()
        state = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        kinds = [state] if self.step == 0 else [halfway(self.began, state), state]
        found = []
        for weights in kinds:
            self.net.load_state_dict(weights)
            values, peak = self._judged(questions)
            found.append(values)
            value = values.get("iou", -values["loss"])
            if not self.best or value > self.best_value or math.isnan(self.best_value):
                self.best_value, self.best_step = value, self.step
                self.best = {k: v.cpu().clone() for k, v in weights.items()} | {"confidence": torch.tensor([peak, self.net.spread])}
        values = max(found, key=lambda seen: seen.get("iou", -seen["loss"]))
        recent = self.losses[-20:]
        if recent:
            values["train_loss"] = float(np.mean(recent))
        values = {k: round(v, 4) for k, v in values.items() if not math.isnan(v)}
        self.curve.append({"step": self.step, **values})
        return Metric(self.step, values)

    @torch.no_grad()
    def _judged(self, questions: list[Question]) -> tuple[dict[str, float], float]:
        """Mean loss and, where it means something, IoU of what would be shown; and the logit from which a region is shown."""
        loss, tally = [], confidence.Tally(self.net.spread)
        for question in questions:
            turn.pause()
            logits, share, weight = self._answer(question)
            loss.append(float(masked_loss(logits, share, weight)))
            tally.add(confidence.found(quantised(logits[0].cpu().numpy()), question.image, smallest_area(question)), question.label, question.trains)
        # What it began with stays as it is, so that a version that learnt nothing is the one before.
        peak = tally.peak(self.net.peak) if self.step else self.net.peak
        values = {"loss": float(np.mean(loss)) if loss else float(np.mean(self.losses[-20:])) if self.losses else math.nan}
        return values | ({"iou": tally.iou(peak)} if self.episodes.chooses_by_iou else {}), peak

    def settle(self) -> Iterator[Event]:
        """Chooses how the version answers, alone or together with support_head, and from which logit on a region is shown then."""
        if self.best_step == 0:  # nothing was learnt: it answers as the one before
            before = read_card(Path(self.spec.model.folder)) if self.spec.model.folder else {}
            self.answers = {key: before[key] for key in (TOGETHER, SHARE) if key in before}
            return
        yield Progress(self.step * self.recipe.questions, max(1, self.step * self.recipe.questions), "trying the new version")
        self.write()
        try:
            way = trying.best(replace(self.spec.model, folder=str(self.folder / MODEL)), self.spec.compute, self.maps.store, self._to_choose_by())
        except UnreadableImage:
            return  # it was there when all was read; alone it answers too
        self.answers = way.facts()
        self.best["confidence"] = torch.tensor([way.peak, self.net.spread])

    def write(self) -> dict:
        """Writes the best state as a model folder; the metrics of the version."""
        best = next(point for point in self.curve if point["step"] == self.best_step)
        metrics = {"steps": self.step, "best_step": self.best_step, "chosen_by": "iou" if self.episodes.chooses_by_iou else "loss",
                   **{k: v for k, v in best.items() if k != "step"}, "kept_aside_groups": len(self.episodes.aside),
                   "classes": len(self.episodes.classes), "images": len(self.episodes.images), "minutes": round(self.spent_s / 60, 2)}
        if "iou" in self.curve[0]:
            metrics["iou_before"] = self.curve[0]["iou"]
        if self.broken:
            metrics["notice"] = BROKEN
        metrics |= self.answers
        self.maps.save(self.folder / MODEL, self.best, self.spec.model, {"metrics": metrics, "curve": self.curve, "seed": self.spec.compute.seed, **self.answers})
        return metrics

    def _to_choose_by(self) -> list[Question]:
        return self.episodes.to_choose_by(np.random.Generator(np.random.PCG64(self.spec.compute.seed + 2)))

    def save_resume_point(self) -> None:
        tensors = {f"net.{k}": v for k, v in self.net.state_dict().items()} | {f"best.{k}": v for k, v in self.best.items()}
        tensors |= resume.optimizer_tensors(self.optimizer, self.names) | {"torch_rng": torch.get_rng_state()}
        values = {k: getattr(self, k) for k in ("step", "spent_s", "best_step", "best_value", "looked_at", "losses", "curve")}
        resume.save(self.folder / RESUME, tensors, {**values, "rng": resume.rng_state(self.rng), "spec": spec_digest(self.spec)})

    def _load_resume_point(self) -> None:
        point = resume.load(self.folder / RESUME)
        if point is None or point[1].get("spec") != spec_digest(self.spec):
            return
        tensors, values = point
        self.net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net.")})
        self.best = {k[5:]: v for k, v in tensors.items() if k.startswith("best.")}
        resume.restore_optimizer(self.optimizer, self.names, tensors)
        torch.set_rng_state(tensors["torch_rng"])
        self.rng = resume.restore_rng(values["rng"])
        for k in ("step", "spent_s", "best_step", "best_value", "looked_at", "losses", "curve"):
            setattr(self, k, values[k])


def halfway(one: dict[str, Tensor], other: dict[str, Tensor]) -> dict[str, Tensor]:
    """The mean of two states: of a network before and after it learnt few images, it often answers better than either (M. Wortsman et
    al., "Robust fine-tuning of zero-shot models", arXiv 2109.01903, with their weight of a half)."""
    return {k: (v + one[k].to(v.device)) / 2 if v.is_floating_point() else v for k, v in other.items()}


def spec_digest(spec: FineTuneSpec) -> str:
    """Names what a run learns from, so that a resume point is never used for another."""
    labels = [(item.image.sha256, item.group, repr(item.labels)) for item in spec.train]
    shots = [s.digest for s in spec.supports]
    return hashlib.sha256(json.dumps([labels, shots, spec.model.engine, spec.model.folder, spec.steps, spec.minutes]).encode("utf-8")).hexdigest()


def crop_at(share: Tensor, weight: Tensor, size: int, rng: np.random.Generator | None) -> tuple[int, int]:
    """Upper left cell (stride 8, both even) of a crop: around a cell that counts, on the defect half of the time."""
    rows, columns = share.shape[0] // 2, share.shape[1] // 2
    if rows <= size and columns <= size:
        return 0, 0
    cells = torch.nonzero(share > 0) if rng is None or rng.random() < 0.5 else torch.nonzero(weight > 0)
    if not len(cells):
        cells = torch.nonzero(weight >= 0)
    y, x = (int(v) // 2 for v in (cells[len(cells) // 2] if rng is None else cells[rng.integers(len(cells))]))
    shift = (0, 0) if rng is None else rng.integers(-size // 3, size // 3 + 1, 2)
    top = min(max(y - size // 2 + int(shift[0]), 0), max(rows - size, 0))
    left = min(max(x - size // 2 + int(shift[1]), 0), max(columns - size, 0))
    return top // 2 * 2, left // 2 * 2


def run(spec: FineTuneSpec, folder: Path) -> Iterator[Event]:
    """The body of a fine-tune job. Its result names the model folder (relative to the job's) and holds the version's metrics
    and its comparison with what makes the proposals now; cancelled, it keeps the best so far. It goes on from its resume
    point where the folder holds one."""
    result: dict = {}
    if not create(spec.model.engine, spec.model.params).trained:
        others = ", ".join(name for name in engines() if create(name).trained)
        yield Failed(f"{spec.model.engine} learns from the shots alone: there is nothing to fine-tune. Engines that can be: {others}.")
        return
    try:
        tuning = FineTune(spec, folder)
        yield Started(tuning.maps.device.name, "going on where it stopped" if tuning.step else tuning.maps.device.notice)
        yield from tuning.read()
        yield from tuning.train()
        yield from tuning.settle()
        result = _written(tuning)
        for event in compare.run(_comparison(spec, folder), folder):
            if isinstance(event, Finished):
                result["comparison"] = event.result
                if tuning.broken:
                    result["comparison"]["sentence"] = f"{BROKEN} {event.result['sentence']}"
            elif not isinstance(event, Started):
                yield event
    except TooFewLabels as fault:
        yield Failed(str(fault))
        return
    except turn.Stop:
        if not tuning.best:
            raise
        yield Cancelled(result or _written(tuning))
        return
    resume.clear(folder / RESUME)
    yield Finished(result)


def _written(tuning: FineTune) -> dict:
    """The result so far, with the model folder on the disk; a run that is killed after this need not train again."""
    tuning.save_resume_point()
    return {"folder": MODEL, "metrics": tuning.write(), "comparison": {"better": None, "sentence": NOT_COMPARED}}


def _comparison(spec: FineTuneSpec, folder: Path) -> EvaluateSpec:
    """The new model against the incumbent, on the same check images."""
    candidate = replace(spec.model, folder=str(folder / MODEL), version_id=0)
    return EvaluateSpec(candidate, spec.incumbent, spec.supports, spec.check, spec.cuts, spec.compute)
