"""What the inspector of the walk knows: the truth of each image, how she would paint it, and whether a proposal is right."""

from __future__ import annotations

import csv
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core_models.contract import image_file
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

RIGHT = 0.5  # a proposal with this IoU or more is accepted as it is
_STEP_PX = 6.0  # between two points of a stroke, in image pixels


@dataclass(frozen=True)
class Set:
    """A folder of images under names that tell nothing, and the truth behind them."""

    folder: Path
    truth: dict[str, np.ndarray]  # file name -> bool (height, width)

    def mask(self, name: str) -> Mask:
        return Mask.from_array(self.truth[name])

    def defective(self) -> list[str]:
        return [name for name, mask in self.truth.items() if mask.any()]


def one_class(data: Path, out: Path, class_name: str, clean: int, seed: int) -> Set:
    """The images of one class of a masks set and so many of its clean ones, copied to `out` in an order that tells nothing."""
    import json

    value = json.loads((data / "classes.json").read_text(encoding="utf-8"))
    number, free = value["classes"][class_name], value.get("defect_free_class", "free")
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shuffle = random.Random(seed)
    good = [row for row in rows if row["cls"] == free]
    chosen = [row for row in rows if row["cls"] == class_name] + shuffle.sample(good, min(clean, len(good)))
    shuffle.shuffle(chosen)
    out.mkdir(parents=True, exist_ok=True)
    truth = {}
    for k, row in enumerate(chosen, 1):
        source = data / "images" / row["image"]
        name = f"part {k:03d}{source.suffix}"
        shutil.copyfile(source, out / name)
        size = (int(row["height"]), int(row["width"]))
        mask = data / "masks" / f"{source.stem}.png"
        truth[name] = image_file.read(mask) == number if mask.exists() else np.zeros(size, bool)
    return Set(out, truth)


def line_scans(data: Path, out: Path, scans: int = 3, windows: int = 8) -> Set:
    """Long images of one fabric, windows of it side by side, the first with a defect: as a line camera gives them."""
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fabrics = sorted({row["fabric"] for row in rows})
    fabric = max(fabrics, key=lambda name: sum(row["fabric"] == name and row["cls"] != "free" for row in rows))
    chosen = [row for row in rows if row["fabric"] == fabric]
    out.mkdir(parents=True, exist_ok=True)
    truth = {}
    for k in range(min(scans, len(chosen) // windows)):
        part = chosen[k::scans][:windows]  # every scan has some of each kind
        pictures = [_grey(image_file.read(data / "images" / row["image"])) for row in part]
        masks = [data / "masks" / row["image"] for row in part]
        name = f"scan {k + 1}.png"
        cv2.imencode(".png", np.hstack(pictures))[1].tofile(out / name)
        truth[name] = np.hstack([image_file.read(m) > 0 if m.exists() else np.zeros(p.shape, bool) for m, p in zip(masks, pictures, strict=True)])
    return Set(out, truth)


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., 0])


def strokes(mask: np.ndarray) -> list[tuple[list[tuple[float, float]], int]]:
    """How she paints each connected part: the points of one stroke along it, (x, y) in image pixels, and the brush's radius in pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    parts = []
    for k in sorted(range(1, count), key=lambda k: -stats[k, cv2.CC_STAT_AREA]):
        rows, columns = np.nonzero(labels == k)
        points = np.stack([columns, rows], 1) + 0.5
        middle = points.mean(0)
        _, _, axes = np.linalg.svd(points - middle, full_matrices=False) if len(points) > 2 else (0, 0, np.eye(2))
        along = (points - middle) @ axes[0]
        length = np.ptp(along)
        radius = max(1, round(len(points) / max(length, 1.0) / 2))
        bins = np.floor((along - along.min()) / _STEP_PX).astype(int)
        path = [tuple(points[bins == b].mean(0)) for b in np.unique(bins)]
        parts.append((path, radius))
    return parts


def touched(mask: np.ndarray, proposed: Mask) -> tuple[list[tuple[float, float]], int]:
    """The stroke along that part of the truth on which most of a proposed region lies."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    part = max(range(1, count), key=lambda k: proposed.intersection_area(Mask.from_array(labels == k)))
    return strokes(labels == part)[0]


def right(proposed: Mask, truth: Mask) -> bool | None:
    """Whether a proposed region is right as it is (True), touches no defect (False), or is somewhere between (None)."""
    common = proposed.intersection_area(truth)
    if not common:
        return False
    return True if common / (proposed.area + truth.area - common) >= RIGHT or common / proposed.area >= 0.7 else None
