"""What two versions did on each check image, as the job folder keeps it: for showing where they differ, not for judging again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core_models.contract.job import from_json, to_json
from core_models.contract.mask import Mask

COMPARED = "compared.jsonl"


@dataclass(frozen=True)
class Side:
    """One version on one image for one class: areas in px (ignored pixels apart), true regions found, regions proposed,
    and all that it proposed as one mask."""

    intersection: int
    union: int
    found: int
    proposed: int
    mask: Mask

    @property
    def iou(self) -> float:
        """Intersection over union in 0..1; 1 where nothing is there and nothing was proposed."""
        return self.intersection / self.union if self.union else 1.0


@dataclass(frozen=True)
class Compared:
    """One check image and class: what is true there (`regions` of it; `clean`: of no class), and what each version proposed."""

    image_id: int
    class_id: int
    truth: Mask
    regions: int
    clean: bool
    candidate: Side
    incumbent: Side


def write(folder: Path, rows: Iterable[Compared]) -> None:
    """Writes `compared.jsonl` into a job folder, whole or not at all."""
    part = folder / (COMPARED + ".part")
    part.write_text("".join(json.dumps(to_json(row), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    part.replace(folder / COMPARED)


def read(folder: Path) -> list[Compared]:
    """What `write` wrote; nothing where there is no such file. ValueError where it is damaged."""
    try:
        lines = (folder / COMPARED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    try:
        return [from_json(Compared, json.loads(line)) for line in lines]
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"{COMPARED} is damaged") from fault
