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

from sqlalchemy import and_, null, or_, select
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


class _Region(NamedTuple):
    """A region of an image and a class, marked or proposed. told: of a marked one, whether it was accepted from this very pass; of a
    proposed one, whether it waits where all of the class is marked."""

    id: int
    image_id: int
    class_id: int
    mask: Mask
    score: float | None
    root_id: int
    path: str
    check: bool
    told: bool

    def as_(self, kind: str, table: str) -> Disagreement:
        return Disagreement((table, self.id), kind, self.image_id, self.class_id, self.mask.box, self.score, self.root_id, self.path, self.check)


def find(session: Session) -> tuple[Run, list[Disagreement]]:
    """The run and its disagreements: what the version is surest of first, then what it missed, the largest first."""
    now = review_queue.run(session)
    if not now.classes:
        return now, []
    marked, proposed = _by_place(_marked(session, now)), _by_place(_proposed(session, now))
    unmarked = [p for where, found in proposed.items() for p in found if p.told and not _touches(p.mask, marked.get(where, ()))]
    missed = [a for where, held in marked.items() for a in held if not a.told and not _touches(a.mask, proposed.get(where, ()))]
    unmarked.sort(key=lambda p: (-p.score, p.id))
    missed.sort(key=lambda a: (-a.mask.area, a.id))
    return now, [p.as_("unmarked", "proposal") for p in unmarked] + [a.as_("missed", "annotation") for a in missed]


def _by_place(regions: Iterable[_Region]) -> dict[tuple[int, int], list[_Region]]:
    found: dict[tuple[int, int], list[_Region]] = defaultdict(list)
    for region in regions:
        found[region.image_id, region.class_id].append(region)
    return found


def _complete():
    """The condition that a person said of an inference's image and class that all is marked."""
    said = Verdict.image_id == Inference.image_id, Verdict.class_id == Inference.class_id, Verdict.state == "complete"
    return select(Verdict.id).where(*said).exists()


def _columns(record: type) -> tuple:
    return record.id, Inference.image_id, Inference.class_id, record.x, record.y, record.w, record.h, record.rle, Image.root_id, Image.path, Image.split == "check"


def _regions(session: Session, query) -> Iterable[_Region]:
    for id_, image_id, class_id, x, y, w, h, rle, root_id, path, check, score, told in session.execute(query):
        yield _Region(id_, image_id, class_id, Mask(x, y, w, h, rle), score, root_id, path, check, bool(told))


def _marked(session: Session, now: Run) -> Iterable[_Region]:
    """What is marked where the run has looked and the image is no shot, if it may be missed or lies where all is marked."""
    shot = select(SupportShot.id).where(SupportShot.image_id == Annotation.image_id, SupportShot.class_id == Annotation.class_id).exists()
    query = select(*_columns(Annotation), null(), Prediction.id.is_not(None)).join(Image, Image.id == Annotation.image_id)
    query = query.join(Inference, and_(Inference.image_id == Annotation.image_id, Inference.class_id == Annotation.class_id))
    query = query.outerjoin(Prediction, and_(Prediction.id == Annotation.prediction_id, Prediction.inference_id == Inference.id))
    query = query.where(review_queue.of_run(now), Image.removed.is_(False), Annotation.ignore.is_(False), ~shot, or_(Prediction.id.is_(None), _complete()))
    return _regions(session, query.order_by(Annotation.id))


def _proposed(session: Session, now: Run) -> Iterable[_Region]:
    """The regions of the pass, not below the cut, where something else is marked or all of the class is."""
    of_this_pass = select(Prediction.id).where(Prediction.inference_id == Inference.id)
    other = or_(Annotation.prediction_id.is_(None), Annotation.prediction_id.not_in(of_this_pass))
    held = select(Annotation.id).where(Annotation.image_id == Inference.image_id, Annotation.class_id == Inference.class_id, other).exists()
    above = or_(*(and_(Inference.class_id == c.id, Prediction.score >= c.cut) for c in now.classes))
    query = select(*_columns(Prediction), Prediction.score, and_(Prediction.decision == "pending", _complete())).select_from(Inference)
    query = query.join(Prediction, Prediction.inference_id == Inference.id).join(Image, Image.id == Inference.image_id)
    return _regions(session, query.where(review_queue.of_run(now), above, Image.removed.is_(False), or_(held, _complete())).order_by(Prediction.id))


def _touches(mask: Mask, others: Iterable[_Region]) -> bool:
    return any(mask.intersection_area(other.mask) for other in others)
