"""Kinds of defect: name them, colour them, merge two into one, take one away."""

from __future__ import annotations

import colorsys
import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.store.queries import all_classes
from app.store.records import Annotation, DefectClass, ImageTag, Inference, Prediction, SupportSetRow, SupportShot, Verdict

# Okabe and Ito's colours, told apart with any colour vision (Color Universal Design, 2008); without black.
COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
_GOLDEN_ANGLE = 0.381966  # of a turn: hues that follow each other stay far apart however many there are
_LONGEST = 200


def add(session: Session, name: str, colour: str | None = None) -> DefectClass:
    """A new class, last in the order, in the next free colour unless one is given ("#RRGGBB")."""
    there = all_classes(session)
    colour = _checked_colour(colour) if colour else _next_colour({c.colour for c in there})
    row = DefectClass(name=_checked(session, name), colour=colour, position=max((c.position for c in there), default=-1) + 1)
    session.add(row)
    session.flush()
    return row


def get(session: Session, name: str) -> DefectClass:
    """The class of that name; UserError that names the known ones."""
    row = session.scalar(select(DefectClass).where(DefectClass.name == name.strip()))
    if row is None:
        known = ", ".join(c.name for c in all_classes(session))
        raise UserError(f"There is no class {name} in this project.", f"Its classes: {known}." if known else "It has no class yet.")
    return row


def get_or_add(session: Session, name: str) -> DefectClass:
    """The class of that name, made where it is not there yet: how labels that come in name their classes."""
    return session.scalar(select(DefectClass).where(DefectClass.name == name.strip())) or add(session, name)


def rename(session: Session, class_: DefectClass, new: str) -> DefectClass:
    if new.strip() != class_.name:
        class_.name = _checked(session, new)
    return class_


def recolour(session: Session, class_: DefectClass, colour: str) -> DefectClass:
    class_.colour = _checked_colour(colour)
    return class_


def move(session: Session, class_: DefectClass, position: int) -> None:
    """Puts the class at a place (from 0) in the order."""
    order = [c for c in all_classes(session) if c is not class_]
    order.insert(max(0, position), class_)
    for k, one in enumerate(order):
        one.position = k


def set_cut(session: Session, class_: DefectClass, cut: float) -> DefectClass:
    """Regions whose score (0 to 1) lies below the cut are hidden, and await no decision."""
    if not 0 <= cut <= 1:
        raise UserError(f"The cut {cut} is not between 0 and 1.")
    class_.cut = float(cut)
    return class_


def merge(session: Session, source: DefectClass, into: DefectClass) -> DefectClass:
    """Makes one class of two: what was marked as `source` is of `into` from now on, and `source` is gone.

    An image is complete for the merged class where it was for both. Pending proposals of `source` are superseded: they
    were made from shots of another class.
    """
    if source is into:
        raise UserError(f"{source.name} cannot be merged into itself.")
    for row in _of(session, Annotation, source):
        row.class_id = into.id
    _merge_unique(session, SupportShot, source, into)
    _merge_unique(session, ImageTag, source, into)
    _merge_verdicts(session, source, into)
    session.flush()
    _merge_inferences(session, source, into)
    _delete_all(session, _of(session, SupportSetRow, source))
    session.delete(source)
    session.flush()
    return into


def remove(session: Session, class_: DefectClass) -> None:
    """Takes a class away with all that was said and proposed of it; undo brings it back whole."""
    for kind in (Annotation, SupportShot, Verdict, ImageTag, SupportSetRow):
        _delete_all(session, _of(session, kind, class_))
    predictions = list(session.scalars(select(Prediction).join(Inference, Prediction.inference_id == Inference.id).where(Inference.class_id == class_.id)))
    origin = select(Annotation).join(Prediction, Annotation.prediction_id == Prediction.id).join(Inference, Prediction.inference_id == Inference.id)
    for row in session.scalars(origin.where(Inference.class_id == class_.id)):
        row.prediction_id = None  # a proposal of this class that was corrected to another: the region stays
    session.flush()
    _delete_all(session, predictions)
    _delete_all(session, _of(session, Inference, class_))
    session.delete(class_)
    session.flush()


def _merge_unique(session: Session, kind: type, source: DefectClass, into: DefectClass) -> None:
    """Moves rows of which an image has one a class: where the image has one of `into` already, that one stays."""
    there = {row.image_id for row in _of(session, kind, into)}
    for row in _of(session, kind, source):
        if row.image_id in there:
            session.delete(row)
        else:
            row.class_id = into.id


def _merge_verdicts(session: Session, source: DefectClass, into: DefectClass) -> None:
    theirs = {row.image_id: row for row in _of(session, Verdict, source)}
    for row in _of(session, Verdict, into):
        other = theirs.pop(row.image_id, None)
        if other is not None and other.state == "needs_work" and row.state == "complete":
            row.state, row.comment, row.by, row.at = other.state, other.comment, other.by, other.at
        row.blind = row.blind and row.state == "complete" and other is not None and other.blind
        if other is not None:
            session.delete(other)
        elif row.state == "complete":
            session.delete(row)  # nobody said that all of the other class is marked there
    for row in theirs.values():
        if row.state == "complete":
            session.delete(row)
        else:
            row.class_id = into.id


def _merge_inferences(session: Session, source: DefectClass, into: DefectClass) -> None:
    """Keeps where accepted regions came from; of an image, a version and a support set there is one inference a class."""

    def key(row: Inference) -> tuple:
        return row.image_id, row.version_id, row.support_digest

    there = {key(row): row for row in _of(session, Inference, into)}
    moved = _of(session, Inference, source)
    predictions = list(session.scalars(select(Prediction).join(Inference, Prediction.inference_id == Inference.id).where(Inference.class_id == source.id)))
    target = {row.id: there.get(key(row)) for row in moved}
    for prediction in predictions:
        if prediction.decision == "pending":
            prediction.decision = "superseded"
        if (other := target[prediction.inference_id]) is not None:
            prediction.inference_id = other.id
    session.flush()
    for row in moved:
        if target[row.id] is None:
            row.class_id = into.id
        else:
            session.delete(row)
    session.flush()


def _of(session: Session, kind: type, class_: DefectClass) -> list:
    return list(session.scalars(select(kind).where(kind.class_id == class_.id)))


def _delete_all(session: Session, rows: list) -> None:
    # Flushed kind by kind: there are no cascades, so what refers to a row must be gone before it.
    for row in rows:
        session.delete(row)
    session.flush()


def _checked(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise UserError(f"A class needs a name of 1 to {_LONGEST} printable signs.")
    if session.scalar(select(func.count()).where(DefectClass.name == name)):
        raise UserError(f"There is a class {name} already.", "Choose another name, or merge the two classes.")
    return name


def _checked_colour(colour: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise UserError(f"{colour} is no colour.", "Give it as #RRGGBB, for example #E69F00.")
    return colour.upper()


def _next_colour(taken: set[str]) -> str:
    for colour in COLOURS:
        if colour not in taken:
            return colour
    red, green, blue = colorsys.hsv_to_rgb(0.1 + len(taken) * _GOLDEN_ANGLE, 0.75, 0.9)
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"
