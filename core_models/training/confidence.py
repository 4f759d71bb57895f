"""From which logit on a proposed region is shown: chosen on images that were not trained on."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core_models.contract.episode import ImageRef
from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.postprocess import Calibration, regions_of
from core_models.inference.view import scale_of

PEAKS = np.arange(-5, 10.01, 0.25)
_WIDE = 10.0  # spread that keeps the scores of all regions far from 0 and 1, where rounding would lose their logits
_ALL = Calibration(peak=0.0, spread=_WIDE)  # of regions of any size and logit
_NEAR = 0.01  # IoU that tells no two peaks apart

Found = tuple[Mask, float, float]  # mean logit of a region's strongest tenth; size: log of its area, less that of the smallest drawn, 0 at most
Counted = tuple[np.ndarray, np.ndarray]  # px of intersection and union with the defect (peaks,) of what is shown from each of PEAKS on


def found(score_map: np.ndarray, image: ImageRef, area_px: int, cut: float = 0.0) -> list[Found]:
    """Every region of an 8-bit score map above a cut; `area_px` is that of the smallest region drawn in the shots. Specks are left out."""
    _, regions = regions_of(score_map, scale_of(image.width, image.height), image.width, image.height, replace(_ALL, cut=cut))
    drawn = Calibration(area_px=area_px)
    return [(r.mask, _WIDE * math.log(r.score / (1 - r.score)), min(0.0, math.log(r.mask.area / area_px))) for r in regions if not drawn.is_speck(r.mask.area)]


def counted(regions: Iterable[Found], label: TrainLabel, spread: float) -> Counted:
    """What would be shown of the regions, against what is known: of ground that nobody spoke of nothing counts."""
    truth = label.positive - label.ignore
    met, either = np.zeros(len(PEAKS), np.int64), np.full(len(PEAKS), truth.area)
    for mask, logit, size in regions:
        right = mask.intersection_area(truth)
        wrong = mask.area - right - mask.intersection_area(label.ignore) if label.complete else mask.intersection_area(label.negative)
        shown = logit + spread * size >= PEAKS
        met, either = met + right * shown, either + wrong * shown
    return met, either


class Tally:
    """What would be shown of one version's regions, over questions: from which logit on it gives the most, and how much that is."""

    def __init__(self, spread: float) -> None:
        self.spread = spread
        self._known: dict[int, list[Counted]] = {}
        self._whole: dict[int, list[Counted]] = {}  # of other ground nothing is known: an IoU would be best for those who mark everything
        self._marked: set[int] = set()  # classes that are there to be found on one of those

    def add(self, regions: Iterable[Found], label: TrainLabel, learnt: bool = False) -> None:
        """The regions that are proposed for a class on an image. `learnt`: the version learnt from it, and its IoU there would say nothing."""
        seen = counted(regions, label, self.spread)
        self._known.setdefault(label.class_id, []).append(seen)
        if label.complete and not learnt:
            self._whole.setdefault(label.class_id, []).append(seen)
            if label.positive.area:
                self._marked.add(label.class_id)

    def peak(self, before: float, near: float | None = None) -> float:
        """Of those whose IoU is within a point of the best, from the outline on, the one nearest to `near`, or else the middle: as far from
        hiding what is fainter elsewhere as from showing what is wrong there. Where nothing right was found at all, the one of before."""
        if not any(met.any() for images in self._known.values() for met, _ in images):
            return before
        iou = mean_iou(self._known)[PEAKS >= 0]
        good = PEAKS[PEAKS >= 0][iou >= iou.max() - _NEAR]
        return float(good[len(good) // 2] if near is None else good[np.abs(good - near).argmin()])

    def iou(self, peak: float) -> float:
        """Of what is shown from a peak on, over the images that are known whole: pooled over those of a class, mean over the
        classes that are there to be found; NaN without such."""
        classes = {class_id: self._whole[class_id] for class_id in self._marked}
        return float(mean_iou(classes)[np.abs(PEAKS - peak).argmin()]) if classes else math.nan


def mean_iou(of_classes: Mapping[Hashable, Sequence[Counted]]) -> np.ndarray:
    """Pooled over a class's images, mean over the classes (peaks,); 1 for a class of which nothing is there nor shown."""
    pooled = [np.sum(images, 0) for images in of_classes.values()]
    return np.mean([np.where(either > 0, met / np.maximum(either, 1), 1.0) for met, either in pooled], 0)
