"""What a person says of a check image before she has seen what is proposed there, and how the proposals compare with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import candidates, grouping, proposals, verdicts
from app.store import queries
from app.store.records import Annotation, Image, Inference, Prediction
from app.store.shots import union_of
from core_models.contract.mask import Mask

_FOUND_SHARE = 0.5  # a region is found when at least half of its pixels were proposed: as where versions are compared


@dataclass(frozen=True)
class Met:
    """How the model's proposals meet what was marked: regions marked, those of them it found, its proposals that were never near
    one (extra), and the proposals that still await a decision. answered: whether a model had looked at the image at all."""

    regions: int
    found: int
    extra: int
    pending: int
    answered: bool


def complete(session: Session, image_id: int) -> Met:
    """All that is on a check image is marked, of every class, and was marked without help: the image is kept for comparing versions.

    Proposals that agree with what is marked need no decision any more. UserError where there is no class, or where the image is
    none that is asked for (its proposals may have been seen).
    """
    _require_asked(session, image_id)
    met = _met(session, image_id)
    verdicts.complete(session, image_id, _every_class(session), blind=True)
    proposals.settle_known(session, image_id)
    return _with_pending(session, image_id, met)


def defect_free(session: Session, image_id: int) -> Met:
    """Nothing is on a check image, said without help: what was proposed there is rejected. UserError as `complete`, and where regions are marked."""
    _require_asked(session, image_id)
    met = _met(session, image_id)
    verdicts.defect_free(session, image_id, blind=True)
    return _with_pending(session, image_id, met)


def make_ordinary(session: Session, image_id: int) -> None:
    """The person wants to see what is proposed: the image (with its group) is none to compare versions on, for good."""
    image = session.get(Image, image_id)
    if image is not None:
        grouping.decide_split(session, image, "train")


def _require_asked(session: Session, image_id: int) -> None:
    if not candidates.is_asked(session, session.get(Image, image_id)):
        raise UserError("This image is no check image any more.", "Decide on it as on any other.")


def _every_class(session: Session) -> list[int]:
    return [c.id for c in queries.all_classes(session)]


def _met(session: Session, image_id: int) -> Met:
    """Counted before anything is decided."""
    marked: dict[int, list[Mask]] = defaultdict(list)
    for row in session.scalars(select(Annotation).where(Annotation.image_id == image_id, Annotation.ignore.is_(False))):
        marked[row.class_id].append(row.mask)
    proposed: dict[int, list[Mask]] = defaultdict(list)
    shown = select(Inference.class_id, Prediction).join(Prediction, Prediction.inference_id == Inference.id)
    shown = shown.where(Inference.image_id == image_id, Prediction.decision.in_(("pending", "agrees")), queries.is_shown(session))
    for class_id, row in session.execute(shown):
        proposed[class_id].append(row.mask)
    together = {class_id: union_of(masks) for class_id, masks in proposed.items()}
    found = sum(mask.intersection_area(together.get(c, Mask.EMPTY)) >= _FOUND_SHARE * mask.area for c, masks in marked.items() for mask in masks)
    extra = sum(not any(p.intersection_area(m) for m in marked.get(c, ())) for c, masks in proposed.items() for p in masks)
    answered = bool(verdicts.classes_shown(session, [image_id]))
    return Met(sum(len(masks) for masks in marked.values()), found, extra, 0, answered)


def _with_pending(session: Session, image_id: int, met: Met) -> Met:
    session.flush()
    waiting = len(session.scalars(queries.pending(session).where(Inference.image_id == image_id)).all())
    return Met(met.regions, met.found, met.extra, waiting, met.answered)
