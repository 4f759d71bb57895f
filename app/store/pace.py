"""How fast pre-labelling went: what earlier jobs of a version took, for what the next one will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.queries import active_version
from app.store.records import Inference, Job

_ENDED_WELL = ("finished", "cancelled")  # of any other it is not known when its work ended


@dataclass(frozen=True)
class Pace:
    """first_s: from a job's start to its first answer; image_s: for each image after that. Both measured, in seconds."""

    first_s: float
    image_s: float

    def seconds(self, images: int) -> float:
        return self.first_s + max(0, images - 1) * self.image_s


def of_prelabelling(session: Session) -> Pace | None:
    """What the newest pre-labelling by the active version took; None before one has gone through two images."""
    version = active_version(session)
    if version is None:
        return None
    jobs = select(Job).where(Job.kind == "prelabel", Job.state.in_(_ENDED_WELL), Job.done > 1).order_by(Job.id.desc())
    for job in session.scalars(jobs):
        if job.spec.get("version_id") != version.id or not (job.started_at and job.ended_at):
            continue
        first = session.scalar(select(func.min(Inference.at)).where(Inference.job_id == job.id))
        if first is not None:
            began, answered, ended = (datetime.fromisoformat(at) for at in (job.started_at, first, job.ended_at))
            return Pace(max(0.0, (answered - began).total_seconds()), max(0.0, (ended - answered).total_seconds()) / (job.done - 1))
    return None
