"""How a new version answers best, alone or together with support_head: tried on images kept aside, as users will meet it."""

from __future__ import annotations

from dataclasses import replace

from core_models import turn
from core_models.contract.episode import Shot, SupportSet
from core_models.contract.job import Compute, ModelRef
from core_models.inference.calibration import smallest_area
from core_models.inference.features import FeatureStore
from core_models.inference.predictor import Predictor
from core_models.training import confidence
from core_models.training.project_episodes import LEAST_ASIDE, Question

FITTED = "support_head"
_AS_GOOD = 0.01  # IoU less: of two that are alike, two opinions


def met(model: ModelRef, compute: Compute, store: FeatureStore, questions: list[Question]) -> tuple[float, float]:
    """IoU of what a version would show on images that it did not learn from (NaN where none of them that holds a class is known whole), and
    the logit from which it shows the most that is right; UnreadableImage."""
    predictor = Predictor(model, replace(compute, cache_folder=""), store=store)
    tally, learnt = confidence.Tally(predictor.net.spread), {}
    for question in questions:
        turn.pause()
        shots = question.label.class_id, *(e.image.id for e in question.shots)
        if shots not in learnt:
            learnt[shots] = predictor.prepare(SupportSet(question.label.class_id, "", tuple(Shot(e.image, e.mask) for e in question.shots)))
        # Counted from the outline on: left-out shots may have moved both.
        cut = learnt[shots].calibration.cut
        regions = confidence.found(predictor.score(question.image, learnt[shots]).map, question.image, smallest_area(question), cut)
        tally.add([(mask, logit - cut, size) for mask, logit, size in regions], question.label, question.trains)
    peak = tally.peak(predictor.net.peak)
    return tally.iou(peak), peak


def tell(questions: list[Question]) -> bool:
    """Whether so many images that hold a class are known whole, and not learnt from, that an IoU means something."""
    return sum(q.label.complete and q.label.positive.area > 0 and not q.trains for q in questions) >= LEAST_ASIDE


def better_together(alone: float, together: float) -> bool:
    """By the IoU of each."""
    return together >= alone - _AS_GOOD
