"""The gate: whether a new version is better than the one that makes the proposals now, judged on check images only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

LEAST_GROUPS = 6  # a class with fewer check groups that hold it is named and left out
SURE_GROUPS = 10  # up to here the bootstrap alone is too bold: a sign test must hold as well
LEAST_CLEAN = 6  # fewer defect-free images say nothing of false alarms
MORE_ALARMS = 1 / 30  # by so much may the share of clean images with a false alarm rise
REASONS = ("better", "falls", "chance", "alarms", "few")
_RESAMPLES = 2000
_LEVEL = 0.05


@dataclass(frozen=True)
class Outcome:
    """What one version did on one check image for one class: areas in px, numbers of true regions and of those found, of
    proposed regions; `clean` where the image is free of every class."""

    image_id: int
    group: str
    class_id: int
    intersection: int
    union: int
    regions: int
    found: int
    proposed: int
    clean: bool = False


@dataclass(frozen=True)
class Decision:
    """`better` is True, False or None for "too few to say"; `missing` says in sentences what would help to say more;
    `classes` holds the figures of each class by its name.

    `figures` says the same for a face that has its own words: low, high, false_alarms, false_alarms_before, clean_images,
    regions, found, found_before (of the classes that count), reason (one of REASONS), fallen (names), wanted ({class: check
    images that are missing}), wanted_clean.
    """

    better: bool | None
    sentence: str
    classes: dict = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    figures: dict = field(default_factory=dict)

    def to_json(self) -> dict:
        return {"better": self.better, "sentence": self.sentence, "classes": self.classes, "missing": list(self.missing), **self.figures}


def iou(intersection: float, union: float) -> float:
    """Intersection over union; 1 where nothing is there and nothing was proposed."""
    return intersection / union if union else 1.0


def interval(candidate: np.ndarray, incumbent: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % interval of the difference of two pooled IoUs, by the paired bootstrap over groups.

    Both arrays (groups, 2) hold intersection and union in px; row i of each is the same group. Percentiles of resampling
    whole groups with replacement (B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
    """
    groups = len(candidate)
    if not groups:
        return -1.0, 1.0
    draws = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), _RESAMPLES)
    low, high = np.percentile(_pooled(draws @ candidate) - _pooled(draws @ incumbent), [100 * _LEVEL / 2, 100 - 100 * _LEVEL / 2])
    return float(low), float(high)


def _pooled(areas: np.ndarray) -> np.ndarray:
    return np.where(areas[:, 1] > 0, areas[:, 0] / np.maximum(areas[:, 1], 1), 1.0)


def sign_test(wins: int, losses: int) -> float:
    """How likely so many wins or more are if both versions are equal (one-sided; ties are left out before)."""
    n = wins + losses
    return sum(math.comb(n, k) for k in range(wins, n + 1)) / 2**n


@dataclass(frozen=True)
class _Why:
    """A verdict with its reason; `wanted` is how many more check images of a class, by its name, `wanted_clean` how many defect-free ones would help."""

    better: bool | None
    reason: str
    wanted: dict[str, int] = field(default_factory=dict)
    wanted_clean: int = 0
    fallen: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        said = {"better": "Better.", "falls": " ".join(f"Not better: {name} falls." for name in self.fallen), "few": "Too few to say.",
                "chance": "Not better: the difference may be chance.", "alarms": "Not better: more false alarms."}
        return said[self.reason]

    @property
    def missing(self) -> tuple[str, ...]:
        clean = (f"Mark {self.wanted_clean} more defect-free check images.",) if self.wanted_clean else ()
        of_classes = tuple(f"Mark {n} more check images of {name}." for name, n in self.wanted.items())
        return clean + of_classes or ((f"Mark {LEAST_GROUPS} check images of each class before their proposals are shown.",) if self.reason == "few" else ())

    def to_json(self) -> dict:
        return {"reason": self.reason, "fallen": list(self.fallen), "wanted": self.wanted, "wanted_clean": self.wanted_clean}


@dataclass(frozen=True)
class _ClassFigures:
    name: str
    groups: int
    candidate: float
    incumbent: float
    low: float
    high: float
    signs_hold: bool

    @property
    def counts(self) -> bool:
        return self.groups >= LEAST_GROUPS

    @property
    def falls(self) -> bool:
        return self.counts and self.high < 0

    @property
    def unsure(self) -> bool:
        return self.counts and self.groups <= SURE_GROUPS and not self.signs_hold

    @property
    def wanted(self) -> int:
        """How many more check images that hold the class would help."""
        return (SURE_GROUPS + 1 if self.unsure else LEAST_GROUPS) - self.groups

    def to_json(self) -> dict:
        return {"groups": self.groups, "counts": self.counts, "iou": round(self.candidate, 4), "iou_before": round(self.incumbent, 4),
                "low": round(self.low, 4), "high": round(self.high, 4)}


