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
from torch import Tensor, nn

from core_models import turn
from core_models.contract.job import Cancelled, EvaluateSpec, Event, Failed, FineTuneSpec, Finished, ItemFailed, Metric, Progress, Started
from core_models.evaluation import compare
from core_models.inference.calibration import smallest_area
from core_models.inference.device import is_out_of_memory
from core_models.inference.features import UnreadableImage
from core_models.inference.postprocess import quantised
from core_models.models.registry import create, engines
from core_models.training import confidence, resume
from core_models.training.episode_source import Replay, answer
from core_models.training.maps import Maps, inside
from core_models.training.project_episodes import Example, ProjectEpisodes, Question, TooFewLabels
from core_models.training.schedule import warmed_cosine
from core_models.training.targets import masked_loss, target

MODEL, RESUME = "model", "resume"
_WARM = 0.1  # share of a run in which the rate rises
NOT_COMPARED = "The new version was not compared: the fine-tune was cancelled before. Compare it with: defectloop models PROJECT --compare NEW OLD"


@dataclass(frozen=True)
class Recipe:
    """`rate` is AdamW's highest, reached after a tenth of the way and lowered by a cosine; `crop` is in cells of stride 8;
    `replayed` of the `questions` of a step are generated ones, of a pool of `pool` episodes."""

    rate: float = 1e-3
    decay: float = 1e-2
    questions: int = 4
    replayed: int = 1
    pool: int = 40
    crop: int = 48
    looks: int = 8
    save_every_s: float = 20.0


RECIPE = Recipe()


