"""Decisions of a person on proposals: accept, correct, reject, dismiss; one region, one image or in bulk.

`how` is single, image or bulk and stays on record. Bulk acts leave check images out, whose truth must be a person's own;
accepting or correcting a single region there takes "blind" from that class's verdict.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import annotations, images, verdicts
from app.store import queries
from app.store.parts import in_parts
from app.store.records import Annotation, Image, Inference, Prediction, now
from core_models.contract.mask import Mask


def select_pending(
    session: Session,
    class_ids: Iterable[int] | None = None,
    min_score: float | None = None,
    max_score: float | None = None,
    image_ids: Iterable[int] | None = None,
) -> list[Prediction]:
    """Regions that await a decision: of the active version and the present shots, not below their class's cut; by image."""
    query = queries.pending(session)
    if class_ids is not None:
        query = query.where(Inference.class_id.in_(list(class_ids)))
    if min_score is not None:
        query = query.where(Prediction.score >= min_score)
    if max_score is not None:
        query = query.where(Prediction.score <= max_score)
    query = query.order_by(Inference.image_id, Prediction.id)
    if image_ids is None:
        return list(session.scalars(query))
    return [p for part in in_parts(sorted(set(image_ids))) for p in session.scalars(query.where(Inference.image_id.in_(part)))]


def accept(session: Session, predictions: Iterable[Prediction], how: str = "single") -> list[Annotation]:
    """The regions become annotations as they are; what was decided before stays as it is."""
    made = []
    for prediction, inference, image in _open(session, predictions, how):
        region = {name: getattr(prediction, name) for name in ("x", "y", "w", "h", "area", "rle")}
        origin = {"source": "model", "prediction_id": prediction.id, "by": session.info["by"]}
        made.append(Annotation(image_id=image.id, class_id=inference.class_id, **region, **origin))
        _acted_on(session, image, inference.class_id)
        _decide(session, prediction, "accepted", how)
    session.add_all(made)
    session.flush()
    return made


def correct(session: Session, prediction: Prediction, mask: Mask | None = None, class_id: int | None = None) -> Annotation:
    """The region becomes an annotation with another outline or of another class."""
    found = _open(session, [prediction], "single")
    if not found:
        raise UserError("This proposal was decided already.", "Undo that decision, or change the annotation itself.")
    _, inference, image = found[0]
    class_id = class_id or inference.class_id
    made = annotations.add(session, image.id, class_id, mask or prediction.mask, source="model", prediction_id=prediction.id)
    for one in {class_id, inference.class_id}:
        _acted_on(session, image, one)
    _decide(session, prediction, "corrected", "single")
    return made


def reject(session: Session, predictions: Iterable[Prediction], how: str = "single") -> int:
    """A person said: no defect there. Such a region is not proposed again and teaches as good surface; the number decided."""
    return _settle(session, predictions, "rejected", how)


def dismiss(session: Session, predictions: Iterable[Prediction], how: str = "image") -> int:
    """Regions below the cut on an image that was accepted: gone from the queue, and no statement on what is there."""
    return _settle(session, predictions, "dismissed", how)


def check_images(session: Session, predictions: Iterable[Prediction]) -> set[int]:
    """Ids of the check images that the predictions lie on: bulk acts leave these out."""
    return {image.id for _, _, image in _with_image(session, predictions) if image.split == "check"}


def part_check_images(session: Session, predictions: Iterable[Prediction]) -> tuple[set[int], set[int]]:
    """The check images that the predictions lie on, by id; and the ids of the predictions that lie on none."""
    found = _with_image(session, predictions)
    return {image.id for _, _, image in found if image.split == "check"}, {p.id for p, _, image in found if image.split != "check"}


def images_of(session: Session, predictions: Iterable[Prediction]) -> dict[int, int]:
    """By the id of each prediction: its image's."""
    return {p.id: image.id for p, _, image in _with_image(session, predictions)}


def _settle(session: Session, predictions: Iterable[Prediction], decision: str, how: str) -> int:
    found = _open(session, predictions, how)
    for prediction, _, _ in found:
        _decide(session, prediction, decision, how)
    return len(found)


def _open(session: Session, predictions: Iterable[Prediction], how: str) -> list[tuple[Prediction, Inference, Image]]:
    """Those that await a decision, in bulk without check images; the first decision on an image settles its split."""
    found = [(p, i, image) for p, i, image in _with_image(session, predictions) if p.decision == "pending" and not (how == "bulk" and image.split == "check")]
    images.decide_splits(session, {image.id: image for _, _, image in found}.values(), "train")
    return found


def _with_image(session: Session, predictions: Iterable[Prediction]) -> list[tuple[Prediction, Inference, Image]]:
    predictions = list(predictions)
    found = {}
    for ids in in_parts(sorted({p.inference_id for p in predictions})):
        both = select(Inference, Image).join(Image, Image.id == Inference.image_id).where(Inference.id.in_(ids))
        found |= {inference.id: (inference, image) for inference, image in session.execute(both)}
    return [(p, *found[p.inference_id]) for p in predictions]


def _acted_on(session: Session, image: Image, class_id: int) -> None:
    if image.split == "check":
        verdicts.not_blind(session, image.id, class_id)


def _decide(session: Session, prediction: Prediction, decision: str, how: str) -> None:
    prediction.decision = decision
    prediction.decided_by = session.info["by"]
    prediction.decided_at = now()
    prediction.decided_how = how
