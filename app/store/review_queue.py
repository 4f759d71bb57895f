"""Reads of the Review page: the regions of the present run, pending and decided, and why each pending one is worth a look.

A run is the active version with the present shots of each class. Everything is read in a number of statements that does not
depend on how many regions there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.store import queries
from app.store.parts import in_parts
from app.store.records import Annotation, Image, Inference, Prediction, Verdict
from app.store.shots import present_digest
from core_models.contract.mask import Mask

NEAR_THE_CUT = 0.1
MANY_ON_ONE = 10
_DECIDED = ("accepted", "corrected", "rejected")


class RunClass(NamedTuple):
    """A class with shots in the present run. least, most: area in px of its marked regions, 0 where none is."""

    id: int
    name: str
    colour: str
    cut: float
    digest: str
    least: int
    most: int


@dataclass(frozen=True)
class Run:
    """What makes the proposals now; equal runs list the same proposals but for decisions."""

    version_id: int | None
    classes: tuple[RunClass, ...] = ()

    def by_id(self, class_id: int | None) -> RunClass | None:
        return next((c for c in self.classes if c.id == class_id), None)

    def same(self, other: Run) -> bool:
        """Whether the same regions are shown; sizes of what is marked change with every stroke."""
        return self.version_id == other.version_id and [c[:5] for c in self.classes] == [c[:5] for c in other.classes]


class Proposed(NamedTuple):  # a hundred thousand at a time: a dataclass takes twice as long
    """A region of the run. x, y, w, h, area in image pixels; decision pending, accepted, corrected or rejected; check: on a check image."""

    id: int
    image_id: int
    class_id: int
    x: int
    y: int
    w: int
    h: int
    area: int
    score: float
    decision: str
    root_id: int
    path: str
    check: bool

    @property
    def key(self) -> tuple[str, int]:
        return "proposal", self.id

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.w, self.h


def run(session: Session) -> Run:
    """The present run, with the classes that have shots, in their order."""
    version = queries.active_version(session)
    if version is None:
        return Run(None)
    columns = Annotation.class_id, func.min(Annotation.area), func.max(Annotation.area)
    sizes = {c: (least, most) for c, least, most in session.execute(select(*columns).where(Annotation.ignore.is_(False)).group_by(Annotation.class_id))}
    found = ((c, present_digest(session, c.id)) for c in queries.all_classes(session))
    return Run(version.id, tuple(RunClass(c.id, c.name, c.colour, c.cut, digest, *sizes.get(c.id, (0, 0))) for c, digest in found if digest))


def regions(session: Session, image_ids: Iterable[int] | None = None) -> tuple[Run, list[Proposed]]:
    """The run and its regions that wait (not below their class's cut) or were decided by a person; on these images only, at most
    parts.AT_ONCE of them, where they are named."""
    now = run(session)
    if not now.classes:
        return now, []
    columns = Prediction.id, Inference.image_id, Inference.class_id, Prediction.x, Prediction.y, Prediction.w, Prediction.h, Prediction.area
    columns += Prediction.score, Prediction.decision, Image.root_id, Image.path, Image.split == "check"
    query = select(*columns).select_from(Inference).join(Prediction, Prediction.inference_id == Inference.id).join(Image, Image.id == Inference.image_id)
    waits = or_(*(and_(Inference.class_id == c.id, Prediction.score >= c.cut) for c in now.classes))
    query = query.where(of_run(now), Image.removed.is_(False), or_(Prediction.decision.in_(_DECIDED), and_(Prediction.decision == "pending", waits)))
    if image_ids is not None:
        query = query.where(Inference.image_id.in_(sorted(set(image_ids))))
    return now, [Proposed(*row) for row in session.execute(query.order_by(Prediction.id))]


def of_run(now: Run):
    """The condition that an inference belongs to the run, which has classes."""
    return and_(Inference.version_id == now.version_id, or_(*(and_(Inference.class_id == c.id, Inference.support_digest == c.digest) for c in now.classes)))


def in_order(rows: Iterable[Proposed], share: Callable[[int, float], float]) -> list[Proposed]:
    """Least certain first: those whose share (of such that are accepted, or the raw score) is nearest to a half."""
    return sorted(rows, key=lambda row: (abs(share(row.class_id, row.score) - 0.5), row.id))


def crowds(rows: Iterable[Proposed]) -> Counter[int]:
    """How many regions there are on each image."""
    return Counter(row.image_id for row in rows)


def reason(row: Proposed, now: Run, on_its_image: int) -> str:
    """Why a region is worth a look, the weightiest reason first: check (a check image), larger, smaller (than any that is marked),
    near_cut, many (on its image), or "" for none of these."""
    class_ = now.by_id(row.class_id)
    if row.check:
        return "check"
    if class_ and class_.most and row.area > class_.most:
        return "larger"
    if class_ and class_.least and row.area < class_.least:
        return "smaller"
    if class_ and row.score < class_.cut + NEAR_THE_CUT:
        return "near_cut"
    return "many" if on_its_image >= MANY_ON_ONE else ""


def mask_of(session: Session, key: tuple[str, int]) -> Mask | None:
    """The mask of a region ("proposal" or "annotation", id); None where it is gone."""
    found = session.get(Annotation if key[0] == "annotation" else Prediction, key[1])
    return found.mask if found is not None else None


# -- images without a proposal ---------------------------------------------------------------------------------------------


class Clean(NamedTuple):
    """An image on which the run found nothing to propose. score: the highest of its classes; maps: (class id, folder of the job that made
    it, relative to the project; "" for none) of each score map."""

    image_id: int
    root_id: int
    path: str
    width: int
    height: int
    score: float
    maps: tuple[tuple[int, str], ...]

    @property
    def key(self) -> tuple[str, int]:
        return "image", self.image_id


def clean_images(session: Session) -> list[Clean]:
    """Images that the run has looked at for all its classes, with no proposal that waits, nothing marked and nothing said; surest first."""
    now = run(session)
    if not now.classes:
        return []
    waiting = queries.pending(session).with_only_columns(Inference.image_id)
    silent = [Image.id.not_in(part) for part in (waiting, select(Annotation.image_id), select(Verdict.image_id))]
    job_folder = _job_folder()
    columns = Image.id, Image.root_id, Image.path, Image.width, Image.height, Inference.image_score, Inference.class_id, job_folder
    query = select(*columns).select_from(Inference).join(Image, Image.id == Inference.image_id)
    query = query.where(of_run(now), Image.removed.is_(False), Image.state == "", *silent).order_by(Image.id, Inference.class_id)
    parts: dict[int, list] = {}
    for row in session.execute(query):
        parts.setdefault(row.id, []).append(row)
    made = [
        Clean(*rows[0][:5], max(r.image_score for r in rows), tuple((r.class_id, r[7] or "") for r in rows))
        for rows in parts.values()
        if len(rows) == len(now.classes)
    ]
    return sorted(made, key=lambda image: (image.score, image.image_id))


def _job_folder():
    from app.store.records import Job

    return select(Job.folder).where(Job.id == Inference.job_id).scalar_subquery()


def said(session: Session, image_ids: Iterable[int]) -> Mapping[int, bool]:
    """Of these images, by id: whether all classes are complete there without a region (defect-free), for those of which something is said."""
    classes = len(queries.all_classes(session))
    complete: Counter[int] = Counter()
    known: set[int] = set()
    for part in in_parts(sorted(set(image_ids))):
        for image_id, state in session.execute(select(Verdict.image_id, Verdict.state).where(Verdict.image_id.in_(part))):
            known.add(image_id)
            complete[image_id] += state == "complete"
    return {k: complete[k] == classes for k in known}


def decisions_of(session: Session, prediction_ids: Iterable[int]) -> dict[int, str]:
    """What a person decided of these regions, by id: accepted, corrected or rejected; others are left out."""
    query = select(Prediction.id, Prediction.decision).where(Prediction.decision.in_(_DECIDED))
    return {k: decision for part in in_parts(sorted(set(prediction_ids))) for k, decision in session.execute(query.where(Prediction.id.in_(part)))}