def decide(candidate: Iterable[Outcome], incumbent: Iterable[Outcome], names: dict[int, str], other: str) -> Decision:
    """Judges two versions by their outcomes on the same images and classes; ValueError where these differ.

    `names` holds the classes by id, `other` is how the sentence calls the incumbent. Better means: the lower end of the
    interval of the pooled-IoU difference is above 0, no class falls, and false alarms rise by at most one in 30 images.
    """
    new, old = _keyed(candidate), _keyed(incumbent)
    if new.keys() != old.keys():
        raise ValueError("The two versions were not run on the same images and classes.")
    by_id = {i: _class_figures(new, old, i, names.get(i, str(i))) for i in sorted({k[1] for k in new})}
    classes = list(by_id.values())
    keys = [k for k in new if by_id[k[1]].counts]
    low, high = interval(*_by_group(new, old, keys)) if keys else (-1.0, 1.0)
    clean = {k[0] for k in new if new[k].clean}
    alarms, alarms_before = _alarms(new), _alarms(old)
    counting = _counted(new, old, keys or list(new))
    why = _verdict(classes, low, len(clean), alarms - alarms_before)
    said = [why.words, _counts(counting, len(clean), alarms, alarms_before, other) if new else "There is no check image yet."]
    if keys and (left_out := [c.name for c in classes if not c.counts]):
        said.append(f"Left out, with fewer than {LEAST_GROUPS} check groups: {', '.join(left_out)}.")
    figures = {"low": round(low, 4), "high": round(high, 4), "false_alarms": alarms, "false_alarms_before": alarms_before, "clean_images": len(clean)}
    sentence = " ".join([*said, *why.missing])
    return Decision(why.better, sentence, {c.name: c.to_json() for c in classes}, why.missing, figures | counting | why.to_json())


def _verdict(classes: list[_ClassFigures], low: float, clean: int, more_alarms: int) -> _Why:
    counting = [c for c in classes if c.counts]
    wanted = {c.name: c.wanted for c in classes if not c.counts}
    if not counting:
        return _Why(None, "few", wanted)
    if fallen := tuple(c.name for c in counting if c.falls):
        return _Why(False, "falls", wanted, fallen=fallen)
    if low <= 0:
        return _Why(False, "chance", wanted)
    if clean and more_alarms > MORE_ALARMS * clean + 1e-9:
        return _Why(False, "alarms", wanted)
    unsure = {c.name: c.wanted for c in counting if c.unsure}
    few = max(0, LEAST_CLEAN - clean)
    if unsure or few:
        return _Why(None, "few", unsure | wanted, few)
    return _Why(True, "better", wanted)


def _keyed(outcomes: Iterable[Outcome]) -> dict[tuple[int, int], Outcome]:
    return {(o.image_id, o.class_id): o for o in outcomes}


def _by_group(new: dict, old: dict, keys: list) -> tuple[np.ndarray, np.ndarray]:
    """Intersection and union summed over each group, for both versions: two arrays (groups, 2)."""
    groups = {g: i for i, g in enumerate(sorted({new[k].group for k in keys}))}
    sums = np.zeros((2, len(groups), 2))
    for version, outcomes in enumerate((new, old)):
        for k in keys:
            sums[version, groups[outcomes[k].group]] += outcomes[k].intersection, outcomes[k].union
    return sums[0], sums[1]


def _class_figures(new: dict, old: dict, class_id: int, name: str) -> _ClassFigures:
    keys = [k for k in new if k[1] == class_id]
    holding = [k for k in keys if new[k].regions]
    ours, theirs = _by_group(new, old, keys)
    low, high = interval(ours, theirs)
    here, there = (_pooled(a) for a in _by_group(new, old, holding))
    signs_hold = sign_test(int((here > there).sum()), int((here < there).sum())) <= _LEVEL
    pooled = [iou(*a.sum(0)) for a in (ours, theirs)]
    return _ClassFigures(name, len({new[k].group for k in holding}), *pooled, low, high, signs_hold)


def _alarms(outcomes: dict) -> int:
    """Number of clean images on which a region of any class was proposed."""
    return len({k[0] for k, o in outcomes.items() if o.clean and o.proposed})


def _counted(new: dict, old: dict, keys: list) -> dict[str, int]:
    return {"regions": sum(new[k].regions for k in keys), "found": sum(new[k].found for k in keys), "found_before": sum(old[k].found for k in keys)}


def _counts(counted: dict[str, int], clean: int, alarms: int, alarms_before: int, other: str) -> str:
    regions, found, before = counted["regions"], counted["found"], counted["found_before"]
    if not clean:
        return f"It finds {found} of {regions} ({other}: {before}), no clean image to count false alarms on."
    alarm, image = "alarm" if alarms == 1 else "alarms", "image" if clean == 1 else "images"
    return f"It finds {found} of {regions} ({other}: {before}), {alarms} false {alarm} on {clean} clean {image} ({alarms_before})."
