"""From which logit on a proposed region may be trusted: measured on images that were not trained on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core_models.contract.episode import ImageRef
from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.postprocess import Calibration, regions_of
from core_models.inference.view import scale_of

LEAST_REGIONS = 8  # right ones, and wrong ones: with fewer the old values stay
_WIDE = 10.0  # spread that keeps the scores of all regions far from 0 and 1, where rounding would lose their logits
_ALL = Calibration(peak=0.0, spread=_WIDE)  # of regions of any size and logit
_PRIOR = 10.0  # regions that the old values weigh as much as
_PEAKS, _SPREADS = np.arange(-4.0, 12.01, 0.25), np.array([0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0])

Point = tuple[float, float, bool]  # mean logit of its strongest tenth; size: log of its area, less that of the smallest drawn, 0 at most; right or not


def found(score_map: np.ndarray, image: ImageRef, area_px: int, cut: float = 0.0) -> list[tuple[Mask, float, float]]:
    """Every region of an 8-bit score map above a cut: its mask, its logit, its size (see `Point`). Specks are left out."""
    _, regions = regions_of(score_map, scale_of(image.width, image.height), image.width, image.height, replace(_ALL, cut=cut))
    drawn = Calibration(area_px=area_px)
    return [(r.mask, _WIDE * math.log(r.score / (1 - r.score)), min(0.0, math.log(r.mask.area / area_px))) for r in regions if not drawn.is_speck(r.mask.area)]


def points(score_map: np.ndarray, image: ImageRef, label: TrainLabel, area_px: int) -> list[Point]:
    """Each region of an 8-bit score map, and whether it is right: at least half of it lies on the defect. One of which less than
    half is known is left out. `area_px` is that of the smallest region drawn in the shots."""
    return [(logit, size, 2 * mask.intersection_area(label.positive) >= mask.area)
            for mask, logit, size in found(score_map, image, area_px) if 2 * _known(mask, label) >= mask.area]


def _known(region: Mask, label: TrainLabel) -> int:
    """Number of the region's pixels of which somebody said what they are."""
    if label.complete:
        return region.area - region.intersection_area(label.ignore)
    return region.intersection_area(label.positive) + region.intersection_area(label.negative)


def fit(seen: list[Point], peak: float, spread: float) -> tuple[float, float]:
    """`peak`, the logit of even odds of a region that is not small, and `spread`, the logits that multiply the odds by e, by maximum
    likelihood; the old values count as much as ten regions that fit them. Too few regions leave them as they are."""
    right = np.array([is_right for *_, is_right in seen], bool)
    if min(right.sum(), (~right).sum()) < LEAST_REGIONS:
        return peak, spread
    logits, sizes = np.array([logit for logit, *_ in seen]), np.array([size for _, size, _ in seen])
    prior = np.linspace(peak - 3 * spread, peak + 3 * spread, 13)
    believed = 1 / (1 + np.exp(-(prior - peak) / spread))
    best = min((_unlikely((logits - p) / s + sizes, right) + _PRIOR * _unlikely((prior - p) / s, believed) / len(prior), p, s) for p in _PEAKS for s in _SPREADS)
    return float(best[1]), float(best[2])


def _unlikely(odds: np.ndarray, right: np.ndarray) -> float:
    """Negative log likelihood of outcomes in 0..1, by the logarithms of their odds."""
    return float((np.logaddexp(0, odds) - right * odds).sum())
