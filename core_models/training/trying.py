"""How a new version answers best, alone or together with support_head: tried on images kept aside, as users will meet it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core_models import turn
from core_models.contract.card import SHARE, TOGETHER
from core_models.contract.episode import Shot, SupportSet
from core_models.contract.job import Compute, ModelRef
from core_models.contract.score_map import STEPS, ZERO
from core_models.inference.calibration import smallest_area
from core_models.inference.features import FeatureStore
from core_models.inference.postprocess import quantised
from core_models.inference.predictor import Predictor, Prepared
from core_models.training import confidence
from core_models.training.project_episodes import LEAST_ASIDE, Question

FITTED = "support_head"
ALONE, USUAL = 1.0, 0.5  # shares of the version; the latter where too few images tell
SHARES = (USUAL, 0.2, 0.7, ALONE)  # in the order in which they are preferred
_AS_GOOD = 0.01  # IoU: of two that are so near, the one that is tried first


@dataclass(frozen=True)
class Way:
    """How a version answers: which `share` of the answer is its own, and the logit from which a region is shown."""

    share: float
    peak: float

    def facts(self) -> dict:
        """What its card says of it."""
        return {} if self.share == ALONE else {TOGETHER: FITTED, SHARE: self.share}


def best(model: ModelRef, compute: Compute, store: FeatureStore, questions: list[Question]) -> Way:
    """The way that shows the most that is right on images which the version did not learn from; UnreadableImage.

    Together, a region counts from about where it would count for both, each by its share: few images choose, and the logits of
    support_head are as high on the easy ones as to hide, elsewhere, what it finds.
    """
    own, fitted = _Answers(model, replace(compute, cache_folder=""), store), _Answers(ModelRef(0, FITTED), compute, store)
    if not questions:
        return Way(USUAL, own.predictor.net.peak)
    tallies = {share: confidence.Tally(own.predictor.net.spread) for share in SHARES}
    for question in questions:
        turn.pause()
        mine, its, area = own.logits(question), fitted.logits(question), smallest_area(question)
        for share, tally in tallies.items():
            tally.add(confidence.found(quantised(share * mine + (1 - share) * its), question.image, area), question.label, question.trains)
    alone = tallies[ALONE].peak(own.predictor.net.peak)
    usual = {share: share * alone + (1 - share) * fitted.peak for share in SHARES}
    ways = [Way(share, tally.peak(usual[share], usual[share])) for share, tally in tallies.items()]
    return ways[chosen([tallies[way.share].iou(way.peak) for way in ways])] if tell(questions) else ways[0]


def chosen(ious: list[float]) -> int:
    """The first that is as good as the best."""
    return next(k for k, iou in enumerate(ious) if iou >= max(ious) - _AS_GOOD)


def tell(questions: list[Question]) -> bool:
    """Whether so many images that hold a class are known whole, and not learnt from, that an IoU means something."""
    return sum(q.label.complete and q.label.positive.area > 0 and not q.trains for q in questions) >= LEAST_ASIDE


class _Answers:
    """One engine's logits for questions; what it learnt of the same shots is kept."""

    def __init__(self, model: ModelRef, compute: Compute, store: FeatureStore) -> None:
        self.predictor = Predictor(model, compute, store=store)
        self._learnt: dict[tuple[int, ...], Prepared] = {}

    @property
    def peak(self) -> float:
        """Logit, from the outline on, from which a region counts; over what was learnt so far."""
        return float(np.mean([learnt.calibration.peak - learnt.calibration.cut for learnt in self._learnt.values()]))

    def logits(self, question: Question) -> np.ndarray:
        """Of each cell, counted from the outline on."""
        key = question.label.class_id, *(e.image.id for e in question.shots)
        if key not in self._learnt:
            self._learnt[key] = self.predictor.prepare(SupportSet(question.label.class_id, "", tuple(Shot(e.image, e.mask) for e in question.shots)))
        learnt = self._learnt[key]
        return (self.predictor.score(question.image, learnt).map.astype(np.float32) - ZERO) / STEPS - learnt.calibration.cut
