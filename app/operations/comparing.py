"""Two versions on the same check images, from what the job that compared them kept in its folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import places
from app.store.parts import in_parts
from app.store.records import Image, Job
from core_models.contract import comparison
from core_models.contract.comparison import Compared

_CHANGED = 0.05  # of IoU: a smaller difference is not worth a look


@dataclass(frozen=True)
class Pictured:
    """One check image: where it lies, its size in px, and what both versions did there, by class."""

    image_id: int
    path: Path
    width: int
    height: int
    classes: tuple[Compared, ...]

    @property
    def difference(self) -> float:
        """The largest difference of IoU (candidate minus incumbent) of a class, with its sign, in -1..1."""
        return max((c.candidate.iou - c.incumbent.iou for c in self.classes), key=abs, default=0.0)

    @property
    def changed(self) -> bool:
        """Whether the versions plainly differ here: in what they find, in whether they propose anything, or in the outline."""
        sides = [(c.candidate, c.incumbent) for c in self.classes]
        return abs(self.difference) >= _CHANGED or any(a.found != b.found or bool(a.proposed) != bool(b.proposed) for a, b in sides)


@dataclass(frozen=True)
class Comparison:
    """result: what the gate said (core_models/evaluation/gate.py), {} where the job compared them the other way round; images: where they
    differ most comes first. lost: why the images cannot be shown, or ""."""

    job_id: int
    candidate: int
    incumbent: int
    result: dict
    images: tuple[Pictured, ...] = field(default=())
    lost: str = ""

    @property
    def changed(self) -> list[int]:
        """Ids of the images where the versions plainly differ."""
        return [i.image_id for i in self.images if i.changed]


def find(session: Session, candidate: int, incumbent: int) -> Comparison | None:
    """The newest comparison of two versions, whichever of them was the candidate; None where they were never compared."""
    jobs = select(Job).where(Job.kind.in_(("finetune", "evaluate")), Job.state == "finished").order_by(Job.id.desc())
    for job in session.scalars(jobs):
        pair = compared_by(job)
        if pair == (candidate, incumbent):
            return _read(session, job, *pair, result_of(job))
        if pair == (incumbent, candidate):
            turned = _read(session, job, *pair, {})
            return replace(turned, candidate=candidate, incumbent=incumbent, images=tuple(_turned(i) for i in turned.images))
    return None


def compared_by(job: Job) -> tuple[int | None, int | None]:
    """Ids of the candidate and of the incumbent that a finished job compared."""
    if job.kind == "evaluate":
        return job.spec.get("version_id"), job.spec.get("incumbent_id")
    return job.result.get("version"), result_of(job).get("incumbent")


def result_of(job: Job) -> dict:
    """What the gate said at the end of a job; {} where it compared nothing."""
    return job.result if job.kind == "evaluate" else job.result.get("comparison", {})


def _read(session: Session, job: Job, candidate: int, incumbent: int, result: dict) -> Comparison:
    made = Comparison(job.id, candidate, incumbent, result)
    try:
        rows = comparison.read(session.info["folder"] / job.folder)
    except (OSError, ValueError) as fault:
        return replace(made, lost=str(fault))
    query, ids = select(Image).where(Image.removed.is_(False)), dict.fromkeys(r.image_id for r in rows)
    images = {i.id: i for part in in_parts(ids) for i in session.scalars(query.where(Image.id.in_(part)))}
    folders = places.roots(session)
    pictured = [
        Pictured(image.id, folders[image.root_id] / image.path, image.width, image.height, tuple(r for r in rows if r.image_id == image.id))
        for image in images.values()
    ]
    return replace(made, images=tuple(sorted(pictured, key=lambda i: (not i.changed, -abs(i.difference), i.image_id))))


def _turned(image: Pictured) -> Pictured:
    return replace(image, classes=tuple(replace(c, candidate=c.incumbent, incumbent=c.candidate) for c in image.classes))
