"""How a new version answers best, alone or together with support_head: tried on images kept aside, as users will meet it."""

from __future__ import annotations

import math
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
_AS_GOOD = 0.01  # IoU less: two opinions are better than one where nobody can tell


def met(model: ModelRef, compute: Compute, store: FeatureStore, questions: list[Question]) -> tuple[float, float]:
    """IoU of what a version would show on images that it did not learn from (NaN where too few that hold a class are known whole), and the logit
    from which it shows the most that is right; UnreadableImage."""
    predictor = Predictor(model, replace(compute, cache_folder=""), store=store)
    every, unseen, learnt = confidence.Tally(predictor.net.spread), confidence.Tally(predictor.net.spread), {}
    for question in questions:
        turn.pause()
        shots = question.label.class_id, *(e.image.id for e in question.shots)
        if shots not in learnt:
            learnt[shots] = predictor.prepare(SupportSet(question.label.class_id, "", tuple(Shot(e.image, e.mask) for e in question.shots)))
        # Counted from the outline on: left-out shots may have moved both.
        cut = learnt[shots].calibration.cut
        regions = confidence.found(predictor.score(question.image, learnt[shots]).map, question.image, smallest_area(question), cut)
        for tally in [every] if question.trains else [every, unseen]:
            tally.add([(mask, logit - cut, size) for mask, logit, size in regions], question.label)
    peak = every.peak(predictor.net.peak)
    told = sum(q.label.complete and q.label.positive.area > 0 and not q.trains for q in questions)
    return unseen.iou(peak) if told >= LEAST_ASIDE else math.nan, peak


def better_together(alone: float, together: float) -> bool:
    """By the IoU of each; where either is NaN, too."""
    return not together < alone - _AS_GOOD
