"""Regions that a person holds true: add them, change their outline or class, take them away."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import images, support
from app.store.records import Annotation, DefectClass, Image, now
from core_models.contract.mask import Mask


def add(
    session: Session,
    image_id: int,
    class_id: int,
    mask: Mask,
    *,
    source: str = "person",
    ignore: bool = False,
    prediction_id: int | None = None,
) -> Annotation:
    """A new region of a class on an image. source: person (drawn by hand), model (a proposal that was accepted), import.

    The first five images that are drawn on by hand with a class become its shots, check images apart. An *ignore*
    region is neither defect nor good surface. A region that is not drawn by hand has its id after the next flush.
    UserError where the mask is empty or does not fit the image.
    """
    with session.no_autoflush:  # of thousands of regions, none is written while the image of the next is looked up
        image = _image(session, image_id)
        if session.get(DefectClass, class_id) is None:
            raise UserError("The class is not in this project any more.")
    _check_fits(image, mask)
    first = source == "person" and not ignore and not _count(session, image_id, class_id)
    row = Annotation(image_id=image_id, class_id=class_id, source=source, ignore=ignore, prediction_id=prediction_id, by=session.info["by"])
    row.mask = mask
    session.add(row)
    if source == "person":  # others are not flushed one by one: an import adds thousands
        session.flush()
    if first:
        support.offer_shot(session, class_id, image)
    return row


def replace_mask(session: Session, annotation: Annotation, mask: Mask) -> Annotation:
    """Another outline for a region. UserError where it is empty (remove the region instead) or does not fit."""
    _check_fits(_image(session, annotation.image_id), mask)
    annotation.mask = mask
    _sign(session, annotation)
    return annotation


def set_class(session: Session, annotation: Annotation, class_id: int) -> Annotation:
    if session.get(DefectClass, class_id) is None:
        raise UserError("The class is not in this project any more.")
    before, annotation.class_id = annotation.class_id, class_id
    _sign(session, annotation)
    _drop_bare_shot(session, annotation.image_id, before)
    return annotation


def set_ignore(session: Session, annotation: Annotation, ignore: bool) -> Annotation:
    annotation.ignore = ignore
    _sign(session, annotation)
    _drop_bare_shot(session, annotation.image_id, annotation.class_id)
    return annotation


def ignore_in_folder(session: Session, annotation: Annotation) -> dict[str, int]:
    """Ignores the same place on every image of the folder, as what lies outside of the part: {"made", "there", "other_size"}.

    "there" are images that have just this ignore region already, "other_size" those that are left out because it would lie
    elsewhere on them. UserError where the region is no ignore region.
    """
    if not annotation.ignore:
        raise UserError("This region is no ignore region.", "Paint one with the ignore brush, and select it.")
    image = _image(session, annotation.image_id)
    others = [other for other in images.in_folder_of(session, image) if other.id != image.id]
    alike = [other for other in others if (other.width, other.height) == (image.width, image.height)]
    same = select(Annotation.image_id).where(Annotation.class_id == annotation.class_id, Annotation.ignore, Annotation.area == annotation.area)
    known = set(session.scalars(same.where(Annotation.x == annotation.x, Annotation.y == annotation.y, Annotation.rle == annotation.rle)))
    region = {name: getattr(annotation, name) for name in ("class_id", "x", "y", "w", "h", "area", "rle", "ignore")}
    made = [Annotation(image_id=other.id, source="person", by=session.info["by"], **region) for other in alike if other.id not in known]
    session.add_all(made)
    session.flush()
    return {"made": len(made), "there": len(alike) - len(made), "other_size": len(others) - len(alike)}


def remove(session: Session, annotation: Annotation) -> None:
    """Takes a region away. An image without a region of a class is no shot of it any more."""
    session.delete(annotation)
    session.flush()
    _drop_bare_shot(session, annotation.image_id, annotation.class_id)


def on_image(session: Session, image_id: int, class_id: int | None = None) -> list[Annotation]:
    """The regions of an image, of one class or of all, oldest first."""
    query = select(Annotation).where(Annotation.image_id == image_id).order_by(Annotation.id)
    return list(session.scalars(query if class_id is None else query.where(Annotation.class_id == class_id)))


def _sign(session: Session, annotation: Annotation) -> None:
    annotation.by, annotation.at = session.info["by"], now()
    session.flush()


def _drop_bare_shot(session: Session, image_id: int, class_id: int) -> None:
    if not _count(session, image_id, class_id):
        support.drop_shot(session, class_id, image_id)


def _count(session: Session, image_id: int, class_id: int) -> int:
    """Regions of the class on the image, ignore regions apart."""
    query = select(func.count()).select_from(Annotation).where(Annotation.image_id == image_id, Annotation.class_id == class_id)
    return session.scalar(query.where(Annotation.ignore.is_(False)))


def _image(session: Session, image_id: int) -> Image:
    image = session.get(Image, image_id)
    if image is None or image.removed:
        raise UserError("The image is not in this project any more.")
    return image


def _check_fits(image: Image, mask: Mask) -> None:
    if not mask.area:
        raise UserError("The mask is empty.", "Mark at least one pixel, or remove the region.")
    if not mask.fits(image.height, image.width):
        raise UserError(f"The mask reaches beyond {image.path}, which has {image.width} x {image.height} pixels.")
