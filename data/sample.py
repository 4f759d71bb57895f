"""The sample project: 60 pictures of rolled steel with true masks, made on first use, since no public image may ship.

Runnable as `python -m data.sample FOLDER`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.classes import DefectClass
from data.surfaces.distractors import Distractor
from data.surfaces.image import Sample, Surface, draw_image
from data.surfaces.layers import Layer
from data.surfaces.light import Light
from data.surfaces.noise import Generator
from data.surfaces.sensor import Sensor

SEED = 20261121
COILS = 30
ALONG = np.pi / 2  # the rolling direction: down the picture

CLASSES: dict[str, int] = {"scratch": 1, "rolled-in scale": 2, "roll mark": 3}

#: The pictures whose masks the demonstration takes as shots; one class each.
SHOTS: dict[str, list[str]] = {
    "scratch": ["coil03_1.png", "coil02_1.png", "coil06_1.png"],
    "rolled-in scale": ["coil19_1.png", "coil20_1.png", "coil18_1.png"],
    "roll mark": ["coil26_1.png", "coil05_2.png", "coil02_2.png"],
}

_LOOKS = {
    "scratch": DefectClass("scratch", (18, 190), width=(1.1, 4.5), angle=ALONG, spread=0.22, contrast=(2.2, 9.0), tone=1.0, relief=-0.5,
                           keep=0.3, soft=0.1, inner=0.35, wiggle=0.12),
    "rolled-in scale": DefectClass("scale", (10, 200), (1.3, 3.0), angle=ALONG, spread=0.1, contrast=(2.5, 7.0), tone=-1.0, relief=0.35,
                                   keep=0.35, rough=0.6, soft=0.12, inner=0.55, grain=3.0, parts=(1, 3)),
    "roll mark": DefectClass("dent", (8, 64), (1.2, 1.8), angle=0.0, spread=0.25, contrast=(4.0, 10.0), tone=0.0, relief=-1.0, rough=0.12,
                             soft=0.7),
}


@dataclass(frozen=True)
class Plan:
    """One picture: its file name, size in px, bits, and how many instances of each class it holds."""

    name: str
    height: int
    width: int
    bits: int
    counts: tuple[int, int, int]


def _content(index: int) -> tuple[int, int, int]:
    """Twelve pictures of each class alone, four with several, twenty clean."""
    if index < 36:
        kind, turn = divmod(index, 12)
        return tuple((1, 2, 3, 1)[turn % 4] if k == kind else 0 for k in range(3))
    return ((2, 1, 0), (0, 2, 3), (6, 5, 0), (5, 4, 8))[index - 36] if index < 40 else (0, 0, 0)


def plans() -> list[Plan]:
    """What the 60 pictures are: two of each coil, four of them line scans, eight in 16 bits."""
    sizes = ((256, 256), (320, 384), (384, 384), (512, 512), (300, 400), (448, 320))
    made = []
    for index in range(60):
        scan = index in (38, 39, 58, 59)
        height, width = (1024, 4096) if scan else sizes[(index * 5 + index // 12) % len(sizes)]
        bits = 16 if index in (9, 10, 21, 22, 33, 34, 50, 59) else 8
        ending = "tif" if bits == 16 and index % 2 else "png"
        made.append(Plan(f"coil{index % COILS + 1:02d}_{index // COILS + 1}.{ending}", height, width, bits, _content(index)))
    return made


def _habits() -> tuple[Distractor, ...]:
    """What lies on sound strip of this mill: bands, oil, water marks, loose scale, dust; none of it is a defect."""
    return (Distractor("bands", 0.6, 1, 0.06, 60, ALONG, 0), Distractor("oil", 0.45, 2, -0.2, 90, ALONG, 0),
            Distractor("smear", 0.35, 2, -0.16, 120, ALONG, 0), Distractor("water", 0.2, 1, -0.14, 60, ALONG, 0),
            Distractor("freckles", 0.4, 1, -0.1, 10, ALONG, 0), Distractor("dust", 0.25, 1, 0.12, 10, ALONG, 0))


def _surface(rng: Generator, bits: int) -> Surface:
    """The strip of one coil: grain, rolling texture and light differ a little from coil to coil."""
    layers = (Layer("noise", 0.045 * rng.uniform(0.7, 1.4), 0.4, rng.uniform(1.3, 2.2), rng.uniform(2, 5), ALONG, 1.0),
              Layer("noise", 0.02 * rng.uniform(0.5, 1.6), 0.0, rng.uniform(6, 14), rng.uniform(8, 16), ALONG, 1.3),
              Layer("columns", 0.018 * rng.uniform(0.4, 1.8), 0.0, rng.uniform(2, 9), 14, ALONG, 0.8, skew=0.4),
              Layer("noise", 0.02 * rng.uniform(0.3, 1.5), 0.0, 70, 2, ALONG, 1.5))
    light = Light(rng.uniform(0.5, 0.9), 0.3, abs(rng.normal(0, 0.18)), rng.uniform(0, 6.28), abs(rng.normal(0, 0.08)), 0.0,
                  0.25 if rng.random() < 0.2 else 0.0, 0.03, 0.006, 0.01)
    sensor = Sensor(float(np.clip(rng.normal(0.42, 0.08), 0.25, 0.6)), 1.0, 1.0, rng.uniform(0.2, 0.6), noise=rng.uniform(0.005, 0.012), bits=bits)
    return Surface("rolled", layers, light, sensor, _habits())


def draw(index: int) -> tuple[Plan, Sample, np.ndarray]:
    """Picture `index` of the sample: its plan, the picture and its label mask, uint8 (h, w), 0 for good surface."""
    plan = plans()[index]
    surface = _surface(np.random.Generator(np.random.PCG64([SEED, index % COILS])), plan.bits)
    rng = np.random.Generator(np.random.PCG64([SEED, 1000 + index]))
    reach = min(plan.height, plan.width) / 2
    wanted = [(_fit(_LOOKS[name], reach), count) for name, count in zip(CLASSES, plan.counts, strict=True)]
    sample = draw_image(rng, plan.height, plan.width, surface, wanted)
    labels = np.zeros((plan.height, plan.width), np.uint8)
    for k in (1, 0, 2):
        labels[sample.masks[k]] = k + 1
    return plan, sample, labels


def _fit(cls: DefectClass, reach: float) -> DefectClass:
    return replace(cls, size=(cls.size[0], min(cls.size[1], reach) if reach < 400 else cls.size[1] * 2))


def make_sample(folder: Path) -> None:
    """Write the sample into `folder` (made with its parents): images/, masks/ and classes.json, as `import --format masks`
    reads them. A complete sample is left as it is; a run that is killed leaves no half one.

    Raises FileExistsError where the folder already holds something else.
    """
    folder = Path(folder)
    if _is_complete(folder):
        return
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds other files; choose a new or an empty folder for the sample.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    making = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
    try:
        _write(making)
        making.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(making, folder)
    except OSError:
        if not _is_complete(folder):  # unless another run was faster
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _write(folder: Path) -> None:
    (folder / "images").mkdir()
    (folder / "masks").mkdir()
    for index in range(len(plans())):
        plan, sample, labels = draw(index)
        name = Path(plan.name)
        _save(folder / "images" / name, sample.image)
        _save((folder / "masks" / name).with_suffix(".png"), labels)
    (folder / "classes.json").write_text(json.dumps({"classes": CLASSES}, indent=1), encoding="utf-8")


def _save(path: Path, array: np.ndarray) -> None:
    """Through memory, since OpenCV cannot write to every path on Windows."""
    done, packed = cv2.imencode(path.suffix, array)
    if not done:
        raise OSError(f"{path} could not be encoded.")
    path.write_bytes(packed.tobytes())


def _is_complete(folder: Path) -> bool:
    return (folder / "classes.json").is_file() and all((folder / "images" / plan.name).is_file() for plan in plans())


def _prefix(folder: Path) -> str:
    return f".{folder.name}.making-"


def _sweep(folder: Path) -> None:
    """Removes what a killed run left an hour ago or earlier."""
    for left in folder.parent.glob(_prefix(folder) + "*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """The command line: 0 when the sample is there, 1 when it cannot be written, 2 for wrong usage."""
    if len(arguments) != 1:
        print("usage: python -m data.sample FOLDER", file=sys.stderr)
        return 2
    try:
        make_sample(Path(arguments[0]))
    except OSError as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{len(plans())} images with masks lie in {arguments[0]}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
