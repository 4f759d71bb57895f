"""The shots of each class as they stand now, and the digest that names them: what a proposal was made from, or no longer is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.memo import remembered
from app.store.records import Annotation, Image, SupportShot
from core_models.contract.episode import ImageRef, Shot, support_digest
from core_models.contract.mask import Mask, union


def union_of(masks: list[Mask]) -> Mask:
    """All pixels of the masks; a single mask stays as it is, without being unpacked."""
    return masks[0] if len(masks) == 1 else union(masks)


def masks_of(session: Session, class_id: int, image_ids: Collection[int]) -> dict[int, tuple[Mask, Mask]]:
    """For each of a few images: the union of the class's regions there, and of its ignore regions."""
    parts: dict[tuple[int, bool], list[Mask]] = defaultdict(list)
    for row in session.scalars(select(Annotation).where(Annotation.class_id == class_id, Annotation.image_id.in_(image_ids))):
        parts[row.image_id, row.ignore].append(row.mask)
    return {k: (union_of(parts[k, False]), union_of(parts[k, True])) for k in image_ids}


def shot_images(session: Session, class_id: int) -> list[Image]:
    """The images that are shots of a class, in the order in which they became so; removed images are none."""
    query = select(Image).join(SupportShot, SupportShot.image_id == Image.id).where(SupportShot.class_id == class_id, Image.removed.is_(False))
    return list(session.scalars(query.order_by(SupportShot.id)))


def present_digest(session: Session, class_id: int) -> str:
    """The digest of the class's shots as they stand now; "" for a class without shots."""
    return remembered(session, ("digest", class_id), lambda: _digest(session, class_id))


def _digest(session: Session, class_id: int) -> str:
    images = shot_images(session, class_id)
    masks = masks_of(session, class_id, [i.id for i in images])
    shots = tuple(Shot(ImageRef(i.id, "", i.sha256, i.width, i.height), *masks[i.id]) for i in images)
    return support_digest(shots) if shots else ""
