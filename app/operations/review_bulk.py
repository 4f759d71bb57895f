"""Many regions decided at once: a run of the review grid, what two handles part, all that a filter shows. One change each."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import candidates, review, verdicts
from app.store.parts import in_parts
from app.store.records import Prediction


def decide(session: Session, accept: Iterable[int], reject: Iterable[int], how: str = "bulk") -> dict[str, int]:
    """Accepts and rejects these proposals, by id; those decided meanwhile, or gone, are passed over.

    how: "single" where a person looked at each of them, else "bulk". More than one leave out check images, whose truth must be a
    person's own. {"accepted", "rejected", "check_images": check images left out}.
    """
    wanted = {"accepted": _of(session, accept), "rejected": _of(session, reject)}
    left_out: set[int] = set()
    if sum(map(len, wanted.values())) > 1:
        left_out, kept = review.part_check_images(session, [p for part in wanted.values() for p in part])
        wanted = {word: [p for p in part if p.id in kept] for word, part in wanted.items()}
    accepted = len(review.accept(session, wanted["accepted"], how=how))
    return {"accepted": accepted, "rejected": review.reject(session, wanted["rejected"], how=how), "check_images": len(left_out)}


def accept_images(session: Session, image_ids: Iterable[int], min_score: float = 0.0) -> dict[str, int]:
    """What `review_images.accept_image` does, for many images that were not looked at one by one: what is shown from min_score on is
    accepted in bulk, what lies below is dismissed, and the images are complete for the classes that were proposed there.

    Check images, those that are asked for, and images with nothing to accept are left as they are. {"accepted", "images", "check_images":
    check images left out}.
    """
    ids = set(image_ids)
    chosen = review.select_pending(session, image_ids=ids - candidates.asked(session, ids))
    left_out, kept = review.part_check_images(session, chosen)
    chosen = [p for p in chosen if p.id in kept]
    image_of = review.images_of(session, chosen)
    accepted = review.accept(session, [p for p in chosen if p.score >= min_score], how="bulk")
    whole = {annotation.image_id for annotation in accepted}
    review.dismiss(session, [p for p in chosen if p.score < min_score and image_of[p.id] in whole], how="bulk")
    alike: dict[tuple[int, ...], list[int]] = {}
    for image_id, classes in verdicts.classes_shown(session, sorted(whole)).items():
        alike.setdefault(tuple(sorted(classes)), []).append(image_id)
    for classes, images in alike.items():
        verdicts.complete(session, sorted(images), classes, blind=False)
    return {"accepted": len(accepted), "images": len(whole), "check_images": len(left_out)}


def _of(session: Session, ids: Iterable[int]) -> list[Prediction]:
    return [p for part in in_parts(sorted(set(ids))) for p in session.scalars(select(Prediction).where(Prediction.id.in_(part)).order_by(Prediction.id))]
