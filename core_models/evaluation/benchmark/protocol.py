"""What is measured: data, drawing of episodes, engines and how they are trained, as a JSON file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path

from core_models.evaluation.benchmark.episodes import Drawing
from core_models.evaluation.benchmark.items import BenchmarkError, Pool
from core_models.evaluation.benchmark.pools import folds_pool, unseen_pool
from core_models.evaluation.benchmark.published import published_pool
from core_models.training.folds import Recipe

BUNDLED = Path(__file__).resolve().parent / "protocols"
SOURCES = ("folds", "unseen", "surface_defect_4i", "fssd_12", "strip_steel_9")
LAST, CHOSEN, BEST_ON_TEST = "last epoch", "chosen on held-out base classes", "best on test (only beside papers)"


@dataclass(frozen=True)
class Entry:
    """One engine of a benchmark: `label` names its rows; without a `recipe` it answers as it ships (or with the weights of
    `folder`), with one it is trained on each fold's base classes. `seeds`: one training each. `beside`: a trained entry together with
    which it answers (in the file by its label), with the weights of its own seeds."""

    label: str
    engine: str
    params: dict = field(default_factory=dict)
    folder: str = ""
    recipe: Recipe | None = None
    seeds: tuple[int, ...] = (1,)
    beside: Entry | None = None


@dataclass(frozen=True)
class Protocol:
    """`source` says which data; `folds` which of their folds are run (none: all); `held_out`, by fold, which base classes are
    not trained on but choose the epoch; `rule` how grey masks of published sets become defects; `side`: px of the
    square that images are squeezed to for engines with a recipe, as the papers have it; `compared`: pairs of labels;
    `quoted`: which figures of papers stand beside ours (quoted.py)."""

    title: str
    source: str
    drawing: Drawing
    entries: tuple[Entry, ...]
    folds: tuple[str, ...] = ()
    held_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rule: str = "== 255"
    side: int = 200
    compared: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    quoted: str = ""

    def entry(self, label: str) -> Entry:
        for entry in self.entries:
            if entry.label == label:
                return entry
        raise BenchmarkError(f"This benchmark has no engine {label}. It has {', '.join(e.label for e in self.entries)}.")

    def pool(self, data: Path) -> Pool:
        """The images; BenchmarkError where they are not there."""
        if self.source == "folds":
            pool = folds_pool(data, data / "folds.json", self.drawing.half)
        elif self.source == "unseen":
            pool = unseen_pool(data, self.drawing.half)
        else:
            pool = published_pool(self.source, data, self.rule)
        strange = [f for f in (*self.folds, *self.held_out) if f not in pool.folds]
        if strange:
            raise BenchmarkError(f"There is no fold {strange[0]}. There are {', '.join(pool.folds)}.")
        folds = {name: classes for name, classes in pool.folds.items() if not self.folds or name in self.folds}
        for fold in folds:
            foreign = [name for name in self.held_out.get(fold, ()) if name not in pool.base(fold)] if fold in pool.folds else []
            if foreign:
                raise BenchmarkError(f"{foreign[0]} cannot be held out in fold {fold}: it is no base class there.")
        return dataclasses.replace(pool, folds=folds)


def load(name: str) -> Protocol:
    """A protocol by the name of a bundled one, or by its file; BenchmarkError."""
    path = BUNDLED / f"{name}.json"
    if not path.is_file():
        path = Path(name)
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BenchmarkError(f"There is no benchmark {name}. There are {', '.join(sorted(p.stem for p in BUNDLED.glob('*.json')))}, or give a file.") from None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BenchmarkError(f"{path} describes no benchmark ({fault}).") from fault


def from_json(said: dict) -> Protocol:
    """A protocol of its JSON form; ValueError, KeyError or TypeError where it is none."""
    entries: list[Entry] = []
    for e in said["entries"]:
        recipe = Recipe(**_with_tuples(e["recipe"])) if e.get("recipe") else None
        trained = {known.label: known for known in entries if known.recipe}
        beside = trained[e["beside"]] if e.get("beside") else None
        entries.append(Entry(**{**_with_tuples(e), "recipe": recipe, "params": dict(e.get("params", {})), "beside": beside}))
    if said["source"] not in SOURCES:
        raise ValueError(f"its source is none of {', '.join(SOURCES)}")
    rest = {k: v for k, v in _with_tuples(said).items() if k not in ("entries", "drawing", "held_out", "compared")}
    return Protocol(drawing=Drawing(**_with_tuples(said.get("drawing", {}))), entries=tuple(entries),
                    held_out={f: tuple(v) for f, v in said.get("held_out", {}).items()},
                    compared=tuple(tuple(pair) for pair in said.get("compared", ())), **rest)


def _with_tuples(said: dict) -> dict:
    return {k: tuple(tuple(x) if isinstance(x, list) else x for x in v) if isinstance(v, list) else v for k, v in said.items()}
