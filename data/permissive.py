"""Readers of the real sets whose licence lets shipped weights learn from them, and the part of each that nothing learns from."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core_models.contract.opencv import cv2

SEED = 20261121
SHARE = 0.2
SETS = ("deeppcb_subset", "x_sdd")
_LIST = Path(__file__).with_name("test_part.json")
_REACH = 2  # px that a template may be off


@functools.cache
def _test_images() -> dict[str, frozenset[str]]:
    listed = json.loads(_LIST.read_text(encoding="utf-8"))["sets"]
    return {name: frozenset(image for images in groups.values() for image in images) for name, groups in listed.items()}


def is_test(set_name: str, image_name: str) -> bool:
    """Whether an image (file name with its ending) of a set belongs to the part kept for testing, by data/test_part.json.

    Raises KeyError for a set that has no such part.
    """
    return image_name in _test_images()[set_name]


def _in_part(set_name: str, image_name: str, part: str) -> bool:
    if part not in ("train", "test", "all"):
        raise ValueError(f"part must be 'train', 'test' or 'all', not {part!r}.")
    return part == "all" or is_test(set_name, image_name) == (part == "test")


def _manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grey(path: Path) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)


def choose_test_part(folder: Path, seed: int = SEED, share: float = SHARE) -> dict[str, list[str]]:
    """Groups for testing and their images, taken class by class in the order of a hash of the group's name until `share` of
    the class's images is reached; one too large for what is left is passed over. A group of several classes counts for its first."""
    members, classes = defaultdict(list), {}
    for row in _manifest(folder):
        members[row["group"]].append(row["image"])
        classes.setdefault(row["group"], row["cls"])
    chosen: dict[str, list[str]] = {}
    for name in sorted(set(classes.values())):
        groups = [group for group, of in classes.items() if of == name]
        groups.sort(key=lambda group: hashlib.sha256(f"{seed}:{folder.name}:{group}".encode()).digest())
        wanted, taken = share * sum(len(members[group]) for group in groups), 0
        for group in groups:
            if taken + len(members[group]) <= 1.1 * wanted:
                chosen[group] = sorted(members[group])
                taken += len(members[group])
    return chosen


def x_sdd_images(folder: Path, part: str = "train") -> Iterator[tuple[np.ndarray, str]]:
    """Pictures of the X-SDD set, uint8 (h, w), with the name of the class that each shows somewhere."""
    for row in _manifest(folder):
        if _in_part("x_sdd", row["image"], part):
            yield _grey(folder / "images" / row["image"]), row["cls"]


def deeppcb_masks(folder: Path, part: str = "train") -> Iterator[tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]]:
    """Boards of the DeepPCB set with masks made from their boxes: (image, template, {class: mask}).

    Image and template are uint8 (h, w), masks bool (h, w). `part` is "train", "test" or "all".
    """
    listed = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    names = {entry["id"]: entry["name"] for entry in listed["categories"]}
    boxes = defaultdict(list)
    for entry in listed["annotations"]:
        boxes[entry["image_id"]].append((names[entry["category_id"]], entry["bbox"]))
    for entry in listed["images"]:
        name = entry["file_name"]
        if _in_part("deeppcb_subset", name, part):
            image, template = _grey(folder / "images" / name), _grey(folder / "templates" / name)
            yield image, template, box_masks(image, template, boxes[entry["id"]])


def box_masks(image: np.ndarray, template: np.ndarray, boxes: list[tuple[str, tuple[float, float, float, float]]]) -> dict[str, np.ndarray]:
    """A mask for each class from boxes (class, (x, y, w, h)): both pictures are cut at half, the template is shifted by up to
    2 px to fit, their difference is opened by 3 x 3, and its largest piece in a box is the defect; empty boxes are dropped."""
    different = _difference(image > 127, template > 127)
    masks: dict[str, np.ndarray] = {}
    for name, (x, y, w, h) in boxes:
        left, top, right, bottom = max(int(x), 0), max(int(y), 0), int(np.ceil(x + w)), int(np.ceil(y + h))
        window = (slice(top, bottom), slice(left, right))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(different[window])
        if count < 2:
            continue
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        masks.setdefault(name, np.zeros(image.shape, bool))[window] |= labels == largest
    return masks


def _difference(image: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Where the best-fitting shift of the template differs from the image, opened, as uint8 0 or 1; bool in, same shape."""
    height, width = image.shape
    framed = np.pad(template, _REACH, mode="edge")
    shifts = [framed[dy:dy + height, dx:dx + width] for dy in range(2 * _REACH + 1) for dx in range(2 * _REACH + 1)]
    best = min(shifts, key=lambda shifted: int(np.count_nonzero(shifted != image)))
    return cv2.morphologyEx((best != image).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))


def write_test_part(data: Path) -> None:
    """Writes data/test_part.json anew from the sets in a folder; needed only when a set is added."""
    listed = {"seed": SEED, "share": SHARE, "sets": {name: choose_test_part(data / name) for name in SETS}}
    _LIST.write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n", encoding="utf-8")
