"""Where the present run and what people hold true do not agree; what they hold true may be wrong as well as the version.

Of an image and a class that the run has looked at, and of which the image is no shot, two things are disagreements:

* *unmarked*: a region that waits, is not below the class's cut and shares no pixel with a marked region of the class, while a person has
  said that all of the class is marked there (verdict complete). The version sees something that the person did not mark.
* *missed*: a region marked by a person or an import (one that was accepted from this very pass cannot disagree) with which no region of
  the pass, not below the cut and whatever was decided of it, shares a pixel. The version does not find it.

Ignore regions are neither; a region that was rejected by a person is a settled disagreement and no more shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.store import review_queue
from app.store.records import Annotation, Image, Inference, Prediction, SupportShot, Verdict
from app.store.review_queue import Run
from core_models.contract.mask import Mask


class Disagreement(NamedTuple):
    """One of them. key: ("proposal" or "annotation", id); kind: unmarked or missed; box in image pixels; score None for what is marked."""

    key: tuple[str, int]
    kind: str
    image_id: int
    class_id: int
    box: tuple[int, int, int, int]
    score: float | None
    root_id: int
    path: str
    check: bool


def find(session: Session) -> tuple[Run, list[Disagreement]]:
    """The run and its disagreements: what the version is surest of first, then what it missed, the largest first."""
    now = review_queue.run(session)
    if not now.classes:
        return now, []
    marked = _marked(session, now)
    complete = select(Verdict.id).where(Verdict.image_id == Inference.image_id, Verdict.class_id == Inference.class_id, Verdict.state == "complete").exists()
    proposed = _proposed(session, now, complete)
    unmarked = [
        Disagreement(("proposal", p.id), "unmarked", i.image_id, i.class_id, (p.x, p.y, p.w, p.h), p.score, image.root_id, image.path, image.split == "check")
        for p, i, image, is_complete in proposed
        if is_complete and p.decision == "pending" and not _touches(p.mask, (a.mask for a, _, _ in marked[i.image_id, i.class_id]))
    ]
    found: dict[tuple[int, int], list[Prediction]] = defaultdict(list)
    for p, i, _, _ in proposed:
        found[i.image_id, i.class_id].append(p)
    missed = [
        Disagreement(("annotation", a.id), "missed", a.image_id, a.class_id, (a.x, a.y, a.w, a.h), None, image.root_id, image.path, image.split == "check")
        for where, held in marked.items()
        for a, image, origin in held
        if origin is None and not _touches(a.mask, (p.mask for p in found[where]))
    ]
    areas = {("annotation", a.id): a.area for held in marked.values() for a, _, _ in held}
    unmarked.sort(key=lambda d: (-d.score, d.key))
    missed.sort(key=lambda d: (-areas[d.key], d.key))
    return now, unmarked + missed


def _marked(session: Session, now: Run) -> defaultdict[tuple[int, int], list[tuple[Annotation, Image, int | None]]]:
    """By image and class: what is marked where the run has looked and the image is no shot; and the region of this pass that it was, if any."""
    shot = select(SupportShot.id).where(SupportShot.image_id == Annotation.image_id, SupportShot.class_id == Annotation.class_id).exists()
    query = select(Annotation, Image, Prediction.id).join(Image, Image.id == Annotation.image_id)
    query = query.join(Inference, and_(Inference.image_id == Annotation.image_id, Inference.class_id == Annotation.class_id))
    query = query.outerjoin(Prediction, and_(Prediction.id == Annotation.prediction_id, Prediction.inference_id == Inference.id))
    query = query.where(review_queue.of_run(now), Image.removed.is_(False), Annotation.ignore.is_(False), ~shot).order_by(Annotation.id)
    found = defaultdict(list)
    for annotation, image, origin in session.execute(query):
        found[annotation.image_id, annotation.class_id].append((annotation, image, origin))
    return found


def _proposed(session: Session, now: Run, complete) -> list:
    """(region, inference, image, whether the class is complete there) of the pass, where something is marked or all of the class is."""
    held = select(Annotation.id).where(Annotation.image_id == Inference.image_id, Annotation.class_id == Inference.class_id).exists()
    above = or_(*(and_(Inference.class_id == c.id, Prediction.score >= c.cut) for c in now.classes))
    query = select(Prediction, Inference, Image, complete).join(Inference, Inference.id == Prediction.inference_id).join(Image, Image.id == Inference.image_id)
    return session.execute(query.where(review_queue.of_run(now), above, Image.removed.is_(False), or_(held, complete)).order_by(Prediction.id)).all()


def _touches(mask: Mask, others: Iterable[Mask]) -> bool:
    return any(mask.intersection_area(other) for other in others)