class FineTune:
    """One run of fine-tuning: the network in training, the best state so far, and where it stands."""

    def __init__(self, spec: FineTuneSpec, folder: Path, recipe: Recipe | None = None) -> None:
        self.spec, self.folder, self.recipe = spec, folder, recipe or RECIPE
        self.episodes = ProjectEpisodes(spec.train, spec.supports, spec.compute.seed)
        self.maps = Maps(spec.compute)
        self.net = self.maps.segmenter(spec.model)
        self.replay = Replay(self.maps.store.extractor, spec.compute.seed + 7, self.recipe.pool)
        self.names = [name for name, _ in self.net.named_parameters()]
        self.optimizer = torch.optim.AdamW(self.net.parameters(), self.recipe.rate, weight_decay=self.recipe.decay)
        self.rng = np.random.Generator(np.random.PCG64(spec.compute.seed + 1))
        torch.manual_seed(spec.compute.seed)
        self.step, self.spent_s, self.best_step, self.looked_at = 0, 0.0, -1, -1
        self.best: dict[str, Tensor] = {}
        self.notice = ""
        self.best_value, self.losses, self.curve = -math.inf, [], []
        self._load_resume_point()

    def read(self) -> Iterator[Event]:
        """Puts every labelled image through the backbone once (or finds its features in the cache)."""
        images = sorted(self.episodes.images.values(), key=lambda image: image.id)
        for done, image in enumerate(images):
            turn.pause()
            try:
                self.maps.joined(image)
            except UnreadableImage as fault:
                self.episodes.drop(image.id)
                yield ItemFailed(image.id, str(fault))
            yield Progress(done + 1, len(images), "reading the labelled images")

    def train(self) -> Iterator[Event]:
        """Trains until the steps or the minutes are spent; looks at the kept-aside images now and then."""
        questions = self.episodes.to_choose_by(np.random.Generator(np.random.PCG64(self.spec.compute.seed + 2)))
        saved = started = time.monotonic()
        before = self.spent_s
        while True:
            share = self.share_done()
            if self.looked_at < 0 or int(share * self.recipe.looks) > self.looked_at:
                self.looked_at = int(share * self.recipe.looks)
                yield self._look(questions)
            if share >= 1:
                return
            self.losses.append(self._step_that_fits(share))
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
        """One step; where the GPU's memory is not enough for it, on the CPU from then on."""
        try:
            return self._train_step(share)
        except (torch.OutOfMemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault) or not self.maps.fall_back():
                raise
        # Outside of the handler: the fault's traceback would keep the step's memory.
        self.notice = " (on the CPU, for the GPU's memory was not enough)"
        self.optimizer.zero_grad(set_to_none=True)
        self.net.to("cpu")
        for state in self.optimizer.state.values():
            state.update({k: v.cpu() for k, v in state.items()})
        return self._train_step(share)

    def _train_step(self, share: float) -> float:
        self.net.train()
        for group in self.optimizer.param_groups:
            group["lr"] = warmed_cosine(self.recipe.rate, share, _WARM)
        total = 0.0
        for k in range(self.recipe.questions):
            turn.pause()
            asked = self._replayed() if k < self.recipe.replayed else self._answer(self.episodes.draw(self.rng), self.rng)
            loss = masked_loss(*asked) / self.recipe.questions
            if loss.requires_grad:
                loss.backward()
            total += float(loss.detach())
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return total

    def _replayed(self) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, target shares and weights of the queries of a generated episode."""
        episode = self.replay.draw(self.step, self.rng)
        with self.maps.autocast():
            logits, shares = answer(self.net, episode, list(range(episode.shots)), list(range(episode.shots, len(episode.masks))))
        return logits.float(), shares, torch.ones_like(shares)

    def _answer(self, question: Question, rng: np.random.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, target shares and weights (1, h, w) at stride 4; of a crop where `rng` is given and the image is large."""
        size = self.recipe.crop
        shots = [self._shot(e, size) for e in question.shots]
        joined, (top, left) = self.maps.joined(question.image), (0, 0)
        rows, columns = joined.shape[-2:]
        whole = target(question.label, question.image.height, question.image.width, inside(question.image), (2 * rows, 2 * columns))
        if rng is not None:
            top, left = crop_at(whole.share, whole.weight, size, rng)
            rows, columns = min(size, rows), min(size, columns)
        here = slice(top, top + rows), slice(left, left + columns)
        fine = slice(2 * top, 2 * (top + rows)), slice(2 * left, 2 * (left + columns))
        with self.maps.autocast():
            support = self.net.encode([s[0] for s in shots], [s[1] for s in shots])
            logits = self.net.logits(joined[:, here[0], here[1]][None], support)
        device = logits.device
        return logits.float(), whole.share[fine][None].to(device), whole.weight[fine][None].to(device)

    def _shot(self, example: Example, size: int) -> tuple[Tensor, Tensor]:
        """Map and mask of one example; around its mask where the image is large."""
        joined = self.maps.joined(example.image)
        rows, columns = joined.shape[-2:]
        mask = self.maps.mask(example.mask, example.image, (2 * rows, 2 * columns))
        if max(rows, columns) <= 2 * size:
            return joined, mask.to(joined.device)
        top, left = crop_at(mask, mask, 2 * size, None)
        return (joined[:, top : top + 2 * size, left : left + 2 * size],
                mask[2 * top : 2 * top + 4 * size, 2 * left : 2 * left + 4 * size].to(joined.device))

    @torch.no_grad()
    def _look(self, questions: list[Question]) -> Metric:
        """Judges the network as it is, and keeps it where it is the best so far."""
        self.net.eval()
        loss, areas, regions = [], {}, []
        for question in questions:
            turn.pause()
            logits, share, weight = self._answer(question)
            loss.append(float(masked_loss(logits, share, weight)))
            regions += confidence.points(quantised(logits[0].cpu().numpy()), question.image, question.label, smallest_area(question))
            if not question.label.complete:
                continue  # of its ground nothing is known: an area would count for those who mark everything
            known, there, proposed = weight > 0, share > 0.5, logits > 0
            both = areas.setdefault(question.label.class_id, [0, 0])
            both[0] += int((there & proposed & known).sum())
            both[1] += int(((there | proposed) & known).sum())
        recent = self.losses[-20:]
        values = {"loss": float(np.mean(loss)) if loss else float(np.mean(recent)) if recent else math.nan}
        if self.episodes.chooses_by_iou:
            values["iou"] = float(np.mean([i / u if u else 1.0 for i, u in areas.values()]))
        value = values.get("iou", -values["loss"])
        if not self.best or value > self.best_value or math.isnan(self.best_value):
            self.best_value, self.best_step = value, self.step
            self.best = {k: v.detach().cpu().clone() for k, v in self.net.state_dict().items()}
            self.best["confidence"] = torch.tensor(confidence.fit(regions, self.net.peak, self.net.spread))
        values = {k: round(v, 4) for k, v in values.items() if not math.isnan(v)}
        if recent:
            values["train_loss"] = round(float(np.mean(recent)), 4)
        self.curve.append({"step": self.step, **values})
        return Metric(self.step, values)

    def write(self) -> dict:
        """Writes the best state as a model folder; the metrics of the version."""
        best = next(point for point in self.curve if point["step"] == self.best_step)
        metrics = {"steps": self.step, "best_step": self.best_step, "chosen_by": "iou" if self.episodes.chooses_by_iou else "loss",
                   **{k: v for k, v in best.items() if k != "step"}, "kept_aside_groups": len(self.episodes.aside),
                   "classes": len(self.episodes.classes), "images": len(self.episodes.images), "minutes": round(self.spent_s / 60, 2)}
        if "iou" in self.curve[0]:
            metrics["iou_before"] = self.curve[0]["iou"]
        self.maps.save(self.folder / MODEL, self.best, self.spec.model, {"metrics": metrics, "curve": self.curve, "seed": self.spec.compute.seed})
        return metrics

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


def spec_digest(spec: FineTuneSpec) -> str:
    """Names what a run learns from, so that a resume point is never used for another."""
    labels = [(item.image.sha256, item.group, repr(item.labels)) for item in spec.train]
    shots = [s.digest for s in spec.supports]
    return hashlib.sha256(json.dumps([labels, shots, spec.model.engine, spec.model.folder, spec.steps, spec.minutes]).encode("utf-8")).hexdigest()


def crop_at(share: Tensor, weight: Tensor, size: int, rng: np.random.Generator | None) -> tuple[int, int]:
    """Upper left cell (stride 8) of a crop: around a cell that counts, on the defect half of the time."""
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
    return top, left


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
        result = _written(tuning)
        for event in compare.run(_comparison(spec, folder), folder):
            if isinstance(event, Finished):
                result["comparison"] = event.result
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
