"""Reads pools from folders in this project's form of data sets: manifest.csv, classes.json, images/ and masks/."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from core_models.evaluation.benchmark.items import BenchmarkError, Item, NotThere, Pool
from core_models.training.development import is_even

FREE = "free"
# The seven sets with masks, and which of their classes are looked at as one since each has a few images only.
UNSEEN = ("magnetic_tile", "sd_saliency_900", "neu_seg", "kolektor_sdd", "aitex_fabric", "crackforest", "dagm_class1")
_JOINED = {"aitex_fabric": "defect"}
HALVES = ("all", "odd", "even")


def folds_pool(data: Path, file: Path, half: str = "all") -> Pool:
    """The pool of a fold file: {"classes": {name: [set, [mask values]]}, "folds": {fold: [names]}}, sets below `data`.

    `half`: which half of the groups is tested, by the hash of their names; base classes keep all of theirs.
    """
    said = _read_json(file)
    try:
        classes = {str(name): (str(where), tuple(int(v) for v in values)) for name, (where, values) in said["classes"].items()}
        folds = {str(fold): tuple(map(str, names)) for fold, names in said["folds"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BenchmarkError(f"{file} is no fold file: it wants \"classes\" {{name: [set, [mask values]]}} and \"folds\" {{fold: [names]}}.") from None
    strange = sorted({name for names in folds.values() for name in names} - classes.keys())
    if strange:
        raise BenchmarkError(f"{file} has {', '.join(strange)} in a fold but not among its classes. Add it there, or take it out of the fold.")
    found, clean = {}, {}
    for name, (where, values) in classes.items():
        found[name] = tuple(items_of(data / where, where, values))
        clean[name] = tuple(clean_of(data / where, where))
    _counted(file, found, said.get("images_per_class"))
    return Pool(found, clean, folds, {name: where for name, (where, _) in classes.items()}, _half_note(half))


def unseen_pool(data: Path, half: str = "all") -> Pool:
    """Each set that is there as a fold of its own, with all of its classes."""
    found, clean, folds, sets, missing = {}, {}, {}, {}, []
    for where in UNSEEN:
        if not (data / where / "manifest.csv").is_file():
            missing.append(where)
            continue
        ids = _read_json(data / where / "classes.json")["classes"]
        kinds = {_JOINED[where]: tuple(ids.values())} if where in _JOINED else {name: (value,) for name, value in ids.items()}
        for name, values in kinds.items():
            found[f"{where}/{name}"] = tuple(items_of(data / where, where, values))
            clean[f"{where}/{name}"] = tuple(clean_of(data / where, where))
            sets[f"{where}/{name}"] = where
        folds[where] = tuple(name for name in found if sets[name] == where)
    if not found:
        raise NotThere(f"{data} holds none of {', '.join(UNSEEN)}: not run.")
    notes = (f"Not there, hence not run: {', '.join(missing)}.",) if missing else ()
    return Pool(found, clean, folds, sets, notes + _half_note(half))


def items_of(folder: Path, where: str, values: tuple[int, ...]) -> list[Item]:
    """The images of a set that hold one of the mask values, in the manifest's order; BenchmarkError where a file is missing."""
    rows = _rows(folder)
    missing = [r["image"] for r in rows if not (folder / "images" / r["image"]).is_file()]
    if missing:
        raise BenchmarkError(f"{folder / 'manifest.csv'} names {len(missing)} images that are not there, {missing[0]} for one. Put the data folder back from its source.")
    found = [_item(folder, where, r, values) for r in rows if r.get("cls") != FREE and (folder / "masks" / _mask_name(r)).is_file()]
    return [item for item in found if item.share() > 0]


def clean_of(folder: Path, where: str) -> list[Item]:
    return [Item(f"{where}/{r['image']}", folder / "images" / r["image"], None, _group(r)) for r in _rows(folder) if r.get("cls") == FREE]


def in_half(item: Item, half: str) -> bool:
    return half == "all" or is_even(item.group) == (half == "even")


def _item(folder: Path, where: str, row: dict, values: tuple[int, ...]) -> Item:
    return Item(f"{where}/{row['image']}", folder / "images" / row["image"], folder / "masks" / _mask_name(row), _group(row), values)


def _mask_name(row: dict) -> str:
    return Path(row["image"]).stem + ".png"


def _group(row: dict) -> str:
    return row.get("group") or row["image"]


def _rows(folder: Path) -> list[dict]:
    try:
        with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as fault:
        raise NotThere(f"{folder} is not there or has no manifest.csv: not run. Say where the data are with --data.") from fault


def _read_json(file: Path) -> dict:
    try:
        said = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise NotThere(f"{file} is not there: not run. Say where the data are with --data.") from None
    except (OSError, ValueError) as fault:
        raise BenchmarkError(f"{file} cannot be read as JSON ({fault}). Put it back from its source.") from fault
    if not isinstance(said, dict):
        raise BenchmarkError(f"{file} holds no JSON object. Put it back from its source.")
    return said


def _counted(file: Path, found: dict[str, tuple[Item, ...]], said: dict | None) -> None:
    for name, count in (said or {}).items():
        if name in found and len(found[name]) < int(count):
            raise BenchmarkError(f"{file} names {count} images of {name}, and {len(found[name])} are there. Put the data folder back from its source.")


def _half_note(half: str) -> tuple[str, ...]:
    return () if half == "all" else (f"Tested on the groups whose hash is {half} only; recipes were chosen on the even ones.",)
