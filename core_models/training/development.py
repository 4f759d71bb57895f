"""Few-shot figures on real development images: recipes and steps are chosen on even groups and reported on odd ones."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core_models.contract import image_file
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.calibration import smallest_area
from core_models.inference.postprocess import quantised
from core_models.inference.view import normalised, planes, resized, view_size
from core_models.models.segmentation.strip_steel import StripSteel
from core_models.training import confidence

CLASSES = {"magnetic_tile": ("blowhole", "break", "crack", "fray", "uneven"), "sd_saliency_900": ("inclusion", "patches", "scratches")}
_DRAWS, _MOST_SHOTS, _QUERIES = 3, 5, 12


def is_even(group: str) -> bool:
    """Which half of the development data a group belongs to."""
    return hashlib.sha256(group.encode("utf-8")).digest()[0] % 2 == 0


@dataclass(frozen=True)
class _Task:
    folder: str
    name: str
    class_id: int
    shots: tuple[str, ...]
    queries: tuple[str, ...]
    others: tuple[str, ...]  # without the class


class Development:
    """The draws of both halves; features are computed once into `cache`."""

    def __init__(self, data: Path, network: nn.Module, cache: Path) -> None:
        self.data, self.network, self.cache = data, network, cache
        self.tasks = {half: [t for folder, names in CLASSES.items() if (data / folder).exists() for t in self._draws(folder, names, half == "even")]
                      for half in ("even", "odd")}

    def _draws(self, folder: str, names: tuple[str, ...], even: bool) -> list[_Task]:
        with (self.data / folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        ids = json.loads((self.data / folder / "classes.json").read_text(encoding="utf-8"))["classes"]
        tasks, kinds = [], {r["cls"] for r in rows}
        for name in names:
            first = {r["group"]: r["image"] for r in reversed(rows) if r["cls"] == name and is_even(r["group"]) == even}
            for draw in range(_DRAWS):
                images = sorted(first.values())
                random.Random(draw).shuffle(images)
                others = sorted({r["image"] for r in rows if r["cls"] != name and is_even(r["group"]) == even and (r["cls"] == "free" or "free" not in kinds)})
                random.Random(draw).shuffle(others)
                tasks.append(_Task(folder, name, ids[name], tuple(images[:_MOST_SHOTS]), tuple(images[_MOST_SHOTS:][:_QUERIES]), tuple(others[:_QUERIES])))
        return tasks

    @torch.no_grad()
    def measure(self, net: StripSteel, half: str) -> dict:
        """Pooled IoU of each class with 1 and with 5 shots, at the level 0.5: {"mean_iou", "1": {class: IoU}, "5": {...}}."""
        net.eval()
        out: dict = {}
        for shots in (1, _MOST_SHOTS):
            found: dict[str, list[float]] = {}
            for task in self.tasks[half]:
                support = net.encode_support([self._features(task.folder, s) for s in task.shots[:shots]],
                                             [self._mask(task, s) for s in task.shots[:shots]])
                areas = np.sum([self._areas(net, task, query, support) for query in task.queries], axis=0)
                found.setdefault(task.name, []).append(float(areas[0] / max(areas[1], 1)))
            out[str(shots)] = {name: round(float(np.mean(v)), 3) for name, v in found.items()}
        return {"mean_iou": round(float(np.mean([v for d in out.values() for v in d.values()])), 4), **out}

    @torch.no_grad()
    def regions(self, net: StripSteel, half: str) -> list[confidence.Point]:
        """The regions that the net would propose with five shots, on images that hold the class and on as many that do not."""
        net.eval()
        found: list[confidence.Point] = []
        for task in self.tasks[half]:
            support = net.encode_support([self._features(task.folder, s) for s in task.shots], [self._mask(task, s) for s in task.shots])
            drawn = SupportSet(task.class_id, task.name, tuple(Shot(self._ref(task, s), Mask.from_array(self._mask(task, s).numpy())) for s in task.shots))
            for query in (*task.queries, *task.others):
                label = TrainLabel(task.class_id, Mask.from_array(self._mask(task, query).numpy()), complete=True)
                logits = net.segment(self._features(task.folder, query), support)[0].numpy()
                found += confidence.points(quantised(logits), self._ref(task, query), label, smallest_area(drawn))
        return found

    def _ref(self, task: _Task, image: str) -> ImageRef:
        path = self.data / task.folder / "images" / image
        seen = image_file.probe(path)
        return ImageRef(0, str(path), "", seen.width, seen.height)

    def _areas(self, net: StripSteel, task: _Task, query: str, support: dict[str, Tensor]) -> tuple[int, int]:
        truth = self._mask(task, query) > 0
        logits = F.interpolate(net.segment(self._features(task.folder, query), support)[None], size=truth.shape, mode="bilinear")[0, 0]
        return int(((logits > 0) & truth).sum()), int(((logits > 0) | truth).sum())

    def _mask(self, task: _Task, image: str) -> Tensor:
        stored = image_file.read(self.data / task.folder / "masks" / (Path(image).stem + ".png"))
        return torch.from_numpy((stored == task.class_id).astype(np.float32))

    def _features(self, folder: str, image: str) -> dict[int, Tensor]:
        path = self.cache / folder / (Path(image).stem + ".safetensors")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            array = image_file.read(self.data / folder / "images" / image)
            view = planes(resized(normalised(array), *view_size(array.shape[1], array.shape[0])))
            with torch.inference_mode():
                features = self.network(torch.from_numpy(np.ascontiguousarray(view))[None])
            save_file({str(k): v.half().contiguous() for k, v in features.items() if k in StripSteel.STRIDES}, path)
        return {int(k): v for k, v in load_file(path).items()}

