"""Tiny data sets in the forms that the benchmark reads: grey noise with bright squares as defects."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from core_models.contract.opencv import cv2

CLASSES = {"one": 1, "two": 2}


def save(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, array)[1].tobytes())


def picture(rng: np.random.Generator, size: tuple[int, int], bright: int, defect: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """An image (h, w) and where its defect is."""
    image = rng.integers(60, 90, size).astype(np.uint8)
    where = np.zeros(size, bool)
    if defect:
        y, x = rng.integers(0, size[0] - 14), rng.integers(0, size[1] - 14)
        where[y : y + 14, x : x + 14] = True
        image[where] = bright
    return image, where


def own_set(folder: Path, name: str, images: int, clean: int = 2, seed: int = 0) -> None:
    """A set in this project's form, `images` of each of CLASSES."""
    rng, rows = np.random.default_rng(seed), []
    for kind, value in CLASSES.items():
        for k in range(images):
            image, where = picture(rng, (40, 56), 150 + 50 * value)
            save(folder / name / "images" / f"{kind}_{k}.png", image)
            save(folder / name / "masks" / f"{kind}_{k}.png", where.astype(np.uint8) * value)
            rows.append({"image": f"{kind}_{k}.png", "cls": kind, "group": f"{name}-{kind}-{k}"})
    for k in range(clean):
        save(folder / name / "images" / f"free_{k}.png", picture(rng, (40, 56), 0, defect=False)[0])
        rows.append({"image": f"free_{k}.png", "cls": "free", "group": f"{name}-free-{k}"})
    with (folder / name / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["image", "cls", "group"])
        writer.writeheader()
        writer.writerows(rows)
    (folder / name / "classes.json").write_text(json.dumps({"classes": CLASSES}), encoding="utf-8")


def folds(folder: Path, images: int = 6) -> Path:
    """Two sets of two classes each, and folds.json that tests one set each; the data folder."""
    for seed, name in enumerate(("瓷砖", "steel")):
        own_set(folder, name, images, seed=seed)
    classes = {f"{kind}_{name}": [name, [value]] for name in ("瓷砖", "steel") for kind, value in CLASSES.items()}
    said = {"classes": classes, "folds": {"0": ["one_瓷砖", "two_瓷砖"], "1": ["one_steel", "two_steel"]}, "images_per_class": dict.fromkeys(classes, images)}
    (folder / "folds.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return folder


def published(root: Path, classes: dict[str, int], clean: int = 0, grey: str = "") -> None:
    """Classes in the folder form of Surface Defect-4i and FSSD-12; the masks of `grey` have edges of other values than 255."""
    rng = np.random.default_rng(1)
    for name, images in classes.items():
        for k in range(1, images + 1):
            image, where = picture(rng, (32, 32), 220)
            mask = where.astype(np.uint8) * 255
            if name == grey:
                mask[np.argmax(where.any(1)), where.any(0)] = 200
            save(root / name / "Images" / f"{name}_{k}.jpg", image)
            save(root / name / "GT" / f"{name}_{k}.png", mask)
        for k in range(1, clean + 1):
            save(root / name / "Nd" / f"Nd_{k}.jpg", picture(rng, (32, 32), 0, defect=False)[0])


def lists(root: Path, folds_of: dict[str, tuple[str, ...]], images: int, clean: int) -> None:
    """The test lists of Surface Defect-4i, the first line of each after a byte-order mark."""
    folder = root / "data_list" / "test"
    folder.mkdir(parents=True)
    for fold, names in folds_of.items():
        defective = [f"{n}/Images/{n}_{k}.jpg  {i}" for i, n in enumerate(names, 1) for k in range(1, images + 1)]
        free = [f"{n}/Nd/Nd_{k}.jpg  {i}" for i, n in enumerate(names, 1) for k in range(1, clean + 1)]
        for kind, lines in (("defective", defective), ("clean", free)):
            (folder / f"fold_{fold}_{kind}.txt").write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode() + b"\n")
