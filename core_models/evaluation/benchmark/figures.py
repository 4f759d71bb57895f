"""Figures of few-shot segmentation from counts of pixels: class mIoU, FB-IoU, pooled IoU, false alarms, and their intervals.

Class mIoU, as the field counts it: a class's intersections and unions are added up over its queries and divided, then the
mean is taken over a fold's classes, then over folds. FB-IoU: the same sums for defect and for ground over all queries of a
fold whatever their class, the mean of both ratios, then over folds. Intervals are percentiles of a bootstrap (B. Efron,
R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 4000
_LEVEL = 0.95


@dataclass(frozen=True)
class Answered:
    """What an engine answered to one episode: `counts` (n, 4) of the queries: pixels rightly proposed, wrongly proposed, missed,
    and of the whole image; `alarms` (m,): pixels proposed on the clean images. Seconds are of the wall clock."""

    fold: str
    class_name: str
    shots: int
    draw: int
    groups: tuple[str, ...]
    counts: np.ndarray
    alarms: np.ndarray
    learn_s: float = 0.0
    answer_s: float = 0.0


def counts_of(proposed: np.ndarray, truth: np.ndarray) -> tuple[int, int, int, int]:
    """The row of `Answered.counts` of two boolean masks of one shape."""
    right = int((proposed & truth).sum())
    return right, int(proposed.sum()) - right, int(truth.sum()) - right, truth.size


def iou(counts: np.ndarray) -> float:
    """IoU of counts (n, 4) added up; 1 where nothing is there and nothing was proposed."""
    right, wrong, missed = np.asarray(counts, np.int64).reshape(-1, 4)[:, :3].sum(0)
    return float(right / (right + wrong + missed)) if right + wrong + missed else 1.0


def ground_iou(counts: np.ndarray) -> float:
    """IoU of the ground: what neither mask holds over what not both hold."""
    right, wrong, missed, whole = np.asarray(counts, np.int64).reshape(-1, 4).sum(0)
    return float((whole - right - wrong - missed) / (whole - right)) if whole - right else 1.0


def class_ious(answered: Sequence[Answered]) -> dict[str, dict[str, float]]:
    """Fold -> class -> IoU, over everything that is given."""
    found: dict[str, dict[str, list[np.ndarray]]] = {}
    for a in answered:
        found.setdefault(a.fold, {}).setdefault(a.class_name, []).append(a.counts)
    return {fold: {name: iou(np.concatenate(parts)) for name, parts in names.items()} for fold, names in found.items()}


def class_miou(answered: Sequence[Answered]) -> float:
    return float(np.mean([np.mean(list(names.values())) for names in class_ious(answered).values()]))


def fb_iou(answered: Sequence[Answered]) -> float:
    return float(np.mean([(iou(c) + ground_iou(c)) / 2 for c in _by_fold(answered)]))


def pooled_iou(answered: Sequence[Answered]) -> float:
    """IoU of all pixels of a fold together, mean over folds."""
    return float(np.mean([iou(c) for c in _by_fold(answered)]))


def false_alarms(answered: Sequence[Answered]) -> float | None:
    """Share of clean images on which anything was proposed; None without clean images."""
    areas = np.concatenate([a.alarms for a in answered]) if answered else np.zeros(0)
    return float((areas > 0).mean()) if len(areas) else None


FIGURES = {"class mIoU": class_miou, "FB-IoU": fb_iou, "pooled IoU": pooled_iou, "false alarms": false_alarms}


def by_draw(answered: Sequence[Answered]) -> dict[int, list[Answered]]:
    found: dict[int, list[Answered]] = {}
    for a in answered:
        found.setdefault(a.draw, []).append(a)
    return dict(sorted(found.items()))


def per_draw(answered: Sequence[Answered], figure: str) -> np.ndarray:
    """The figure of each draw, in their order (NaN where it has none)."""
    values = [FIGURES[figure](part) for part in by_draw(answered).values()]
    return np.array([np.nan if v is None else v for v in values])


def over_draws(values: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """Mean of the draws' values and its interval, by resampling draws; of paired differences just so."""
    values = np.asarray(values, float)
    picked = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    return float(values.mean()), *_percentiles(values[picked].mean(1))


@dataclass(frozen=True)
class Difference:
    """`mean` over draws of one engine's class mIoU less another's, its interval over draws, and the wider one over draws and groups of images."""

    mean: float
    draws: tuple[float, float]
    images: tuple[float, float]


def difference(ours: Sequence[Answered], theirs: Sequence[Answered], seed: int = 0) -> Difference:
    """Paired by draw: both were given the same shots and queries; ValueError where they were not."""
    keys = [sorted((a.fold, a.class_name, a.draw, a.groups) for a in side) for side in (ours, theirs)]
    if keys[0] != keys[1]:
        raise ValueError("The two engines did not answer the same episodes.")
    mean, *draws = over_draws(per_draw(ours, "class mIoU") - per_draw(theirs, "class mIoU"), seed)
    images = _percentiles(resampled(ours, seed) - resampled(theirs, seed))
    return Difference(mean, tuple(draws), images)


def over_images(answered: Sequence[Answered], seed: int = 0) -> tuple[float, float]:
    """Interval of the class mIoU, mean over draws, when draws and, within each class, groups of images are resampled."""
    return _percentiles(resampled(answered, seed))


def resampled(answered: Sequence[Answered], seed: int = 0) -> np.ndarray:
    """The class mIoU in each of `RESAMPLES` resamplings: draws, and each class's groups. The same seed gives the same
    resamplings to engines that answered the same episodes."""
    draws = list(by_draw(answered))
    rng = np.random.default_rng(seed)
    draw_weights = rng.multinomial(len(draws), np.full(len(draws), 1 / len(draws)), RESAMPLES)
    folds: dict[str, list[np.ndarray]] = {}
    for fold, name in sorted({(a.fold, a.class_name) for a in answered}):
        sums = _by_group([a for a in answered if (a.fold, a.class_name) == (fold, name)], draws)
        groups = sums.shape[1]
        weights = rng.multinomial(groups, np.full(groups, 1 / groups), RESAMPLES).astype(float)
        both, either = weights @ sums[..., 0].T, weights @ sums[..., 1].T
        ratios = np.where(either > 0, both / np.maximum(either, 1), 1.0)
        folds.setdefault(fold, []).append((ratios * draw_weights).sum(1) / len(draws))
    return np.mean([np.mean(classes, 0) for classes in folds.values()], 0)


def _by_group(answered: Sequence[Answered], draws: list[int]) -> np.ndarray:
    """Intersection and union (draws, groups, 2) in px; nothing where a group was a draw's shot."""
    groups = {g: k for k, g in enumerate(sorted({g for a in answered for g in a.groups}))}
    sums = np.zeros((len(draws), len(groups), 2))
    for a in answered:
        for group, (right, wrong, missed, _) in zip(a.groups, a.counts, strict=True):
            sums[draws.index(a.draw), groups[group]] += right, right + wrong + missed
    return sums


def _by_fold(answered: Sequence[Answered]) -> list[np.ndarray]:
    folds: dict[str, list[np.ndarray]] = {}
    for a in answered:
        folds.setdefault(a.fold, []).append(a.counts)
    return [np.concatenate(parts) for parts in folds.values()]


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [50 - 50 * _LEVEL, 50 + 50 * _LEVEL])
    return float(low), float(high)
