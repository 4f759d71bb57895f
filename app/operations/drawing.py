"""What a finished stroke of the hand means: a new region, more or less of one, or a proposal taken over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import annotations, classes, review
from app.store.records import Annotation, Inference, Prediction
from core_models.contract.mask import Mask

Key = tuple[str, int]


def stroke(
    session: Session, image_id: int, class_id: int | None, mask: Mask, how: str, selected: Key | None = None, outline: Mask | None = None
) -> Key | None:
    """Applies a stroke (`how`: add, erase or ignore); the key of the region it made or changed, None where none is left.

    add: a stroke that touches the selected region extends it; elsewhere it begins a region of the class. A proposal that is
    selected and touched is taken over by it (corrected). erase: takes the pixels from the selected region where it touches
    that, else from every annotation it touches; a region without a pixel is removed. ignore: neither defect nor good surface.
    outline: the selected proposal's as the person sees it, where it was cut at another level.
    UserError where the mask is empty or does not fit, where there is no class, and where an eraser touches nothing.
    """
    region = _touched(session, image_id, mask, selected, outline)
    seen = (outline or region.mask) if isinstance(region, Prediction) else None
    if how == "erase":
        return _erase(session, image_id, mask, region, seen)
    if region is not None and getattr(region, "ignore", False) == (how == "ignore"):
        return _extended(session, region, mask, seen)
    if class_id is None:
        raise UserError("There is no class to draw with.", "Name the class first.")
    made = annotations.add(session, image_id, class_id, mask, ignore=how == "ignore")
    return "annotation", made.id


def first_stroke(session: Session, image_id: int, class_name: str, mask: Mask, how: str = "add") -> tuple[Key, int]:
    """A stroke that was drawn before its class had a name: (key of the region, id of the class), in one change."""
    class_id = classes.get_or_add(session, class_name).id
    return stroke(session, image_id, class_id, mask, how), class_id


def remove(session: Session, key: Key) -> None:
    """Takes the selected region away; of a proposal, a person says that there is no defect. UserError where it is gone."""
    region = _find(session, key)
    if region is None:
        raise UserError("This region is not there any more.")
    if isinstance(region, Prediction):
        review.reject(session, [region])
    else:
        annotations.remove(session, region)


def decide(session: Session, prediction_id: int, word: str, class_id: int | None = None, outline: Mask | None = None) -> Key | None:
    """Says "accept" or "reject" of one proposal; the key of the annotation that it became. class_id: accepted as that class,
    outline: with that outline (corrected, where it was proposed otherwise)."""
    prediction = session.get(Prediction, prediction_id)
    if prediction is None or prediction.decision != "pending":
        raise UserError("This proposal was decided already.", "Go on with the next one.")
    if word == "reject":
        review.reject(session, [prediction])
        return None
    other_class = class_id is not None and class_id != session.get(Inference, prediction.inference_id).class_id
    if other_class or outline is not None and outline != prediction.mask:
        return "annotation", review.correct(session, prediction, outline, class_id).id
    made = review.accept(session, [prediction])
    return "annotation", made[0].id


def _find(session: Session, key: Key) -> Annotation | Prediction | None:
    kind, id_ = key
    return session.get(Annotation if kind == "annotation" else Prediction, id_)


def _touched(session: Session, image_id: int, mask: Mask, key: Key | None, outline: Mask | None) -> Annotation | Prediction | None:
    """The selected region, where the mask shares a pixel with it on this image."""
    region = _find(session, key) if key else None
    if region is None or not (outline or region.mask).intersection_area(mask):
        return None
    if isinstance(region, Prediction):
        return region if region.decision == "pending" and session.get(Inference, region.inference_id).image_id == image_id else None
    return region if region.image_id == image_id else None


def _extended(session: Session, region: Annotation | Prediction, mask: Mask, seen: Mask | None) -> Key:
    if isinstance(region, Prediction):
        return "annotation", review.correct(session, region, seen | mask).id
    return "annotation", annotations.replace_mask(session, region, region.mask | mask).id


def _erase(session: Session, image_id: int, mask: Mask, region: Annotation | Prediction | None, seen: Mask | None) -> Key | None:
    if isinstance(region, Prediction):
        left = seen - mask
        if left.area:
            return "annotation", review.correct(session, region, left).id
        review.reject(session, [region])
        return None
    touched = [region] if region else [a for a in annotations.on_image(session, image_id) if a.mask.intersection_area(mask)]
    if not touched:
        raise UserError("There is nothing to erase here.", "Erase on a region that you or somebody else has drawn.")
    kept = [a for a in touched if _cut(session, a, mask)]
    return ("annotation", kept[0].id) if len(kept) == 1 else None


def _cut(session: Session, annotation: Annotation, mask: Mask) -> bool:
    """Whether anything of the region is left."""
    left = annotation.mask - mask
    if left.area:
        annotations.replace_mask(session, annotation, left)
    else:
        annotations.remove(session, annotation)
    return bool(left.area)
