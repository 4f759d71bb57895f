"""Few-shot figures on real development images: recipes and steps are chosen on even groups and reported on odd ones."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core_models.contract import image_file
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import Compute, ModelRef
from core_models.contract.mask import Mask, union
from core_models.inference.device import pick
from core_models.inference.predictor import Prepared, Predictor
from core_models.inference.view import normalised, planes, resized, view_size
from core_models.models.backbone import STRIDES
from core_models.models.segmentation.base import TrainedSegmenter
from core_models.models.shallow import completed

CLASSES = {"magnetic_tile": ("blowhole", "break", "crack", "fray", "uneven"), "sd_saliency_900": ("inclusion", "patches", "scratches")}
WITH_CLEAN = ("magnetic_tile",)  # the sets that have defect-free images
SHOTS = (1, 5)
MOST_SHOTS = max(SHOTS)
DRAWS, QUERIES = 3, 12


def is_even(group: str) -> bool:
    """Which half of the development data a group belongs to."""
    return hashlib.sha256(group.encode("utf-8")).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Task:
    """One draw of one class: names of images, the shots from groups of their own."""

    folder: Path
    name: str
    class_id: int
    shots: tuple[str, ...]
    queries: tuple[str, ...]
    others: tuple[str, ...]  # without the class; defect-free ones where the set has some
    draw: int = 0

    def path(self, image: str) -> Path:
        return self.folder / "images" / image

    def mask(self, image: str) -> np.ndarray:
        """Where the class is (h, w), boolean."""
        return image_file.read(self.folder / "masks" / (Path(image).stem + ".png")) == self.class_id

    def ref(self, image: str) -> ImageRef:
        seen = image_file.probe(self.path(image))
        return ImageRef(0, str(self.path(image)), image_file.sha256(self.path(image)), seen.width, seen.height)

    def support(self, shots: int) -> SupportSet:
        return SupportSet(self.class_id, self.name, tuple(Shot(self.ref(s), Mask.from_array(self.mask(s))) for s in self.shots[:shots]))


def tasks(data: Path, half: str) -> list[Task]:
    """The draws of the "even" or the "odd" groups, of the sets that are there."""
    return [task for folder, names in CLASSES.items() if (data / folder).exists() for task in _draws(data / folder, names, half == "even")]


def _draws(folder: Path, names: tuple[str, ...], even: bool) -> list[Task]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = json.loads((folder / "classes.json").read_text(encoding="utf-8"))["classes"]
    found, kinds = [], {r["cls"] for r in rows}
    for name in names:
        first = {r["group"]: r["image"] for r in reversed(rows) if r["cls"] == name and is_even(r["group"]) == even}
        for draw in range(DRAWS):
            images = sorted(first.values())
            random.Random(draw).shuffle(images)
            others = sorted({r["image"] for r in rows if r["cls"] != name and is_even(r["group"]) == even and (r["cls"] == "free" or "free" not in kinds)})
            random.Random(draw).shuffle(others)
            found.append(Task(folder, name, ids[name], tuple(images[:MOST_SHOTS]), tuple(images[MOST_SHOTS:][:QUERIES]), tuple(others[:QUERIES]), draw))
    return found


def figures(model: ModelRef, compute: Compute, data: Path, half: str, shots: tuple[int, ...] = SHOTS) -> dict:
    """What a version reaches as users meet it, with its calibration: {"mean_iou", "false_alarms", "1": {class: IoU}, "5": ...}.

    IoU is pooled over a draw's queries and averaged over draws; false alarms are the share of images of the sets with
    defect-free ones on which a region of the class is proposed.
    """
    predictor, found, alarms = Predictor(model, compute), {}, []
    for count in shots:
        for task in tasks(data, half):
            prepared = predictor.prepare(task.support(count))
            both = either = 0
            for query in task.queries:
                proposed, truth = _proposed(predictor, prepared, task.ref(query)), task.mask(query)
                both += int((proposed & truth).sum())
                either += int((proposed | truth).sum())
            found.setdefault(str(count), {}).setdefault(task.name, []).append(both / max(either, 1))
            alarms += [bool(_proposed(predictor, prepared, task.ref(image)).any()) for image in task.others if task.folder.name in WITH_CLEAN]
    by_class = {count: {name: round(float(np.mean(v)), 3) for name, v in names.items()} for count, names in found.items()}
    return {"mean_iou": round(float(np.mean([v for names in by_class.values() for v in names.values()])), 4),
            "false_alarms": round(float(np.mean(alarms)), 3) if alarms else None, **by_class}


def _proposed(predictor: Predictor, prepared: Prepared, image: ImageRef) -> np.ndarray:
    """The pixels of the regions that are shown at the usual cut."""
    _, regions = predictor.regions(predictor.score(image, prepared), prepared)
    return union([r.mask for r in regions if r.score >= 0.5]).full(image.height, image.width)


class Development:
    """A trained engine on both halves' draws, by its raw logits; features are computed once into `cache`.

    `draws` and `queries` take only the first so many of each class, where an engine needs seconds for an image.
    """

    def __init__(self, data: Path, network: nn.Module, cache: Path, draws: int = DRAWS, queries: int = QUERIES) -> None:
        self.network, self.cache = network, cache
        self.tasks = {half: [replace(t, queries=t.queries[:queries], others=t.others[:queries]) for t in tasks(data, half) if t.draw < draws]
                      for half in ("even", "odd")}

    @torch.no_grad()
    def measure(self, net: TrainedSegmenter, half: str) -> dict:
        """Pooled IoU of each class with 1 and with 5 shots, at the level 0.5: {"mean_iou", "1": {class: IoU}, "5": {...}}."""
        net.eval()
        out: dict = {}
        for shots in SHOTS:
            found: dict[str, list[float]] = {}
            for task in self.tasks[half]:
                support = self._encoded(net, task, shots)
                areas = np.sum([self._areas(net, task, query, support) for query in task.queries], axis=0)
                found.setdefault(task.name, []).append(float(areas[0] / max(areas[1], 1)))
            out[str(shots)] = {name: round(float(np.mean(v)), 3) for name, v in found.items()}
        return {"mean_iou": round(float(np.mean([v for d in out.values() for v in d.values()])), 4), **out}

    def _encoded(self, net: TrainedSegmenter, task: Task, shots: int) -> dict[str, Tensor]:
        chosen = task.shots[:shots]
        return net.encode_support([self._features(task, s) for s in chosen], [torch.from_numpy(task.mask(s).astype(np.float32)) for s in chosen])

    def _logits(self, net: TrainedSegmenter, task: Task, query: str, support: dict[str, Tensor]) -> Tensor:
        with pick("cpu").fast():  # as users meet it
            return net.segment(self._features(task, query), support)[0].float()

    def _areas(self, net: TrainedSegmenter, task: Task, query: str, support: dict[str, Tensor]) -> tuple[int, int]:
        truth = torch.from_numpy(task.mask(query))
        logits = F.interpolate(self._logits(net, task, query, support)[None, None], size=truth.shape, mode="bilinear")[0, 0]
        return int(((logits > 0) & truth).sum()), int(((logits > 0) | truth).sum())

    def _features(self, task: Task, image: str) -> dict[int, Tensor]:
        path = self.cache / task.folder.name / (Path(image).stem + ".safetensors")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            array = image_file.read(task.path(image))
            view = planes(resized(normalised(array), *view_size(array.shape[1], array.shape[0])))
            with torch.inference_mode():
                x = torch.from_numpy(np.ascontiguousarray(view))[None]
                x = F.pad(x, (0, -x.shape[3] % STRIDES[0], 0, -x.shape[2] % STRIDES[0]), mode="replicate")  # as the shallow channels need it
                features = completed(self.network(x), x)
            save_file({str(k): v.half().contiguous() for k, v in features.items()}, path)
        return {int(k): v for k, v in load_file(path).items()}
