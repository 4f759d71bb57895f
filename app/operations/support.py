"""The shots of a class: images that show the model what to look for."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import candidates, images
from app.store.records import DefectClass, Image, SupportSetRow, SupportShot
from app.store.shots import masks_of, present_digest, shot_images
from core_models.contract.episode import Shot, SupportSet
from core_models.contract.mask import Mask

__all__ = ["add_shot", "as_they_stand", "drop_shot", "freeze", "is_shot", "offer_shot", "present_digest", "shots"]

BY_THEMSELVES = 5  # so many images become shots without being asked for: the first that are drawn on by hand


def shots(session: Session, class_id: int) -> list[Image]:
    """The images that are shots of the class, oldest first."""
    return shot_images(session, class_id)


def is_shot(session: Session, class_id: int, image_id: int) -> bool:
    return _shot(session, class_id, image_id) is not None


def add_shot(session: Session, class_id: int, image_id: int) -> SupportShot:
    """Makes an image an example of a class; its group's side is train from then on. Does nothing where it is one already.

    UserError for a check image and for a mask that is empty or covers everything.
    """
    if (there := _shot(session, class_id, image_id)) is not None:
        return there
    image = session.get(Image, image_id)
    if image is None or image.removed:
        raise UserError("The image is not in this project any more.")
    if image.split == "check":
        raise UserError(f"{image.path} is a check image, and cannot be a shot: versions are compared on it.", "Choose another image.")
    if fault := _unfit(image, masks_of(session, class_id, [image_id])[image_id][0], session.get(DefectClass, class_id).name):
        raise UserError(fault, "Mark the defect there first, and only the defect.")
    if images.decide_split(session, image, "train") != "train":  # another image of its group was marked blind before
        raise UserError(f"{image.path} shows the same part as a check image, and cannot be a shot.", "Choose another image.")
    row = SupportShot(class_id=class_id, image_id=image_id)
    session.add(row)
    session.flush()
    return row


def offer_shot(session: Session, class_id: int, image: Image) -> SupportShot | None:
    """Makes an image that is drawn on by hand a shot, if the class has fewer than five and the image fits; else nothing.

    One that is to be marked as a check image is none by itself.
    """
    count = session.scalar(select(func.count()).select_from(SupportShot).where(SupportShot.class_id == class_id))
    if count >= BY_THEMSELVES or image.split == "check" or candidates.is_asked(session, image):
        return None
    if _unfit(image, masks_of(session, class_id, [image.id])[image.id][0], ""):
        return None
    if images.decide_split(session, image, "train") != "train":
        return None
    return add_shot(session, class_id, image.id)


def drop_shot(session: Session, class_id: int, image_id: int) -> bool:
    """The image is no example of the class any more; its regions stay. False where it was none."""
    row = _shot(session, class_id, image_id)
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None


def freeze(session: Session, class_id: int) -> SupportSet:
    """The shots of the class as they stand now, for a job, and on record under their digest.

    UserError where there is none, or where a mask has become empty or covers everything.
    """
    frozen = as_they_stand(session, class_id)
    known = session.scalar(select(SupportSetRow).where(SupportSetRow.class_id == class_id, SupportSetRow.digest == frozen.digest))
    if known is None:
        rows = [{"image": s.image.id, "mask": hashlib.sha256(repr((s.mask, s.ignore)).encode()).hexdigest()} for s in frozen.shots]
        session.add(SupportSetRow(digest=frozen.digest, class_id=class_id, shots=rows))
        session.flush()
    return frozen


def as_they_stand(session: Session, class_id: int) -> SupportSet:
    """What `freeze` gives, without putting it on record: for a suggestion, which is kept nowhere. The same UserErrors."""
    class_ = session.get(DefectClass, class_id)
    shown = shots(session, class_id)
    if not shown:
        raise UserError(
            f"The class {class_.name} has no shots.",
            f"Mark it on one to five images, or choose some: defectloop shots PROJECT --class {class_.name} --add IMAGE.",
        )
    masks = masks_of(session, class_id, [i.id for i in shown])
    for image in shown:
        if fault := _unfit(image, masks[image.id][0], class_.name):
            raise UserError(fault, f"Correct the mask, or drop the shot: defectloop shots PROJECT --class {class_.name} --drop {image.path}.")
    return SupportSet(class_id, class_.name, tuple(Shot(images.ref(i), *masks[i.id]) for i in shown))


def _shot(session: Session, class_id: int, image_id: int) -> SupportShot | None:
    return session.scalar(select(SupportShot).where(SupportShot.class_id == class_id, SupportShot.image_id == image_id))


def _unfit(image: Image, mask: Mask, class_name: str) -> str:
    """Why a mask teaches nothing, in a sentence; "" where it is fit."""
    if not mask.area:
        return f"{image.path} has no region of {class_name}, and cannot be a shot of it."
    if mask.area >= image.width * image.height:
        return f"The mask of {class_name} covers all of {image.path}: without any good surface it cannot be a shot."
    return ""
