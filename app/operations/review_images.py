"""One word for many images or regions: what the command `review` and a button on a selection do, as one change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import annotations, review, verdicts
from app.store.records import Image

WORDS = ("accept", "reject", "complete", "defect_free", "needs_work")


def decide(
    session: Session,
    word: str,
    class_ids: Sequence[int] | None,
    image_ids: Sequence[int] | None,
    *,
    min_score: float | None = None,
    max_score: float | None = None,
    comment: str = "",
) -> dict[str, int]:
    """Says one of WORDS of the regions or images that the rest selects (None: all).

    accept, reject: of the pending regions, in bulk, so that check images are left out; any other word: of the images.
    complete without a class: for the classes that were proposed there by the version shown. {"decided": regions or images,
    "check_images": check images left out}.
    """
    if word in ("accept", "reject"):
        chosen = review.select_pending(session, class_ids, min_score, max_score, image_ids)
        left_out = review.check_images(session, chosen)
        act = review.accept if word == "accept" else review.reject
        decided = act(session, chosen, how="bulk")
        return {"decided": decided if isinstance(decided, int) else len(decided), "check_images": len(left_out)}
    if min_score is not None or max_score is not None:
        raise UserError("Scores select regions; a whole image has no such score.", "Leave --min-score and --max-score out.")
    ids = list(image_ids) if image_ids is not None else list(session.scalars(select(Image.id).where(Image.removed.is_(False))))
    if word == "needs_work":
        decided = verdicts.needs_work(session, ids, class_ids, comment=comment)
    elif word == "defect_free":
        if class_ids:
            raise UserError("Defect-free is said of all classes.", "Leave --class out, or say --complete for one class.")
        decided = verdicts.defect_free(session, ids, comment=comment)
    else:
        decided = _complete(session, ids, class_ids, comment)
    return {"decided": decided, "check_images": 0}


def accept_image(session: Session, image_id: int, min_score: float = 0.0) -> dict:
    """A person has looked at the image and holds true what is shown from min_score on: that is accepted, what lies below is
    dismissed, and the image is complete for the classes that were proposed there. {"accepted", "dismissed": numbers, "class_ids"}.

    UserError where nothing was proposed on it.
    """
    shown = verdicts.classes_shown(session, [image_id])[image_id]
    if not shown:
        raise UserError("Nothing was proposed on this image.", "Draw what is there, or say that it is defect-free.")
    chosen = review.select_pending(session, image_ids=[image_id])
    accepted = review.accept(session, [p for p in chosen if p.score >= min_score], how="image")
    dismissed = review.dismiss(session, [p for p in chosen if p.score < min_score])
    verdicts.complete(session, image_id, sorted(shown))
    return {"accepted": len(accepted), "dismissed": dismissed, "class_ids": sorted(shown)}


def empty(session: Session, image_id: int) -> int:
    """Nothing is on the image, whatever is marked there: its regions are removed (ignore regions stay), and it is defect-free
    for all classes. How many were removed."""
    marked = [a for a in annotations.on_image(session, image_id) if not a.ignore]
    for annotation in marked:
        annotations.remove(session, annotation)
    verdicts.defect_free(session, image_id)
    return len(marked)


def _complete(session: Session, image_ids: list[int], class_ids: Sequence[int] | None, comment: str) -> int:
    if class_ids:
        return verdicts.complete(session, image_ids, class_ids, comment=comment)
    shown = verdicts.classes_shown(session, image_ids)
    if not any(shown.values()):
        raise UserError("Nothing was proposed on these images, so it is not clear which classes are complete.", "Name them: --class NAME")
    alike: dict[tuple[int, ...], list[int]] = {}
    for image_id in image_ids:
        if shown[image_id]:
            alike.setdefault(tuple(sorted(shown[image_id])), []).append(image_id)
    return sum(verdicts.complete(session, images, classes, comment=comment) for classes, images in alike.items())
