"""What people's decisions say of a score: how many of ten proposals like it are accepted. Of one class and one run.

A run is a version with the present shots of the class: other shots or another version give other scores, and nothing is
carried over. Decisions that were made in bulk are left out: who accepts all from a score up has not looked at each, and a
calibration that learnt from that would only repeat it. A corrected region counts as accepted while its annotation is of the
class: there was a defect. What was dismissed, superseded or withdrawn says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.store import queries
from app.store.records import Annotation, Inference, Prediction
from app.store.shots import present_digest

LEAST = 20  # accepted, and as many rejected, before a score means anything


@dataclass(frozen=True)
class Calibration:
    """The share of proposals that are accepted, as it rises with the score: straight lines between the points."""

    scores: tuple[float, ...]
    shares: tuple[float, ...]

    def share(self, score: float) -> float:
        """Of proposals with such a score, the part that is accepted, 0 to 1."""
        return float(np.interp(score, self.scores, self.shares))


def fit(scores: Sequence[float], accepted: Sequence[bool]) -> Calibration | None:
    """The isotonic regression of the decisions on the scores; None with fewer than 20 accepted or 20 rejected.

    Equal scores count as one point with the mean of their decisions.
    """
    told = np.asarray(accepted, dtype=float)
    if min(told.sum(), len(told) - told.sum()) < LEAST:
        return None
    from scipy.optimize import isotonic_regression  # here, not above: it takes a third of a second, and a young project needs none

    points, place, count = np.unique(np.asarray(scores, dtype=float), return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=told) / count
    found = isotonic_regression(means, weights=count)
    # Of a level stretch its two ends are enough.
    ends = np.unique(np.concatenate((found.blocks[:-1], found.blocks[1:] - 1)))
    return Calibration(tuple(points[ends].tolist()), tuple(found.x[ends].tolist()))


def decisions(session: Session) -> dict[int, list[tuple[float, bool]]]:
    """By class: score, and whether it was accepted, of each region of the present run that a person decided after a look at it."""
    version = queries.active_version(session)
    digests = {c.id: digest for c in queries.all_classes(session) if (digest := present_digest(session, c.id))}
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    if version is None or not digests:
        return found
    held = select(Annotation.id).where(Annotation.prediction_id == Prediction.id, Annotation.class_id == Inference.class_id).exists()
    said = or_(Prediction.decision.in_(("accepted", "rejected")), and_(Prediction.decision == "corrected", held))
    present = or_(*(and_(Inference.class_id == c, Inference.support_digest == digest) for c, digest in digests.items()))
    query = select(Inference.class_id, Prediction.score, Prediction.decision).join(Prediction, Prediction.inference_id == Inference.id)
    for class_id, score, decision in session.execute(query.where(Inference.version_id == version.id, present, said, Prediction.decided_how != "bulk")):
        found[class_id].append((score, decision != "rejected"))
    return found


def calibrations(session: Session) -> dict[int, Calibration]:
    """The calibration of each class of which enough is decided, by class id. Grows with the decisions: for the background."""
    made = {class_id: fit(*zip(*told, strict=True)) for class_id, told in decisions(session).items()}
    return {class_id: calibration for class_id, calibration in made.items() if calibration}
