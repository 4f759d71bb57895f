"""What a person says of an image and a class: all of it is marked, it needs work, there is none; for one image or many.

A verdict is *blind* where it was given before any proposal of the class was made on the image: only such a verdict is
truth that versions may be compared on. A blind complete verdict on a candidate makes its group check, any other
complete verdict makes it train. "Needs work" leaves the side open: the decision is still to come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import grouping
from app.operations.candidates import Wanted
from app.store.parts import in_parts
from app.store.queries import active_version, all_classes
from app.store.records import Annotation, Image, Inference, Prediction, Verdict, now
from app.store.shots import present_digest


def complete(session: Session, image_ids: int | Sequence[int], class_ids: Iterable[int], *, comment: str = "", blind: bool | None = None) -> int:
    """All of these classes is marked on these images, or none is there. How many images it was said of.

    blind: None finds out (no inference of the class lies on the image); an import says True of masks made elsewhere, and
    its candidates become check however many there are. Pending proposals are left as they are.
    """
    classes = _named(class_ids)
    images = _images(session, image_ids)
    said = _Statement(session, images, classes)
    wanted: Wanted | None = None  # counted when the first candidate comes: most calls have none
    sides: dict[str, list[Image]] = {"check": [], "train": []}
    decided: set[str] = set()
    for image in images:
        each_blind = [said.say(image, class_id, "complete", comment, blind) for class_id in classes]
        if image.split or image.part_group in decided:
            continue
        decided.add(image.part_group)
        check = all(each_blind) and grouping.is_candidate(image.part_group)
        if check and blind is not True:
            wanted = wanted or Wanted(session)
            check = wanted.more()
            wanted.groups += check
        sides["check" if check else "train"].append(image)
    for side, of_side in sides.items():
        grouping.decide_splits(session, of_side, side)
    session.flush()
    return len(images)


def needs_work(session: Session, image_ids: int | Sequence[int], class_ids: Iterable[int] | None = None, *, comment: str = "") -> int:
    """These images are not done, for these classes (all, if none is named); the comment says why. How many images."""
    classes = _named(class_ids or [c.id for c in all_classes(session)])
    images = _images(session, image_ids)
    said = _Statement(session, images, classes)
    for image in images:
        for class_id in classes:
            said.say(image, class_id, "needs_work", comment, blind=False)
    session.flush()
    return len(images)


def defect_free(session: Session, image_ids: int | Sequence[int], *, comment: str = "", blind: bool | None = None) -> int:
    """Nothing of any class is on these images: complete for all classes, and what is proposed there is rejected.

    UserError, and nothing is written, where one of them has annotations (ignore regions apart). How many images.
    """
    images = _images(session, image_ids)
    marked = _ids_with(session, images, select(Annotation.image_id).where(Annotation.ignore.is_(False)), Annotation.image_id)
    if at_fault := [i.path for i in images if i.id in marked]:
        first = ", ".join(at_fault[:3])
        said = f"Defects are marked on {first} and {len(at_fault) - 3} others." if len(at_fault) > 3 else f"Defects are marked on {first}."
        raise UserError(said, "Remove the regions first, or say --complete.")
    done = complete(session, [i.id for i in images], [c.id for c in all_classes(session)], comment=comment, blind=blind)
    for part in in_parts(i.id for i in images):
        pending = select(Prediction).join(Inference, Prediction.inference_id == Inference.id)
        for row in session.scalars(pending.where(Inference.image_id.in_(part), Prediction.decision == "pending")):
            row.decision, row.decided_by, row.decided_at, row.decided_how = "rejected", session.info["by"], now(), "image"
    session.flush()
    return done


def clear(session: Session, image_ids: int | Sequence[int], class_ids: Iterable[int] | None = None) -> int:
    """Takes back what was said of these images and classes (all, if none is named). How many verdicts."""
    images = _images(session, image_ids)
    classes = set(class_ids) if class_ids is not None else None
    rows = [row for row in _verdicts(session, images).values() if classes is None or row.class_id in classes]
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def not_blind(session: Session, image_id: int, class_id: int) -> None:
    """A person has acted on a proposal of the class there: what was said of it is no blind truth any more."""
    row = session.scalar(select(Verdict).where(Verdict.image_id == image_id, Verdict.class_id == class_id))
    if row is not None and row.blind:
        row.blind = False


def classes_shown(session: Session, image_ids: Iterable[int]) -> dict[int, set[int]]:
    """By image: the classes with an inference there by the active version from the present shots, found something or not.

    These are what an image is complete for when it is accepted as a whole and no class is named.
    """
    shown: dict[int, set[int]] = defaultdict(set)
    version = active_version(session)
    if version is None:
        return shown
    present = {c.id: present_digest(session, c.id) for c in all_classes(session)}
    for part in in_parts(image_ids):
        query = select(Inference.image_id, Inference.class_id, Inference.support_digest).where(Inference.image_id.in_(part))
        for image_id, class_id, digest in session.execute(query.where(Inference.version_id == version.id)):
            if digest == present.get(class_id):
                shown[image_id].add(class_id)
    return shown


class _Statement:
    """Writes verdicts on many images; what is there already was read beforehand."""

    def __init__(self, session: Session, images: list[Image], classes: list[int]) -> None:
        self._session = session
        self._at = now()
        self._there = _verdicts(session, images)
        self._proposed: set[tuple[int, int]] = set()
        for part in in_parts(i.id for i in images):
            query = select(Inference.image_id, Inference.class_id).where(Inference.image_id.in_(part), Inference.class_id.in_(classes))
            self._proposed |= {tuple(row) for row in session.execute(query.distinct())}

    def say(self, image: Image, class_id: int, state: str, comment: str, blind: bool | None) -> bool:
        """Writes one verdict; whether it is blind."""
        row = self._there.get((image.id, class_id))
        if blind is None:
            # Said again after proposals came, a blind verdict stays blind: it was given before them.
            again = row is not None and row.state == "complete" and row.blind
            blind = again or (image.id, class_id) not in self._proposed
        if row is None:
            row = Verdict(image_id=image.id, class_id=class_id, state=state, blind=blind, comment=comment, by=self._session.info["by"], at=self._at)
            self._session.add(row)
            self._there[image.id, class_id] = row
        else:
            row.state, row.blind, row.comment, row.by, row.at = state, blind, comment, self._session.info["by"], self._at
        return blind


def _named(class_ids: Iterable[int]) -> list[int]:
    classes = list(dict.fromkeys(class_ids))
    if not classes:
        raise UserError("No class is named, and none has been proposed there.", "Name the class with --class, or add one first.")
    return classes


def _images(session: Session, image_ids: int | Sequence[int]) -> list[Image]:
    ids = [image_ids] if isinstance(image_ids, int) else list(dict.fromkeys(image_ids))
    found: dict[int, Image] = {}
    for part in in_parts(ids):
        found |= {i.id: i for i in session.scalars(select(Image).where(Image.id.in_(part), Image.removed.is_(False)))}
    if len(found) < len(ids):
        raise UserError("An image that was named is not in this project any more.")
    return [found[k] for k in ids]


def _verdicts(session: Session, images: list[Image]) -> dict[tuple[int, int], Verdict]:
    there: dict[tuple[int, int], Verdict] = {}
    for part in in_parts(i.id for i in images):
        there |= {(v.image_id, v.class_id): v for v in session.scalars(select(Verdict).where(Verdict.image_id.in_(part)))}
    return there


def _ids_with(session: Session, images: list[Image], query, column) -> set[int]:
    found: set[int] = set()
    for part in in_parts(i.id for i in images):
        found |= set(session.scalars(query.where(column.in_(part))))
    return found
